"""The vault in the window: making, watching, saving, checking, keeping, deleting, opening."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from crmdesk.core.backup.model import Backup
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.ui.backup.words import coming
from crmdesk.ui.tables.cells import RowKind
from crmdesk.ui.widgets.paragraph import Paragraph
from tests.builders import Desk
from tests.ui.backup.conftest import Open
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import SIZE, SMALLEST, AtWork, nameless

offscreen_menu = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)


@pytest.fixture
def free_desk(desk: Desk) -> Desk:
    """A workspace in which a backup may follow another at once."""
    desk.workspace.settings.set(desk.admin, "backup.min_interval", "0")
    return desk


def backups(desk: Desk) -> list[Backup]:
    """The vault as core has it."""
    return desk.workspace.backups.list(desk.admin)


def choose_in_menu(work: AtWork, position: int, key: str) -> None:
    """Open a row's menu with the menu key, and choose an entry."""
    table = work.page.table
    table.view.setFocus(Qt.FocusReason.TabFocusReason)
    table.view.go_to(table.ids[position])
    work.qtbot.keyClick(table.view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = work.menu()
    assert isinstance(menu, QMenu)
    entry = next(one for one in menu.actions() if one.objectName() == f"row_menu_{key}")
    assert entry.isEnabled(), entry.text()
    entry.trigger()
    menu.close()


def test_the_first_backup_is_made_from_the_empty_page(open_page: Open, desk: Desk) -> None:
    desk.contact()
    work = open_page(desk)
    first = work.page.findChild(QPushButton, "create_first")
    assert work.page.create_button.isHidden(), "there is one primary button"

    work.click(first)
    dialog = work.dialog()
    assert "all 1 records of 1 object in one file" in dialog.accessibleDescription()
    work.click(dialog.deed_button)
    work.wait(lambda: backups(desk) and backups(desk)[0].state is JobState.SUCCEEDED)
    work.wait(lambda: work.texts(work.page.table, "check") == ["Verified"])

    assert work.no_dialog()
    assert work.told.toasts[-1][0] == "Backup created"
    assert work.page.health.accessibleName().startswith("Your data is protected")


def test_keeping_the_dialog_from_creating_makes_nothing(open_page: Open, desk: Desk) -> None:
    desk.contact()
    work = open_page(desk)
    work.page.ask_create()

    work.click(work.dialog().safe_button)

    work.wait(work.no_dialog)
    assert backups(desk) == []


def test_the_next_possible_time_stands_beside_the_disabled_button(
    open_page: Open, desk: Desk
) -> None:
    desk.contact()
    desk.backup()
    work = open_page(desk)

    assert not work.page.create_button.isEnabled()
    assert work.page._header._reason.text().startswith("Next possible tomorrow at ")
    work.page.set_narrow(True)
    assert work.page._header._reason.isHidden()
    assert "Next possible tomorrow at " in work.page._header._subtitle.text()


def test_a_time_to_come_is_said_by_its_day() -> None:
    oslo, now = ZoneInfo("Europe/Oslo"), datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    assert coming(now + timedelta(hours=2), oslo, now=now) == "today at 12:00"
    assert coming(now + timedelta(hours=20), oslo, now=now) == "tomorrow at 06:00"
    assert coming(now + timedelta(days=7), oslo, now=now) == "29 Nov 2026 at 10:00"


def test_a_running_backup_shows_how_far_it_is_and_is_cancelled_by_its_button(
    open_page: Open, free_desk: Desk
) -> None:
    desk = free_desk
    desk.contact()
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)
    desk.workspace.jobs.claim(job_id)
    detail = {"object": "deals", "objects": 9, "objects_done": 4}
    desk.workspace.jobs.report(job_id, "writing", 62, 100, detail)
    work = open_page(desk)
    table = work.page.table

    row = table.row(table.ids[0])
    assert row is not None
    assert row.kind is RowKind.PROGRESS
    assert row.progress.doing == "Writing deals, 5 of 9 objects"
    assert row.progress.remaining.startswith("62")
    assert work.page._header._reason.text() == "A backup is being made"
    work.click(work.row_button(table, "cancel"))
    work.wait(lambda: desk.workspace.jobs.job(desk.admin, job_id).state is JobState.CANCELLING)
    desk.workspace.jobs.end(job_id, JobState.CANCELLED)
    work.stand.jobs.poll()

    work.wait(lambda: table.row(table.ids[0]).kind is RowKind.SPANNED)
    assert table.row(table.ids[0]).span.text.startswith("Cancelled at 62")


def test_a_failed_backup_says_why_and_can_be_tried_again(open_page: Open, free_desk: Desk) -> None:
    desk = free_desk
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)
    desk.workspace.jobs.end(job_id, JobState.FAILED, UserError("disk_full", "The disk was full."))
    work = open_page(desk)
    table = work.page.table

    row = table.row(table.ids[0])
    assert (row.span.text, row.span.second) == (
        "Failed: the disk was full",
        "Nothing of it was kept.",
    )
    work.click(work.row_button(table, "again"))

    assert work.dialog().objectName() == "create_dialog"


def test_saving_a_copy_names_the_sensitive_properties_first(
    open_page: Open, desk: Desk, tmp_path: Path
) -> None:
    desk.contact(date_of_birth="1990-01-02")
    made = desk.backup()
    work = open_page(desk)
    table, target = work.page.table, tmp_path / "copy.zip"

    work.hover(table, 0)
    work.click(work.row_button(table, "download"))
    dialog = work.dialog()
    assert dialog.objectName() == "download_dialog"
    assert made.sensitive
    work.click(dialog.deed_button)
    work.wait(lambda: isinstance(work.dialog(), QFileDialog))
    chooser = work.dialog()
    assert isinstance(chooser, QFileDialog)
    chooser.fileSelected.emit(str(target))
    chooser.close()
    work.wait(lambda: work.told.toasts)

    assert work.told.toasts[-1][:2] == ("Copy saved", str(target))
    with zipfile.ZipFile(target) as copy:
        assert copy.testzip() is None
    assert ("DATA_BACKUP_DOWNLOADED", "ok") in desk.audit_actions()


@offscreen_menu
def test_a_backup_is_pinned_and_unpinned_by_keyboard(open_page: Open, desk: Desk) -> None:
    desk.contact()
    desk.backup()
    work = open_page(desk)

    choose_in_menu(work, 0, "pin")
    work.wait(lambda: backups(desk)[0].pinned)
    work.wait(lambda: work.texts(work.page.table, "file") == ["Pinned"])
    choose_in_menu(work, 0, "unpin")
    work.wait(lambda: not backups(desk)[0].pinned)


@offscreen_menu
def test_checking_a_damaged_backup_says_what_was_found(open_page: Open, desk: Desk) -> None:
    desk.contact()
    made = desk.backup()
    file = desk.folder / "vault" / "backups" / made.file_name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    work = open_page(desk)

    choose_in_menu(work, 0, "verify")
    work.wait(lambda: backups(desk)[0].verified_ok is False)
    work.wait(lambda: work.texts(work.page.table, "check") == ["Check failed"])

    assert work.page.health.accessibleName().startswith("The last check failed")
    # What the check found stays above the list, however often that is read again.
    with work.qtbot.waitSignal(work.page.table.counted):
        work.page.refresh()
    assert work.page.notices.text.startswith("The check failed")


@offscreen_menu
def test_the_last_backup_is_deleted_only_after_its_date_was_typed(
    open_page: Open, desk: Desk
) -> None:
    desk.contact()
    made = desk.backup()
    work = open_page(desk)

    choose_in_menu(work, 0, "delete")
    dialog = work.dialog()
    assert not dialog.deed_button.isEnabled()
    assert dialog.safe_button.isDefault(), "Enter presses the safe button"
    work.qtbot.keyClicks(dialog.name_edit, work.stand.desk.exact(made.snapshot_at))
    work.click(dialog.deed_button)
    work.wait(lambda: not (desk.folder / "vault" / "backups" / made.file_name).exists())
    work.wait(lambda: work.texts(work.page.table, "check") == ["Deleted"])

    assert work.page.table.row(work.page.table.ids[0]).dimmed


def test_restoring_opens_the_wizard_with_this_backup(open_page: Open, desk: Desk) -> None:
    desk.contact()
    made = desk.backup()
    work = open_page(desk)

    work.hover(work.page.table, 0)
    work.click(work.row_button(work.page.table, "restore"))

    assert work.told.links == [f"restore/from/{made.id}"]


def test_the_panel_shows_contents_and_checks_and_steps_through_the_list(
    open_page: Open, free_desk: Desk
) -> None:
    free_desk.contact()
    old = free_desk.backup()
    free_desk.deal()
    free_desk.backup()
    work = open_page(free_desk)
    page = work.page

    page.table.view.setFocus(Qt.FocusReason.TabFocusReason)
    work.press(Qt.Key.Key_Return)
    assert page.panel.isVisible()
    shown = [one.text() for one in page.panel.findChildren(type(page.panel._heading))]
    assert "Contacts" in shown
    assert "Deals" in shown
    page.panel.show_page("checks")
    page.panel.setFocus()
    work.qtbot.keyClick(page.panel, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    digest = old.sha256[:8]
    work.wait(lambda: any(digest in text for text in _panel_texts(work)))
    assert page.escape()
    assert page.panel.isHidden()


def test_a_link_opens_one_backup(open_page: Open, free_desk: Desk) -> None:
    free_desk.contact()
    made = free_desk.backup()
    work = open_page(free_desk)

    work.page.open_link(f"backups/{made.id}")

    assert work.page.panel.isVisible()


def test_a_file_of_another_program_is_shown_as_unverified_with_the_way_to_import(
    open_page: Open, desk: Desk, tmp_path: Path
) -> None:
    foreign = tmp_path / "hubspot.zip"
    with zipfile.ZipFile(foreign, "w") as file:
        file.writestr("contacts.csv", "Record ID,First Name\n1,Ann\n")
    work = open_page(desk)

    work.page.files.open(foreign)
    work.wait(work.page.panel.isVisible)
    assert "Not verified" in _panel_texts(work)
    work.click(work.page.panel.findChild(QPushButton, "panel_import"))

    assert work.told.links == [f"imports/file/{foreign}"]


def test_a_saved_copy_of_ours_is_verified_and_can_be_restored(open_page: Open, desk: Desk) -> None:
    desk.contact()
    copy = desk.backup_file()
    work = open_page(desk)

    work.page.files.open(copy)
    work.wait(work.page.panel.isVisible)
    assert "Verified" in _panel_texts(work)
    work.click(work.page.panel.findChild(QPushButton, "panel_restore"))

    assert work.told.links == [f"restore/from/{copy}"]


def test_a_file_that_is_no_zip_is_refused_in_a_sentence(
    open_page: Open, desk: Desk, tmp_path: Path
) -> None:
    letter = tmp_path / "letter.zip"
    letter.write_text("Dear Ann", encoding="utf-8")
    desk.contact()
    desk.backup()
    work = open_page(desk)

    work.page.files.open(letter)
    work.wait(lambda: work.page.panel.isVisible() or work.page.notices.text)

    said = work.page.notices.text or " ".join(_panel_texts(work))
    assert "not a zip file" in said


def test_every_control_has_a_name(open_page: Open, desk: Desk) -> None:
    desk.contact()
    made = desk.backup()
    work = open_page(desk)
    work.page.open_link(f"backups/{made.id}")

    assert nameless(work.page) == []


@pytest.mark.parametrize("size", [SIZE, SMALLEST])
@pytest.mark.parametrize("longer", [False, True], ids=["english", "longer"])
def test_nothing_is_cut(
    open_page: Open, free_desk: Desk, size: tuple[int, int], longer: bool
) -> None:
    desk = free_desk
    desk.contact()
    translator = PseudoTranslator()
    if longer:
        QCoreApplication.installTranslator(translator)
    try:
        work = open_page(desk)
        work.page.resize(*size)
        assert clipped(work.page) == []
        made = desk.backup()
        work.page.refresh()
        work.wait(lambda: work.page.table.count == 1)
        work.page.open_link(f"backups/{made.id}")
        assert clipped(work.page) == []
        work.page.panel.show_page("checks")
        assert clipped(work.page) == []
        work.page.escape()
        work.page.ask_create()
        assert clipped(work.dialog()) == []
    finally:
        QCoreApplication.removeTranslator(translator)


def _panel_texts(work: AtWork) -> list[str]:
    return [one.plain_text() for one in work.page.panel.findChildren(Paragraph)]
