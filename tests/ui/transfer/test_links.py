"""Columns that name other records, and the lifecycle stage, in the assistant."""

from __future__ import annotations

from PySide6.QtCore import Qt

from crmdesk.ui.transfer.assistant import CHECK, COLUMNS
from tests.ui.transfer.conftest import texts


def test_a_column_names_companies_and_they_are_associated(page, desk, write, qtbot):
    desk.add("companies", name="Acme")
    path = write("Email,Firm,Lifecycle Stage", "ann@example.org,acme,Lead", "bo@a.org,Nobody,")
    page.begin_import("contacts", str(path))
    assistant = page.assistant
    qtbot.waitUntil(lambda: assistant.draft is not None)
    assistant.go_to(COLUMNS)
    assistant.columns.open_column(2)
    assistant.columns.panel.choose_way("companies", "name")

    (row,) = assistant.columns.source.rows([2])
    assert row.cells["target"].text == "Companies by Company name"
    assistant.go_to(CHECK)
    qtbot.waitUntil(lambda: not assistant.check.checking)
    assert assistant.check.lifecycle.isVisible()
    qtbot.mouseClick(assistant.check.lifecycle.box, Qt.MouseButton.LeftButton)
    assert assistant.draft.lifecycle_back
    qtbot.waitUntil(lambda: not assistant.check.checking)
    assert "Record to associate not found" in [
        row.cells["type"].text for row in assistant.check.source.rows([1, 2])
    ]
    assistant.go_on()
    qtbot.waitUntil(lambda: assistant.run.ended)

    assert desk.sql("SELECT count(*) FROM associations") == [(1,)]
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(2,)]
    assert "The import is done" in texts(page)


def test_a_column_that_names_records_gives_no_value_and_can_give_one_again(page, write, qtbot):
    path = write("Email,Company name", "ann@example.org,Acme")
    page.begin_import("contacts", str(path))
    assistant = page.assistant
    qtbot.waitUntil(lambda: assistant.draft is not None)
    assistant.go_to(COLUMNS)
    assistant.columns.open_column(2)
    assistant.columns.panel.choose_way("companies", "name")
    assert "Company name" not in assistant.draft.mapping
    assistant.columns.panel.choose("city")

    assert assistant.draft.mapping["Company name"] == "city"
    assert not assistant.draft.links
