"""The one place above the list where something is said: work on a file, or what went wrong."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.backup.words import say
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.progress_row import ProgressRow


class NoticeSlot(QWidget):
    """Holds at most one notice; takes no room while there is none.

    Signals:
        stop_asked: the work on a file should stop.
        retry_asked: what failed should be tried again.
    """

    stop_asked = Signal()
    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now; empty when there is nothing."""
        return "" if self._shown is None else self._shown.accessibleName()

    @Slot(str)
    def show_work(self, name: str) -> None:
        """Say that work on a file began, with a way to stop it."""
        row = ProgressRow(name, say("Stop"))
        row.cancel_asked.connect(self.stop_asked)
        row.set_progress(name, None)
        self._put(row)

    @Slot(float)
    def show_share(self, share: float) -> None:
        """Say how far the work is, from 0.0 to 1.0."""
        if isinstance(self._shown, ProgressRow):
            self._shown.set_progress(say("Saving a copy"), share)

    def show_error(self, error: Exception) -> None:
        """Say what went wrong and offer to try again."""
        told = message(error)
        self.show_finding(told.title, told.advice, say("Try again"))

    def show_finding(self, title: str, text: str, action: str = "") -> None:
        """Say what was found to be wrong."""
        banner = Banner(BannerTone.DANGER, title, text, action)
        banner.setObjectName("backup_error")
        banner.acted.connect(self.retry_asked)
        self._put(banner)

    @Slot()
    def clear(self) -> None:
        """Say nothing."""
        if self._shown is not None:
            self._column.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
        self._shown = None
        self.hide()

    def clear_error(self) -> None:
        """Take a banner away and leave running work as it is."""
        if isinstance(self._shown, Banner):
            self.clear()

    def _put(self, widget: QWidget) -> None:
        self.clear()
        self._shown = widget
        self._column.addWidget(widget)
        self.show()
