"""Ways from the settings into the audit log, narrowed to what somebody looks for."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.audit.view_model import ALL_LOGS, LOGIN_HISTORY, SECURITY_ACTIVITY
from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.link import Link


class LogLinks(QWidget):
    """A link for each of the views that everybody has.

    Args:
        of_security: only those of sign-ins and of security.
    """

    def __init__(self, desk: Desk, *, of_security: bool) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        offered = [
            (ALL_LOGS.id, _say("Open Audit Logs"), "open_audit_logs"),
            (LOGIN_HISTORY.id, _say("Show the login history"), "open_login_history"),
            (SECURITY_ACTIVITY.id, _say("Show security activity"), "open_security_activity"),
        ]
        for view_id, text, name in offered[1 if of_security else 0 :]:
            link = Link(text, "arrow-right")
            link.setObjectName(name)
            link.clicked.connect(partial(desk.go, f"audit/view/{view_id}"))
            column.addWidget(link)


def _say(text: str) -> str:
    return QCoreApplication.translate("SettingsPage", text)
