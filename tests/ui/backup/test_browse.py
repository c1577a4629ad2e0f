"""Looking into a backup in the window: objects, pages, searches, one record, sensitive values."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from crmdesk.ui.backup import browse_dialog
from crmdesk.ui.backup.browse_dialog import BrowseDialog
from crmdesk.ui.tables.cells import MASK
from crmdesk.ui.widgets.paragraph import Paragraph
from tests.builders import Desk
from tests.ui.backup.conftest import Open
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import SMALLEST, AtWork, nameless

offscreen_menu = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)


def people(desk: Desk, count: int) -> None:
    for number in range(1, count + 1):
        desk.contact(firstname=f"Ann {number}", city="Oslo", date_of_birth="1990-01-31")


def browsing(work: AtWork) -> BrowseDialog:
    """The dialog, once its first page is there."""
    dialog = work.dialog()
    assert isinstance(dialog, BrowseDialog)
    work.wait(lambda: dialog._page is not None and dialog.table.count == len(dialog._page.rows))
    return dialog


def open_backup(work: AtWork) -> BrowseDialog:
    backup = work.desk.workspace.backups.list(work.desk.admin)[0]
    work.page.browse(backup.id, "Backup of today")
    return browsing(work)


def foreign(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "hubspot-export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("contacts.csv", text)
    return path


def rows_of(dialog: BrowseDialog) -> list[int]:
    return list(dialog.table.ids)


def test_the_panel_of_a_backup_leads_to_its_records_and_back(open_page: Open, desk: Desk) -> None:
    people(desk, 2)
    desk.deal(dealname="Spring order")
    desk.backup()
    work = open_page(desk)
    work.page.show_details(work.page.table.ids[0])

    work.click(work.page.panel.findChild(QPushButton, "panel_browse"))
    dialog = browsing(work)

    assert dialog.footer._strong.text() == "Rows 1 to 2 of 2"
    assert [dialog.objects.itemText(n) for n in range(dialog.objects.count())] == [
        "Contacts (2)",
        "Deals (1)",
    ]
    assert work.texts(dialog.table, "firstname") == ["Ann 1", "Ann 2"]
    dialog.objects.setCurrentIndex(1)
    dialog.objects.activated.emit(1)
    work.wait(lambda: work.texts(dialog.table, "dealname") == ["Spring order"])
    work.click(dialog.use_button)
    work.wait(work.no_dialog)
    backup = desk.workspace.backups.list(desk.admin)[0]
    assert work.told.links == [f"restore/from/{backup.id}"]


@offscreen_menu
def test_the_menu_of_a_row_leads_to_the_records_too(open_page: Open, desk: Desk) -> None:
    people(desk, 1)
    desk.backup()
    work = open_page(desk)

    work.page.table.action_chosen.emit("browse", work.page.table.ids[0])

    assert rows_of(browsing(work)) == [1]


def test_pages_are_turned_forwards_and_back(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse_dialog, "PAGE_ROWS", 2)
    people(desk, 5)
    desk.backup()
    dialog = open_backup(work := open_page(desk))
    assert not dialog.before_button.isEnabled()
    held = threading.Event()
    for name in ("one", "two"):
        # Reading a file is no search: it waits behind none, and none behind it.
        work.stand.desk.run_query(work.page, name, held.wait, bool, pytest.fail)
    work.click(dialog.after_button)
    work.wait(lambda: dialog._page is not None and dialog._page.rows[0].row == 3)
    held.set()
    work.wait(lambda: rows_of(dialog) == [3, 4])
    work.click(dialog.before_button)
    work.wait(lambda: rows_of(dialog) == [1, 2])

    for wanted in ([3, 4], [5]):
        work.click(dialog.after_button)
        work.wait(lambda wanted=wanted: rows_of(dialog) == wanted)
    assert not dialog.after_button.isEnabled()
    assert dialog.footer._strong.text() == "Rows 5 to 5 of 5"
    work.click(dialog.before_button)
    work.wait(lambda: rows_of(dialog) == [3, 4])


def test_a_search_narrows_the_records_and_says_where_it_found_them(
    open_page: Open, desk: Desk
) -> None:
    people(desk, 3)
    desk.contact(firstname="Bob", jobtitle="Keeper of herons")
    desk.backup()
    dialog = open_backup(work := open_page(desk))

    work.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    work.wait(dialog.search.hasFocus)
    work.qtbot.keyClicks(dialog.search, "HERON")
    work.press(Qt.Key.Key_Return)
    work.wait(lambda: rows_of(dialog) == [4])

    assert work.texts(dialog.table, "\0found") == ["Job Title"]
    assert dialog.footer._strong.text() == "1 found"
    dialog.search.setText("nowhere at all")
    work.wait(lambda: rows_of(dialog) == [])
    dialog.search.setText("1990-01-31")
    work.wait(lambda: dialog._shown_search == "1990-01-31")
    assert rows_of(dialog) == [], "a masked value is not found"
    dialog.search.clear_search()
    work.wait(lambda: rows_of(dialog) == [1, 2, 3, 4])


def test_a_record_is_seen_whole_by_the_keyboard_and_a_value_is_revealed(
    open_page: Open, desk: Desk
) -> None:
    people(desk, 2)
    desk.backup()
    dialog = open_backup(work := open_page(desk))
    work.wait(dialog.table.view.hasFocus)

    dialog.table.view.go_to(1)
    work.press(Qt.Key.Key_Return)
    work.wait(dialog.panel.isVisible)
    work.press(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    work.wait(lambda: dialog.panel.row is not None and dialog.panel.row.row == 2)
    shown = [p.plain_text() for p in dialog.panel.findChildren(Paragraph)]
    assert "Ann 2" in shown
    assert MASK in shown
    reveal = dialog.panel.findChild(QPushButton, "reveal_date_of_birth")
    work.click(reveal)
    work.wait(
        lambda: "1990-01-31" in [p.plain_text() for p in dialog.panel.findChildren(Paragraph)]
    )
    assert desk.audit_actions()[-1] == ("VALUE", "ok")

    work.qtbot.keyClick(dialog.panel, Qt.Key.Key_Escape)
    work.wait(dialog.panel.isHidden)
    assert dialog.isVisible()
    work.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    work.wait(work.no_dialog)


def test_an_opened_file_of_another_program_is_browsed_and_leads_to_the_import(
    open_page: Open, desk: Desk, tmp_path: Path
) -> None:
    path = foreign(tmp_path, "Record ID,First Name\n1,Ann\n2\n")
    work = open_page(desk)
    work.page.files.open(path)
    work.wait(work.page.panel.isVisible)

    work.click(work.page.panel.findChild(QPushButton, "panel_browse"))
    dialog = browsing(work)

    assert work.texts(dialog.table, "First Name") == ["Ann"]
    dialog.show_row(2)
    texts = [p.plain_text() for p in dialog.panel.findChildren(Paragraph)]
    assert "This row is damaged" in texts
    work.click(dialog.use_button)
    work.wait(work.no_dialog)
    assert work.told.links == [f"imports/file/{path}"]


def test_what_went_wrong_is_said_above_the_rows_and_can_be_tried_again(
    open_page: Open, desk: Desk, tmp_path: Path
) -> None:
    path = foreign(tmp_path, "Name\nAnn\n")
    hidden = path.rename(tmp_path / "elsewhere.zip")
    work = open_page(desk)
    work.page.browse(str(path), path.name)
    dialog = work.dialog()
    work.wait(dialog.banner.isVisible)
    assert "There is no file" in dialog.banner.accessibleName()

    hidden.rename(path)
    work.click(dialog.banner.button)

    assert rows_of(browsing(work)) == [1]
    assert dialog.banner.isHidden()


def test_a_zip_without_tables_says_so(open_page: Open, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("photo.jpg", "light")
    work = open_page(desk)

    work.page.browse(str(path), path.name)
    dialog = work.dialog()

    work.wait(lambda: dialog._backup is not None)
    assert not dialog.search.isEnabled()
    assert dialog.table._empty is not None


@pytest.mark.parametrize("pseudo", [False, True])
def test_nothing_is_clipped_in_the_smallest_window_and_every_control_has_a_name(
    open_page: Open, desk: Desk, qapp: object, pseudo: bool
) -> None:
    people(desk, 3)
    desk.backup()
    translator = PseudoTranslator()
    if pseudo:
        qapp.installTranslator(translator)  # type: ignore[attr-defined]
    try:
        work = open_page(desk)
        work.page.window().resize(*SMALLEST)
        dialog = open_backup(work)
        dialog.show_row(1)
        work.qtbot.wait(50)
        work.qtbot.waitUntil(lambda: clipped(dialog) == [])
        assert nameless(dialog) == []
    finally:
        qapp.removeTranslator(translator)  # type: ignore[attr-defined]


def test_ticked_records_of_several_pages_are_restored_by_their_ids(
    open_page: Open, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse_dialog, "PAGE_ROWS", 2)
    people(desk, 3)
    backup = desk.backup()
    work = open_page(desk)
    dialog = open_backup(work)
    dialog.table.ticks.put([2], True)
    dialog.table.view.announce_ticks()
    assert dialog.use_button.plain_text() == "Restore 1 record"

    work.click(dialog.after_button)
    work.wait(lambda: rows_of(dialog) == [3])
    dialog.table.ticks.put([3], True)
    dialog.table.view.announce_ticks()
    work.click(dialog.before_button)
    work.wait(lambda: rows_of(dialog) == [1, 2])
    assert list(dialog.table.ticks.ids()) == [2]
    assert dialog.use_button.plain_text() == "Restore 2 records"
    work.click(dialog.use_button)

    assert work.told.links == [f"restore/records/contacts/2,3/{backup.id}"]
