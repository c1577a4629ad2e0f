"""From a person's record to what is kept of them everywhere."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.record import Record
from crmdesk.ui.desk import Desk
from crmdesk.ui.icons import icon


def add_privacy_request(menu: QMenu, desk: Desk, record: Record) -> None:
    """Offer Super Admins to answer the person's request; a contact without address has none."""
    address = record.values.get("email") if record.object_type == "contacts" else None
    if not address or not desk.may(Permission.SUPER_ADMIN):
        return
    text = QCoreApplication.translate("PrivacyRequest", "Privacy request")
    menu.addAction(
        icon("fingerprint-pattern"), text, lambda: desk.go(f"settings/privacy/{address}")
    )
