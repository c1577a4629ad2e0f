from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from crmdesk.core.links import parse_link
from crmdesk.core.records.bulk_model import BulkAction, BulkChange
from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.widgets.buttons import Button
from tests.core.audit.test_revealing import bulk_edit
from tests.ui.audit.conftest import entry_of, shown, texts

# The offscreen platform cannot raise a tooltip.
pytestmark = pytest.mark.qt_log_ignore("does not support raise", extend=True)


def opened(page, hands, event_id: int, button: str = "") -> Button | None:
    """The panel with an entry, and the button in its foot once it is there."""
    page.open_entry(event_id)
    hands.wait(lambda: page.panel.complete)
    if not button:
        return None
    hands.wait(lambda: page.panel.findChild(Button, button))
    return page.panel.findChild(Button, button)


def test_the_link_of_an_entry_is_copied_and_leads_back(desk, page, hands):
    event_id = entry_of(desk, category="property_value")
    opened(page, hands, event_id)
    hands.click(page.panel.findChild(Button, "audit_copy_link"))

    link = parse_link(QGuiApplication.clipboard().text())
    assert link.workspace_id == desk.workspace.id
    page.close_panel()
    page.open_link(link.place)
    assert page.panel.event_id == event_id


def test_a_deleted_record_comes_back_from_its_entry_and_the_entry_says_so(desk, page, hands):
    event_id = entry_of(desk, category="crm_object", action="delete")
    restore = opened(page, hands, event_id, "audit_restore")
    assert restore.plain_text() == "Restore deal"
    assert "In the recycle bin until " in texts(page.panel)
    hands.click(restore)

    hands.wait(lambda: entry_of(desk, category="crm_object", action="restore") > event_id)
    hands.wait(lambda: "1 deal restored" in [each[0] for each in hands.told.toasts])

    def refused() -> bool:
        found = page.panel.findChild(Button, "audit_restore")
        return found is not None and not found.isEnabled()

    hands.wait(refused)
    assert "it was restored, or deleted for good" in texts(page.panel)
    undo = hands.told.toasts[-1][3]
    undo()
    hands.wait(lambda: hands.told.toasts[-1][3] is not undo)
    assert entry_of(desk, category="crm_object", action="delete") > event_id


def test_a_bulk_deletion_is_one_entry_that_opens_into_its_records(desk, page, hands):
    taken = desk.contact(email="ann@northwind.example", lastname="Dev\u202eon")
    desk.delete(taken, desk.contact(lastname="Moreno"))
    desk.contact(email="ann@northwind.example", lastname="Later")
    page.refresh()
    event_id = entry_of(desk, category="crm_object", action="delete")
    restore = opened(page, hands, event_id, "audit_restore")
    assert restore.plain_text() == "Restore 2 contacts"

    page.panel.show_page("records")
    table = page.panel.bulk.table
    hands.wait(lambda: table.count == 2)
    assert hands.texts(table, "now") == ["In the bin", "In the bin"]
    hands.click_row(table, 0, x=60)
    assert hands.told.links[-1] == f"records/contacts/{taken.id}"

    hands.click(restore)
    hands.wait(lambda: page.deeds.bin.dialog is not None)
    dialog = page.deeds.bin.dialog
    assert "Dev\\u202eon: Email ann@northwind.example" in texts(dialog)
    hands.click(dialog.safe_button)


def test_of_an_entry_about_many_one_record_shows_its_sensitive_values(desk, page, hands):
    first, second = desk.contact(lastname="Devon"), desk.contact(lastname="Moreno")
    desk.workspace.definitions.set_property(desk.admin, "contacts", "phone", {"sensitive": True})
    bulk_edit(desk, BulkChange("phone", BulkAction.SET, "555-0111"))
    page.refresh()
    event_id = entry_of(desk, category="property_value")
    hands.wait(lambda: event_id in page.table.ids)
    page.open_entry(event_id)
    page.panel.show_page("records")
    table = page.panel.bulk.table
    hands.wait(lambda: table.count >= 2)
    row = table.row(second.id)
    assert "555-0111" not in row.cells["name"].second
    assert [each.key for each in page.panel.bulk._actions(row)] == ["open", "reveal"]
    table.action_chosen.emit("reveal", second.id)
    hands.wait(lambda: "555-0111" in table.row(second.id).cells["name"].second)
    assert "555-0111" not in table.row(first.id).cells["name"].second
    assert entry_of(desk, action="reveal", object_id=str(second.id)) > event_id


def test_what_is_said_about_an_entry_stands_in_the_panel_and_beside_its_row(desk, page, hands):
    event_id = entry_of(desk, category="property_value")
    marc = desk.user("Marc Dubois", super_admin=True)
    first = desk.workspace.audit_comments.add(marc, event_id, "Why was this changed?").comment_id
    page.refresh()
    hands.wait(lambda: page.table.row(event_id).cells["comments"].text == "1, 1 new")

    page.open_link(f"audit/{event_id}/comments/{first}")
    assert page.panel.page == "comments"
    hands.wait(lambda: "Why was this changed?" in texts(page.panel.comments))
    hands.wait(lambda: page.table.row(event_id).cells["comments"].text == "1")
    assert page.panel._tabs.tabText(2) == "Comments 1"
    page.panel.show_page("details")
    hands.wait(lambda: page.panel.findChild(Button, "audit_open_link"))


def test_what_is_gone_says_so_and_a_late_restore_says_until_when(desk, stand, qtbot):
    contact, deal = desk.contact(lastname="Devon"), desk.deal(dealname="Late order")
    desk.edit(contact, city="Oslo")
    edit = entry_of(desk, category="property_value")
    desk.delete(deal)
    deleted = entry_of(desk, category="crm_object", action="delete")
    desk.delete(contact)
    desk.purge(contact)
    page = shown(qtbot, AuditPage(stand.desk))
    page.open_entry(edit)
    qtbot.waitUntil(lambda: "no longer exists" in texts(page.panel))
    assert page.panel.findChild(Button, "audit_open_link") is None

    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE obj_deals SET archived_at = '2026-01-07T08:00:00.000Z'")
    page.open_entry(deleted)
    qtbot.waitUntil(lambda: "Not possible since " in texts(page.panel))
    restore = page.panel.findChild(Button, "audit_restore")
    assert not restore.isEnabled()
    assert "deleted records are kept for 90 days" in restore.toolTip()
