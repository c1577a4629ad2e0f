"""The settings of the audit log: ways into it, what is recorded, and logs of HubSpot."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from crmdesk.core.jobs.job import JobState
from crmdesk.core.setting_declarations import Edition
from tests.builders import Desk
from tests.core.audit.test_imported import audit_log, written
from tests.ui.settings.conftest import OpenSettings, dialog_named, has_dialog

LEFT = Qt.MouseButton.LeftButton


def button(page: QWidget, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert found is not None
    return found


def said(page: QWidget) -> str:
    return "\n".join(child.accessibleName() for child in page.findChildren(QWidget))


def test_the_page_leads_into_the_log_and_says_what_is_recorded(
    desk: Desk, settings_page: OpenSettings, qtbot
) -> None:
    desk.contact(firstname="Ann")
    page = settings_page()
    page.open_link("settings/audit.recorded")
    own = page.shown_page
    qtbot.waitUntil(lambda: "1 entry" in said(own))
    for name in ("open_audit_logs", "open_login_history", "open_security_activity"):
        qtbot.mouseClick(button(own, name), LEFT)
    page.show_section("security")
    qtbot.mouseClick(button(page.shown_page, "open_login_history"), LEFT)
    views = [f"audit/view/{number}" for number in (-1, -2, -3, -2)]
    assert page.stand.told.links == views

    rows = {row.category.code: row for row in own.recorded.rows}
    assert len(rows) == len(desk.workspace.audit.catalogue(desk.admin).categories)
    assert "No source in this workspace" in rows["salesforce"].accessibleName()
    assert "Contacts" in rows["crm_object"].accessibleName()
    assert rows["crm_object"].accessibleName().endswith("1 entry")

    desk.workspace.settings.set(desk.admin, "workspace.edition", Edition.STARTER.value)
    own.recorded.read()
    hidden = "Not shown in this edition"
    qtbot.waitUntil(lambda: hidden in own.recorded.rows[3].accessibleName())
    assert hidden not in own.recorded.rows[0].accessibleName()


def jobs_are_followed_and_stopped(desk: Desk, page, path: Path, qtbot) -> None:
    """What another window began is seen here too, and so is what this one reads."""
    card = page.shown_page.imported
    job_id = desk.workspace.imported_logs.start(desk.admin, path)
    page.stand.jobs.poll()
    assert card.progress.row.words() == "Waiting to start"
    qtbot.mouseClick(card.progress.row.cancel_button, LEFT)
    qtbot.waitUntil(lambda: card.progress.row is None)
    assert desk.workspace.jobs.job(desk.admin, job_id).state is JobState.CANCELLED
    card.look(path)
    card.progress.moved.emit("audit.csv", 70_000)
    assert card.progress.row.words() == "Reading audit.csv, row 70,000"
    qtbot.mouseClick(card.progress.row.cancel_button, LEFT)
    qtbot.waitUntil(lambda: card.button.text() == "Import a log")
    assert not card.progress.isVisible()


def test_a_log_of_hubspot_is_imported_after_a_look_and_removed_again(
    desk: Desk, settings_page: OpenSettings, qtbot, tmp_path: Path
) -> None:
    page = settings_page()
    page.show_section("audit")
    card = page.shown_page.imported
    qtbot.mouseClick(card.button, LEFT)
    assert has_dialog("choose_log")
    card.choosing.reject()

    card.look(written(tmp_path / "wrong.csv", ["First name"], ["Ann"]))
    qtbot.waitUntil(card.banner.isVisible)
    heads, row = "Category,Subcategory,Action,Date,User email", "CRM_OBJECT,CONTACT,DELETE"
    unclear = tmp_path / "unclear.csv"
    unclear.write_text(f"{heads}\n{row},3/4/2025,a@n.example\n", "utf-8")
    card.look(unclear)
    qtbot.waitUntil(lambda: has_dialog("import_log_dialog"))
    assert not dialog_named("import_log_dialog").deed_button.isEnabled()
    qtbot.mouseClick(button(dialog_named("import_log_dialog"), "date_order_dmy"), LEFT)
    qtbot.waitUntil(lambda: not has_dialog("import_log_dialog"))
    qtbot.waitUntil(lambda: has_dialog("import_log_dialog"))
    assert "Apr" in dialog_named("import_log_dialog").accessibleDescription()
    dialog_named("import_log_dialog").reject()

    card.look(audit_log(tmp_path))
    qtbot.waitUntil(lambda: has_dialog("import_log_dialog"))
    asked = dialog_named("import_log_dialog")
    assert "4 entries" in asked.accessibleDescription()
    assert not card.banner.isVisible()
    assert desk.workspace.imported_logs.list(desk.admin) == []
    qtbot.keyClick(asked, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(desk.workspace.imported_logs.list(desk.admin)) == 1)
    qtbot.waitUntil(lambda: bool(page.stand.told.toasts))
    qtbot.waitUntil(lambda: "Other activity" in said(page) and "1 entry" in said(page))
    page.stand.told.toasts[-1][3]()
    assert page.stand.told.links[-1] == "audit/days/2025-07-14/2025-07-15"

    qtbot.waitUntil(lambda: card.findChild(QPushButton, "remove_imported_log") is not None)
    card.look(audit_log(tmp_path))
    qtbot.waitUntil(lambda: has_dialog("import_log_dialog"))
    again = dialog_named("import_log_dialog")
    assert not again.deed_button.isEnabled()
    again.reject()
    qtbot.mouseClick(button(card, "remove_imported_log"), LEFT)
    dialog_named("remove_log_dialog").deed_button.click()
    qtbot.waitUntil(lambda: desk.workspace.imported_logs.list(desk.admin) == [])
    jobs_are_followed_and_stopped(desk, page, audit_log(tmp_path), qtbot)
