"""A dialog for an error that no page could show."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from crmdesk.ui.messages import message
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog


def tell(error: Exception, over: QWidget) -> None:
    """Say over a window what happened and what to do."""
    told = message(error)
    decision = Decision(
        title=QCoreApplication.translate("Tell", "CRM Desk"),
        heading=told.title,
        sentence=told.advice,
        safe=QCoreApplication.translate("Tell", "Close"),
        deed="",
        icon="circle-alert",
    )
    dialog = DecisionDialog(decision, over)
    dialog.setObjectName("trouble_dialog")
    dialog.deed_button.hide()
    dialog.open()
