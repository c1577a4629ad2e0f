"""The undo of an import in the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from crmdesk.core.transfer.model import ImportRequest
from crmdesk.ui.transfer.page import TransferPage
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.dialog import DecisionDialog
from tests.ui.transfer.conftest import shown, texts

HEAD = "First Name,Email,Phone Number"


@pytest.fixture
def imported(desk, write) -> str:
    """An import of one change and two new records, one of which was edited since."""
    desk.contact(firstname="Ann", email="ann@example.org", phone="555-0100")
    path = write(HEAD, "Ann,ann@example.org,555-0199", "Bo,bo@example.org,1", "Cy,cy@a.org,2")
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, ImportRequest(str(path), "contacts"))
    desk.workspace.run_job(imports.show(desk.admin, import_id).job_id)
    cy = desk.sql("SELECT id FROM obj_contacts WHERE email = 'cy@a.org'")[0][0]
    desk.workspace.editor.update(desk.admin, "contacts", cy, {"city": "Oslo"}, 1)
    return import_id


@pytest.fixture
def dialog(imported, stand, qtbot) -> tuple[TransferPage, DecisionDialog]:
    """The page with the question open."""
    page = shown(qtbot, TransferPage(stand.desk))
    qtbot.waitUntil(lambda: page.table.count == 1)
    page.open_import(imported)
    button = page.panel.findChild(Button, "panel_undo")
    with qtbot.waitSignal(page.undoing.asked) as asked:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    return page, asked.args[0]


def test_the_question_says_what_goes_what_returns_and_what_stays(dialog):
    said = texts(dialog[1])
    assert "1 record goes to the recycle bin." in said
    assert "1 record gets back its values." in said
    assert "Changed since: 1" in said
    assert "Cy: Changed since" in said


def test_the_undo_runs_and_the_import_is_said_to_be_undone(dialog, desk, stand, qtbot):
    page, question = dialog
    with qtbot.waitSignal(page.undoing.started) as started:
        qtbot.keyClick(question, Qt.Key.Key_Return)
    undo_id = started.args[0]
    imports = desk.workspace.imports
    qtbot.waitUntil(lambda: imports.show(desk.admin, undo_id).finished_at is not None)

    rows = desk.sql("SELECT email FROM obj_contacts WHERE archived_at IS NULL ORDER BY 1")
    assert rows == [("ann@example.org",), ("cy@a.org",)]

    def told(place: int) -> str:
        return page.table.row(page.table.ids[place]).cells["name"].second

    qtbot.waitUntil(lambda: page.table.count == 2 and told(1) == "Undone")
    qtbot.waitUntil(lambda: told(0) == "1 in the recycle bin, 1 as before")


def test_keeping_the_import_changes_nothing(dialog, desk, qtbot):
    _, question = dialog
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    rows = desk.sql("SELECT count(*) FROM obj_contacts WHERE archived_at IS NULL")
    assert rows == [(3,)]
