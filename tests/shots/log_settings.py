"""The settings of the audit log, a log of HubSpot that is imported, and its entries in the tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QWidget

from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.settings.audit_page import AuditSettingsPage
from crmdesk.ui.settings.page import SettingsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import dialog_of, window_of

_LOG = """\
id,category,subCategory,action,targetObjectId,occurredAt,actingUser.userEmail
1,CRM_OBJECT,CONTACT,DELETE,5501,2026-07-14T09:12:33Z,marc@northwind.example
2,PROPERTY_VALUE,DEAL,UPDATE,77,2026-07-14T09:15:00Z,elif@northwind.example
3,CONTENT,LANDING_PAGE,PUBLISH,9,2026-07-15T08:00:00Z,elif@northwind.example
4,CRM_OBJECT,CONTACT,DELETE,5502,the other day,marc@northwind.example
"""


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """The page from its head to the catalogue, the question, and the entries."""
    desk = desk_factory()
    desk.contact(firstname="Ann", lastname="Devon")
    file = Path(desk.folder).parent / "hubspot-audit-logs-2026-07.csv"
    file.write_text(_LOG, encoding="utf-8")
    made = window_of(desk)
    made.go("settings/audit")
    page = made.window.page
    assert isinstance(page, SettingsPage)
    own = page.shown_page
    assert isinstance(own, AuditSettingsPage)
    settle(300)
    yield "head", made.window
    own.imported.look(file)
    settle_until(lambda: own.imported.dialog is not None)
    yield "question", dialog_of("import_log_dialog")
    dialog_of("import_log_dialog").deed_button.click()  # type: ignore[attr-defined]
    settle(500)
    yield "taken", made.window
    made.go("settings/audit.recorded")
    settle(300)
    yield "recorded", made.window
    made.go("settings/security")
    settle(300)
    yield "security", made.window
    made.go("audit")
    audit = made.window.page
    assert isinstance(audit, AuditPage)
    audit.clear_filters()
    settle_until(lambda: audit.table.count > 5)
    audit.open_entry(-2)
    settle(400)
    yield "imported", made.window
    audit.close_panel()
    audit.exports.ask()
    settle(500)
    yield "export", dialog_of("export_dialog")
    made.window.close()
