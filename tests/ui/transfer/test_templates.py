"""Templates in the assistant."""

from __future__ import annotations

from PySide6.QtCore import Qt

from crmdesk.ui.transfer.assistant import COLUMNS


def _at_columns(page, qtbot, path):
    page.begin_import("contacts", str(path))
    assistant = page.assistant
    qtbot.waitUntil(lambda: assistant.draft is not None)
    assistant.go_to(COLUMNS)
    return assistant


def test_choices_are_kept_and_offered_when_the_headings_come_again(page, desk, write, qtbot):
    assistant = _at_columns(page, qtbot, write("Email,Firm", "ann@example.org,Acme"))
    part = assistant.columns.templates
    assert not part.banner.isVisible()
    assistant.columns.open_column(2)
    assistant.columns.panel.choose_way("companies", "name")
    qtbot.mouseClick(part.save_button, Qt.MouseButton.LeftButton)
    part.dialog.edit.setText("Trade fair")
    qtbot.mouseClick(part.dialog.deed_button, Qt.MouseButton.LeftButton)
    assert [t.name for t in desk.workspace.import_templates.list(desk.admin)] == ["Trade fair"]

    page.leave_assistant()
    assistant = _at_columns(page, qtbot, write("Firm,Email", "Acme,b@a.org", name="later.csv"))
    assert part.banner.isVisible()
    part.banner.acted.emit()

    assert assistant.draft.links["Firm"].object_name == "companies"
    assert assistant.draft.mapping == {"Email": "email"}
    assert not part.banner.isVisible()
