"""Restoring in the window: choosing, reviewing, proving, watching, undoing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt

from crmdesk.core.backup.model import Backup
from crmdesk.core.records.record import Record
from tests.builders import Desk
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import SIZE, SMALLEST, Authenticator, nameless
from tests.ui.restore.conftest import Open
from tests.ui.restore.ways import compared, from_backup, reviewed


def test_a_restore_is_done_by_mouse_from_the_list_to_the_summary(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, _backup, people = damaged
    phone = Authenticator(desk)
    work = open_page(desk)
    page = work.page
    work.wait(lambda: page.start.picker.table.count)

    work.click_row(page.start.picker.table, 0)
    compared(work)
    assert page.flow.state.chosen == {"phone"}, (
        "a property that would be cleared is not preselected"
    )
    work.click(page.wizard.forward)
    reviewed(work)
    assert not page.wizard.primary.isEnabled()
    assert page.wizard.reason.text() == "Tick both boxes to go on"
    work.click(page.wizard.review.before.changes.box)
    work.click(page.wizard.review.before.irreversible.box)
    assert page.wizard.primary.plain_text() == "Restore 3 values"
    work.click(page.wizard.primary)
    dialog = work.dialog()
    work.qtbot.keyClicks(dialog.entry.code, phone.code())
    work.click(dialog.deed_button)
    work.wait(lambda: page.flow.state.finished)

    assert [desk.value(person, "phone") for person in people] == [
        "555-0100",
        "555-0101",
        "555-0102",
    ]
    assert [desk.value(person, "city") for person in people] == ["Bergen"] * 3
    assert page.wizard.primary.plain_text() == "View contacts"
    assert ("DATA_RESTORE_COMPLETED", "ok") in desk.audit_actions()


def test_a_restore_is_done_with_the_keyboard_alone(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, _backup, people = damaged
    phone = Authenticator(desk)
    work = open_page(desk)
    page = work.page
    work.wait(lambda: page.start.picker.table.count)

    page.start_focus()
    work.tab_to(page.start.picker.table.view)
    work.press(Qt.Key.Key_Down)
    work.press(Qt.Key.Key_Return)
    compared(work)
    # The focus is there before the rows, and the keys begin at the first of them.
    work.wait(lambda: page.wizard.choose.properties.table.view.current_id is not None)
    work.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    work.wait(lambda: page.flow.state.chosen == {"phone", "city"})
    work.tab_to(page.wizard.forward)
    work.press(Qt.Key.Key_Space)
    reviewed(work)
    work.tab_to(page.wizard.review.before.changes.box)
    work.press(Qt.Key.Key_Space)
    work.tab_to(page.wizard.review.before.irreversible.box)
    work.press(Qt.Key.Key_Space)
    work.tab_to(page.wizard.primary)
    work.press(Qt.Key.Key_Space)
    dialog = work.dialog()
    work.qtbot.keyClicks(dialog.entry.code, phone.code())
    work.qtbot.keyClick(dialog.entry.code, Qt.Key.Key_Return)
    work.wait(lambda: page.flow.state.finished)

    assert desk.value(people[0], "phone") == "555-0100"
    assert desk.value(people[0], "city") is None


def test_the_draft_stays_and_the_tab_says_so_until_it_is_closed(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)

    assert work.told.drafts["restore"] is True
    work.page.hide()
    work.page.show()
    assert work.page.flow.state.chosen == {"phone"}
    work.click(work.page.wizard.close_button)

    assert work.told.drafts["restore"] is False
    assert work.page._stack.currentWidget() is work.page.start


def test_a_file_of_another_program_is_refused_with_the_way_to_import(
    open_page: Open, timed_desk: Desk, tmp_path: Path
) -> None:
    foreign = tmp_path / "hubspot.zip"
    with zipfile.ZipFile(foreign, "w") as file:
        file.writestr("contacts.csv", "Record ID,First Name\n1,Ann\n")
    timed_desk.backup()
    work = open_page(timed_desk)

    work.page.open_link(f"restore/from/{foreign}")
    work.wait(lambda: work.page.wizard._notice == "foreign")

    said = work.page.wizard.banner.accessibleName()
    assert "was not made by this workspace" in said
    assert "Import" in said
    work.click(work.page.wizard.banner.button)
    assert work.told.links == [f"imports/file/{foreign}"]


def test_a_saved_copy_from_anywhere_can_be_restored(open_page: Open, timed_desk: Desk) -> None:
    ann = timed_desk.contact(phone="1")
    copy = timed_desk.backup_file()
    timed_desk.edit(ann, phone="2")
    work = open_page(timed_desk)

    work.page.open_link(f"restore/from/{copy}")
    compared(work)

    assert work.page.flow.state.chosen == {"phone"}


def test_without_a_backup_the_tab_says_what_to_do(open_page: Open, timed_desk: Desk) -> None:
    work = open_page(timed_desk)
    work.wait(work.page.start._empty.isVisible)

    assert work.page.start._empty.accessibleName().startswith("Nothing to restore from yet")
    assert work.page.start.choose_button.isHidden()


@pytest.mark.parametrize("size", [SIZE, SMALLEST])
@pytest.mark.parametrize("longer", [False, True], ids=["english", "longer"])
def test_nothing_is_cut_on_any_step(
    open_page: Open,
    damaged: tuple[Desk, Backup, list[Record]],
    size: tuple[int, int],
    longer: bool,
) -> None:
    desk, backup, people = damaged
    desk.delete(people[2])
    actor = desk.by_sso(desk.admin)
    translator = PseudoTranslator()
    if longer:
        QCoreApplication.installTranslator(translator)
    try:
        work = from_backup(open_page, desk, backup, actor)
        compared(work)
        work.page.resize(*size)
        work.page.flow.select(frozenset({"phone", "city"}))
        assert clipped(work.page) == []
        work.page.flow.review()
        reviewed(work)
        assert clipped(work.page) == []
        work.page.flow.accept(changes=True, irreversible=True)
        work.page.wizard.go_on()
        work.wait(lambda: work.page.flow.state.finished)
        assert clipped(work.page) == []
    finally:
        QCoreApplication.removeTranslator(translator)


def test_every_control_on_every_step_has_a_name(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    actor = desk.by_sso(desk.admin)
    work = open_page(desk, actor)
    work.wait(lambda: work.page.start.picker.table.count)
    assert nameless(work.page) == []
    work.page.open_link(f"restore/from/{backup.id}")
    compared(work)
    assert nameless(work.page) == []
    work.page.flow.review()
    reviewed(work)
    assert nameless(work.page) == []
    work.page.flow.accept(changes=True, irreversible=True)
    work.page.wizard.go_on()
    work.wait(lambda: work.page.flow.state.finished)
    assert nameless(work.page) == []
