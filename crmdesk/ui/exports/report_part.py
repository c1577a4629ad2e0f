"""Exports of a page that shows something else than records: asks what leaves, and follows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.started import StartedExports
from crmdesk.ui.exports.words import say
from crmdesk.ui.widgets.buttons import Button

if TYPE_CHECKING:
    from crmdesk.ui.exports.report_dialog import ReportDialog, ReportOffer


class ReportPart(QObject):
    """A page's exports.

    Args:
        offer: what there is to export, as the page stands when it is asked.

    Signals:
        failed: an error that the page has to show.
    """

    failed = Signal(object)

    def __init__(self, desk: Desk, offer: Callable[[], ReportOffer], page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._offer, self._page = desk, offer, page
        self._started = StartedExports(desk, page)
        self._started.failed.connect(self.failed)
        self.allowed = desk.may(Permission.EXPORT)
        self.dialog: ReportDialog | None = None

    def button(self) -> Button:
        """What opens the dialog; it is there for those who may export."""
        button = Button(say("Export"), icon="file-down")
        button.setObjectName("report_export")
        if not self.allowed:
            button.hide()
        button.clicked.connect(self.ask)
        return button

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Export, where the person may."""
        return {"export": self.ask} if self.allowed else {}

    @Slot()
    def ask(self) -> None:
        """Open the dialog."""
        # Imported when it is wanted: the window opens sooner.
        from crmdesk.ui.exports.report_dialog import ReportDialog

        self.dialog = dialog = ReportDialog(self._desk, self._offer(), self._page.window())
        dialog.created.connect(self._started.follow)
        dialog.open()
