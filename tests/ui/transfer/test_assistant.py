from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog

from crmdesk.core.access.permissions import Permission
from crmdesk.core.transfer.model import ArchivedMatches, ImportMode
from crmdesk.ui.transfer.assistant import CHECK, COLUMNS, FILE, RUN, ImportAssistant
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.widgets.buttons import Button
from tests.ui.hands import nameless
from tests.ui.pages import PageStand
from tests.ui.transfer.conftest import shown, texts

HEAD = "First Name,Last Name,Email,Phone Number,Favourite wine"


def opened(qtbot, page: TransferPage, path: Path) -> ImportAssistant:
    """The assistant with a file that was looked at."""
    assistant = page.assistant
    if not page.in_assistant:
        page.begin_import()
    assistant.open_file(str(path))
    qtbot.waitUntil(lambda: not assistant.looking.busy)
    return assistant


def checked(qtbot, assistant: ImportAssistant) -> ImportAssistant:
    """The assistant with the first rows checked."""
    assistant.go_to(CHECK)
    qtbot.waitUntil(lambda: not assistant.check.checking and assistant.check.result is not None)
    return assistant


def finished(qtbot, assistant: ImportAssistant) -> ImportAssistant:
    """The assistant with its import done."""
    qtbot.mouseClick(assistant.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: assistant.step == RUN)
    qtbot.waitUntil(lambda: assistant.run.ended)
    return assistant


def first_cell(assistant: ImportAssistant) -> str:
    """The first cell of the preview; empty while it is being read."""
    row = assistant.file.preview.row(1)
    return "" if row is None else row.cells["0"].text


def contacts(desk) -> list[tuple[object, ...]]:
    return desk.sql("SELECT firstname, email, phone FROM obj_contacts ORDER BY email")


def test_a_file_goes_from_the_button_to_the_records_by_mouse(desk, page, stand, write, qtbot):
    desk.contact(firstname="Ann", email="ann@example.org", phone="555-0100")
    path = write(HEAD, "Ann,Devon,ann@example.org,555-0199,Rioja", "Bo,Ek,bo@example.org,1,Barolo")
    qtbot.waitUntil(lambda: page.findChild(Button, "first_import") is not None)
    qtbot.mouseClick(page.findChild(Button, "first_import"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.assistant.file.drop.button, Qt.MouseButton.LeftButton)
    dialog = page.assistant.findChild(QFileDialog, "import_file_dialog")
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    assistant = page.assistant
    qtbot.waitUntil(lambda: assistant.draft is not None)
    assert stand.told.drafts == {"transfer": True}

    qtbot.mouseClick(assistant.primary, Qt.MouseButton.LeftButton)
    assert assistant.step == COLUMNS
    qtbot.mouseClick(assistant.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: assistant.primary.plain_text() == "Import 2 rows")
    finished(qtbot, assistant)

    assert contacts(desk) == [("Ann", "ann@example.org", "555-0199"), ("Bo", "bo@example.org", "1")]
    assert "1 created" in texts(assistant.run.numbers)
    assert "1 updated" in texts(assistant.run.numbers)
    assert stand.told.drafts == {"transfer": False}
    assert desk.audit_actions()[-1] == ("IMPORT", "ok")


def test_a_file_goes_into_the_records_by_keyboard_alone(desk, page, write, qtbot):
    assistant = opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,Barolo"))
    assistant.primary.setFocus()
    qtbot.keyClick(assistant.primary, Qt.Key.Key_Space)
    assert assistant.step == COLUMNS
    page.commands()["send"]()
    qtbot.waitUntil(lambda: assistant.primary.plain_text() == "Import 1 row")
    page.commands()["send"]()
    qtbot.waitUntil(lambda: assistant.run.ended)

    assert contacts(desk) == [("Bo", "bo@example.org", "1")]


def test_a_file_can_be_dropped(page, write, qtbot):
    path = write(HEAD, "Bo,Ek,bo@example.org,1,Barolo")
    page.begin_import()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(10, 10),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )

    page.assistant.file.drop.dropEvent(event)

    qtbot.waitUntil(lambda: page.assistant.draft is not None)


def test_the_file_step_says_what_was_recognised_and_how(page, write, qtbot):
    assistant = opened(
        qtbot, page, write(HEAD.replace(",", ";"), "Bo;Ek;bo@example.org;1;Barolo", name="x.csv")
    )
    said = texts(assistant.file)

    assert "Recognised by the columns" in said
    assert assistant.file.object_choice.value == "contacts"
    assert assistant.file.delimiter.value == ";"
    assert assistant.file.encoding.value == "utf-8"
    assert assistant.file.header.is_checked()
    qtbot.waitUntil(lambda: assistant.file.preview.count == 1)
    assert assistant.file.preview.row(1).cells["2"].text == "bo@example.org"


def test_encoding_and_object_can_be_put_right_and_the_preview_follows(page, write, qtbot):
    path = write("Name,Note", "Zoë,café", name="x.csv", encoding="cp1252")
    assistant = opened(qtbot, page, path)

    assistant.file.encoding.pick("cp1251")
    qtbot.waitUntil(lambda: assistant.draft.inspection.options.encoding == "cp1251")
    qtbot.waitUntil(lambda: first_cell(assistant) == "Zoл")
    assistant.file.encoding.pick("cp1252")
    qtbot.waitUntil(lambda: assistant.draft.inspection.options.encoding == "cp1252")
    assistant.file.object_choice.pick("companies")
    qtbot.waitUntil(lambda: assistant.draft.inspection.object_name == "companies")
    assert "Chosen by you" in texts(assistant.file)


def test_an_object_nobody_can_tell_is_asked_for(page, write, qtbot):
    assistant = opened(qtbot, page, write("aaa,bbb", "1,2", name="x.csv"))

    assert assistant.step == FILE
    assert not assistant.primary.isEnabled()
    assert assistant.reason.text() == "Choose the object"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\x00\x01\x02" * 100, "x.csv"),
        (b"", "empty.csv"),
        (b"PK\x03\x04 cut off", "broken.zip"),
        (b"%PDF-1.7 not a table", "paper.xlsx"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(page, tmp_path, qtbot, content, name):
    path = tmp_path / name
    path.write_bytes(content)

    assistant = opened(qtbot, page, path)

    banner = page.assistant.banner
    assert assistant.draft is None
    assert banner.isVisible()
    assert banner.accessibleName().endswith(".")
    assert assistant.file.drop.isVisible()


def test_a_column_is_sent_elsewhere_and_the_property_leaves_its_old_column(page, write, qtbot):
    assistant = opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,555"))
    assistant.go_to(COLUMNS)
    step = assistant.columns
    qtbot.waitUntil(lambda: step.table.count == 5)
    assert step.table.row(5).cells["how"].text == "Not recognised"

    step.open_column(5)
    qtbot.keyClicks(step.panel.search, "phone number")
    qtbot.keyClick(step.panel.search, Qt.Key.Key_Return)

    assert assistant.draft.mapping["Favourite wine"] == "phone"
    assert "Phone Number" not in assistant.draft.mapping
    qtbot.waitUntil(lambda: step.table.row(4).cells["target"].text == "Not imported")
    assert step.table.row(5).cells["how"].text == "Chosen by you"
    assert page.escape()
    assert not step.panel.isVisible()


def test_columns_that_stay_out_can_be_seen_alone(page, write, qtbot):
    assistant = opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,555"))
    assistant.go_to(COLUMNS)
    step = assistant.columns

    step.which.findChild(Button, "left").click()

    qtbot.waitUntil(lambda: list(step.table.ids) == [5])


def test_a_property_is_created_in_place_and_filled_by_the_import(desk, page, write, qtbot):
    assistant = opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,Barolo"))
    assistant.go_to(COLUMNS)
    assistant.columns.open_column(5)
    qtbot.mouseClick(assistant.columns.panel.create_button, Qt.MouseButton.LeftButton)
    dialog = assistant.columns.dialog
    dialog.label_edit.clear()
    assert not dialog.deed_button.isEnabled()
    qtbot.keyClicks(dialog.label_edit, "Wine")
    dialog.type_choice.pick("string")
    qtbot.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)

    assert assistant.draft.mapping["Favourite wine"] == "wine"
    finished(qtbot, checked(qtbot, assistant))
    assert desk.sql("SELECT wine FROM obj_contacts") == [("Barolo",)]


def test_who_may_not_edit_properties_sees_why_no_property_can_be_made(desk, tmp_path, write, qtbot):
    marc = desk.user("Marc Dubois", Permission.IMPORT, Permission.USE_RECORDS)
    stand = PageStand(desk.workspace, marc, tmp_path)
    page = shown(qtbot, TransferPage(stand.desk))
    assistant = opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,Barolo"))
    assistant.go_to(COLUMNS)

    assistant.columns.open_column(5)

    assert not assistant.columns.panel.create_button.isEnabled()
    assert "You may not edit properties" in texts(assistant.columns.panel)
    stand.close()


def test_who_may_only_import_sees_own_imports_and_nothing_of_the_audit_log(
    desk, tmp_path, write, qtbot
):
    marc = desk.user("Marc Dubois", Permission.IMPORT)
    stand = PageStand(desk.workspace, marc, tmp_path)
    page = shown(qtbot, TransferPage(stand.desk))
    path = write(HEAD, "Bo,Ek,bo@example.org,1,x")
    assistant = finished(qtbot, checked(qtbot, opened(qtbot, page, path)))
    assert assistant.run.findChild(Button, "show_audit") is None

    qtbot.mouseClick(assistant.run.findChild(Button, "show_changes"), Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: page.table.count == 1)
    assert page.panel.isVisible()
    stand.close()


def test_an_import_that_is_cancelled_writes_nothing(desk, page, write, qtbot):
    rows = [f"Name {n},Ek,n{n}@example.org,{n},x" for n in range(4000)]
    assistant = checked(qtbot, opened(qtbot, page, write(HEAD, *rows)))
    assert assistant.primary.plain_text() == "Start import"
    assistant.started.connect(lambda _id: assistant.run.progress.cancel_button.click())

    finished(qtbot, assistant)

    assert "The import was cancelled. Nothing was written." in texts(assistant.run)
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]


def test_rows_that_fail_are_shown_before_and_saved_after(desk, page, write, qtbot, tmp_path):
    path = write(HEAD, "Bo,Ek,bo@example.org,1,x", "Al,Ek,no-mail,2,y")
    assistant = checked(qtbot, opened(qtbot, page, path))
    qtbot.waitUntil(lambda: assistant.check.problems.count == 1)
    row = assistant.check.problems.row(1)
    assert row.cells["column"].text == "Email"
    assert row.cells["example"].text == "no-mail"
    assert "Rows with a problem are not imported" in texts(assistant.check)

    finished(qtbot, assistant)
    qtbot.mouseClick(assistant.run.findChild(Button, "save_errors"), Qt.MouseButton.LeftButton)
    target = tmp_path / "errors.csv"
    dialog = assistant.findChild(QFileDialog, "save_dialog")
    dialog.fileSelected.emit(str(target))
    dialog.reject()

    qtbot.waitUntil(target.exists)
    assert "no-mail" in target.read_text(encoding="utf-8-sig")


def test_the_options_change_what_would_happen(desk, page, write, qtbot):
    gone = desk.contact(email="gone@example.org")
    desk.delete(gone)
    desk.contact(email="ann@example.org")
    path = write(
        HEAD,
        "Ann,Devon,ann@example.org,1,x",
        "Bo,Ek,bo@example.org,1,x",
        "Gone,Ek,gone@example.org,1,x",
    )
    assistant = checked(qtbot, opened(qtbot, page, path))
    found = assistant.check.result
    assert (found.created, found.updated, found.failed) == (1, 1, 1)
    assert "1 row belongs to records in the recycle bin." in texts(assistant.check)

    assistant.check.archived.pick(ArchivedMatches.RESTORE)
    qtbot.waitUntil(lambda: assistant.check.result is not None)
    assert (assistant.check.result.updated, assistant.check.result.failed) == (2, 0)
    assistant.check.modes[ImportMode.CREATE].click()
    qtbot.waitUntil(lambda: assistant.check.result is not None)
    assert assistant.check.result.updated == 0


def test_dates_that_can_be_read_two_ways_are_asked_for(desk, page, write, qtbot):
    path = write("Email,Close Date", "bo@example.org,03/04/1990", "al@example.org,05/06/1991")
    assistant = opened(qtbot, page, path)
    assistant.go_to(CHECK)
    assert assistant.reason.text() == "Choose the order in dates"
    assert not assistant.primary.isEnabled()
    assistant.check.dates.pick("dmy")
    qtbot.waitUntil(assistant.primary.isEnabled)
    assert "Close Date: 03/04/1990 is 3 Apr 1990" in texts(assistant.check)
    finished(qtbot, assistant)

    # Midnight in Oslo in summer.
    rows = desk.sql("SELECT closedate FROM obj_contacts ORDER BY 1")
    assert rows == [("1990-04-02T22:00:00.000Z",), ("1991-06-04T22:00:00.000Z",)]


def test_the_same_file_a_second_time_has_nothing_to_do(page, write, qtbot):
    path = write(HEAD, "Bo,Ek,bo@example.org,1,x")
    finished(qtbot, checked(qtbot, opened(qtbot, page, path)))
    page.leave_assistant()

    assistant = checked(qtbot, opened(qtbot, page, path))

    assert assistant.reason.text() == "Nothing would change"
    assert not assistant.primary.isEnabled()


def test_a_file_that_changed_meanwhile_is_refused_and_nothing_is_written(desk, page, write, qtbot):
    path = write(HEAD, "Bo,Ek,bo@example.org,1,x")
    assistant = checked(qtbot, opened(qtbot, page, path))
    write(HEAD, "Al,Ek,al@example.org,1,x")

    qtbot.mouseClick(assistant.primary, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(page.assistant.banner.isVisible)
    assert assistant.step == CHECK
    assert contacts(desk) == []


def test_a_backup_offers_its_tables_one_by_one(desk, page, qtbot):
    desk.contact(firstname="Ann")
    desk.deal(dealname="Rattlesnake")
    assistant = opened(qtbot, page, desk.backup_file())
    assert assistant.reason.text() == "Choose a table"

    place = next(n for n, e in enumerate(assistant.bundle.entries) if e.table == "contacts.csv")
    assistant.file.tables.tick(place, True)
    qtbot.waitUntil(lambda: not assistant.busy.isVisible() and assistant.bundle.current == place)

    assert "Recognised by the list of contents in the file" in texts(assistant.file)
    assert "A backup of this workspace" in texts(assistant.file)
    assert assistant.primary.isEnabled()


def test_leaving_gives_the_draft_up_and_coming_by_a_link_names_the_object(
    page, stand, write, qtbot
):
    opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,x"))
    qtbot.mouseClick(page.assistant.close_button, Qt.MouseButton.LeftButton)
    assert not page.in_assistant
    assert stand.told.drafts == {"transfer": False}

    page.open_link("imports/new/companies")
    assert page.in_assistant
    opened(qtbot, page, write("Name,Note", "Acme,x", name="x.csv"))
    assert page.assistant.draft.object_type.name == "companies"


@pytest.mark.parametrize("size", [(1280, 710), (960, 550)])
def test_nothing_is_cut_in_longer_languages_and_every_control_has_a_name(
    desk, stand, write, qtbot, size
):
    from PySide6.QtCore import QCoreApplication

    from tests.ui.clipping import PseudoTranslator, clipped

    translator = PseudoTranslator()
    QCoreApplication.installTranslator(translator)
    try:
        page = shown(qtbot, TransferPage(stand.desk), *size)
        page.begin_import()
        cut = clipped(page) + nameless(page)
        assistant = opened(qtbot, page, write(HEAD, "Bo,Ek,bo@example.org,1,x", "A,B,no-mail,1,y"))
        cut += clipped(page) + nameless(page)
        assistant.go_to(COLUMNS)
        assistant.columns.open_column(5)
        cut += clipped(page) + nameless(page)
        cut += clipped(checked(qtbot, assistant)) + nameless(page)
        cut += clipped(finished(qtbot, assistant))
        page._show_detail(assistant.import_id)
        qtbot.waitUntil(lambda: page.table.count == 1)
        for name in ("summary", "changes", "errors"):
            page.panel.show_page(name)
            cut += clipped(page)
        assert cut == []
    finally:
        QCoreApplication.removeTranslator(translator)
