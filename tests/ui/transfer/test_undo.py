"""The undo of an import in the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from crmdesk.core.access.permissions import Permission
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.ui.transfer.assistant import CHECK
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.dialog import DecisionDialog
from tests.ui.hands import AtWork
from tests.ui.pages import PageStand
from tests.ui.transfer.conftest import shown, texts

HEAD = "First Name,Email,Phone Number"


def run_import(desk, path) -> str:
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, ImportRequest(str(path), "contacts"))
    desk.workspace.run_job(imports.show(desk.admin, import_id).job_id)
    return import_id


@pytest.fixture
def imported(desk, write) -> str:
    """An import of one change and two new records, one of which was edited since."""
    desk.contact(firstname="Ann", email="ann@example.org", phone="555-0100")
    rows = ("Ann,ann@example.org,555-0199", "Bo,bo@example.org,1", "Cy,cy@a.org,2")
    import_id = run_import(desk, write(HEAD, *rows))
    cy = desk.sql("SELECT id FROM obj_contacts WHERE email = 'cy@a.org'")[0][0]
    desk.workspace.editor.update(desk.admin, "contacts", cy, {"city": "Oslo"}, 1)
    return import_id


@pytest.fixture
def hands(imported, desk, stand, qtbot) -> AtWork:
    """The list with the import in it."""
    page = shown(qtbot, TransferPage(stand.desk))
    qtbot.waitUntil(lambda: page.table.count == 1)
    return AtWork(page, desk, stand, qtbot)


@pytest.fixture
def dialog(imported, hands, qtbot) -> tuple[TransferPage, DecisionDialog]:
    """The page with the question open."""
    page = hands.page
    page.open_import(imported)
    button = page.panel.findChild(Button, "panel_undo")
    with qtbot.waitSignal(page.undoing.asked) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return page, asked.args[0]


def asked_by(hands, act) -> DecisionDialog:
    """The question that something leads to."""
    with hands.qtbot.waitSignal(hands.page.undoing.asked) as asked:
        act()
    return asked.args[0]


def live(desk) -> list[tuple[object, ...]]:
    return desk.sql("SELECT email, phone FROM obj_contacts WHERE archived_at IS NULL ORDER BY 1")


def undone(hands, question, act) -> None:
    """Wait until the undo that a key or a click starts is over."""
    with hands.qtbot.waitSignal(hands.page.undoing.started) as started:
        act(question)
    imports = hands.desk.workspace.imports
    hands.wait(lambda: imports.show(hands.desk.admin, started.args[0]).finished_at is not None, 25)


def test_the_question_says_what_goes_what_returns_and_what_stays(dialog):
    said = texts(dialog[1])
    assert "1 record goes to the recycle bin." in said
    assert "1 record gets back its values." in said
    assert "Changed since: 1" in said
    assert "Cy: Changed since" in said


def test_the_undo_runs_and_the_import_is_said_to_be_undone(dialog, hands, desk, qtbot):
    page, question = dialog
    undone(hands, question, lambda each: qtbot.keyClick(each, Qt.Key.Key_Return))

    assert live(desk) == [("ann@example.org", "555-0100"), ("cy@a.org", "2")]
    binned = desk.sql("SELECT email FROM obj_contacts WHERE archived_at IS NOT NULL")
    assert binned == [("bo@example.org",)]

    def told(place: int) -> str:
        return page.table.row(page.table.ids[place]).cells["name"].second

    qtbot.waitUntil(lambda: page.table.count == 2 and told(1) == "Undone")
    qtbot.waitUntil(lambda: told(0) == "1 in the recycle bin, 1 as before")


def test_keeping_the_import_changes_nothing(dialog, desk, qtbot):
    _, question = dialog
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert len(live(desk)) == 3


def test_keeping_it_by_its_button_changes_nothing(dialog, desk, qtbot):
    _, question = dialog
    qtbot.mouseClick(question.safe_button, Qt.MouseButton.LeftButton)
    assert len(live(desk)) == 3
    assert len(desk.workspace.imports.list(desk.admin)) == 1


def test_it_is_undone_from_the_menu_of_its_row_by_mouse(hands, desk):
    page = hands.page
    question = asked_by(hands, lambda: page.table.action_chosen.emit("undo", page.table.ids[0]))

    undone(hands, question, lambda each: hands.click(each.deed_button))

    assert [email for email, _ in live(desk)] == ["ann@example.org", "cy@a.org"]


def test_it_is_undone_from_its_panel_by_keyboard_alone(hands, desk):
    page = hands.page
    page.table.view.setFocus()
    hands.press(Qt.Key.Key_Home)
    hands.press(Qt.Key.Key_Return)
    hands.wait(page.panel.isVisible)
    hands.tab_to(page.panel.findChild(Button, "panel_undo"))

    question = asked_by(hands, lambda: hands.press(Qt.Key.Key_Space))
    hands.tab_to(question.deed_button)
    undone(hands, question, lambda _each: hands.press(Qt.Key.Key_Space))

    assert len(live(desk)) == 2


@pytest.mark.parametrize("by_key", [True, False])
def test_it_is_undone_right_from_the_summary(hands, desk, write, by_key):
    page = hands.page
    page.begin_import(path=str(write(HEAD, "Di,di@example.org,4", name="later.csv")))
    assistant = page.assistant
    hands.wait(lambda: assistant.draft is not None and not assistant.looking.busy)
    assistant.go_to(CHECK)
    hands.wait(lambda: assistant.results)
    assistant.go_on()
    hands.wait(lambda: assistant.run.ended, 25)
    assert ("di@example.org", "4") in live(desk)
    button = assistant.run.findChild(Button, "undo_import")
    hands.wait(button.isVisible)

    if by_key:
        hands.tab_to(button)
        question = asked_by(hands, lambda: hands.press(Qt.Key.Key_Space))
        hands.tab_to(question.deed_button)
        undone(hands, question, lambda _each: hands.press(Qt.Key.Key_Space))
    else:
        question = asked_by(hands, lambda: hands.click(button))
        undone(hands, question, lambda each: hands.click(each.deed_button))

    assert ("di@example.org", "4") not in live(desk)
    assert not page.in_assistant
    assert page.panel.isVisible()


def test_an_edit_between_question_and_answer_stops_it_and_says_so(dialog, desk, qtbot):
    _, question = dialog
    (bo,) = desk.sql("SELECT id FROM obj_contacts WHERE email = 'bo@example.org'")[0]
    desk.workspace.editor.update(desk.admin, "contacts", bo, {"city": "Rome"}, 1)

    qtbot.mouseClick(question.deed_button, Qt.MouseButton.LeftButton)

    def told() -> str:
        return " ".join(each.text() for each in question.findChildren(QLabel) if each.isVisible())

    qtbot.waitUntil(lambda: question.deed_button.isEnabled() and "changed" in told().lower())
    assert len(live(desk)) == 3


def test_where_all_was_changed_since_nothing_can_be_undone(hands, desk, imported):
    rows = desk.sql("SELECT id, version FROM obj_contacts WHERE email <> 'cy@a.org'")
    for record_id, version in rows:
        changes = {"city": "Rome", "phone": "7"}
        desk.workspace.editor.update(desk.admin, "contacts", record_id, changes, version)

    question = asked_by(hands, lambda: hands.page.undoing.ask(imported))

    assert not question.deed_button.isEnabled()
    assert question.deed_button.toolTip() == "Nothing is left to undo"
    assert "Everything that it wrote was changed since and stays as it is." in texts(question)


def test_who_may_not_delete_records_sees_why_it_cannot_be_undone(desk, tmp_path, write, qtbot):
    marc = desk.user("Marc Dubois", Permission.IMPORT, Permission.USE_RECORDS)
    imports = desk.workspace.imports
    path = write(HEAD, "Bo,bo@example.org,1")
    import_id = imports.start(marc, ImportRequest(str(path), "contacts"))
    desk.workspace.run_job(imports.show(marc, import_id).job_id)
    stand = PageStand(desk.workspace, marc, tmp_path)
    page = shown(qtbot, TransferPage(stand.desk))

    with qtbot.waitSignal(page.undoing.asked) as asked:
        page.undoing.ask(import_id)

    assert not asked.args[0].deed_button.isEnabled()
    assert "Your permissions do not include deleting records" in texts(asked.args[0])
    stand.close()


def test_an_import_that_was_undone_offers_no_undo(dialog, hands, desk, imported, qtbot):
    page, question = dialog
    undone(hands, question, lambda each: hands.click(each.deed_button))

    page.open_import(imported)

    button = page.panel.findChild(Button, "panel_undo")
    assert button is None or not button.isVisible() or not button.isEnabled()
    number = page.source.number_of(imported)

    def actions() -> list[str]:
        row = page.table.row(number)
        return [] if row is None else [each.key for each in page._actions(row)]

    hands.wait(lambda: actions() == ["open"])
