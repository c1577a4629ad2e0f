"""The one place above a list where something is said: work on a file, or what went wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, SignalInstance, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui.backup.words import say
from crmdesk.ui.messages import message
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.progress_row import ProgressRow


class NoticeSlot(QWidget):
    """Holds at most one notice; takes no room while there is none.

    A list that could not be read says so until it could. What went wrong with something a person
    did is not mended by reading the list again: it stays until they close it or do something else.

    Signals:
        stop_asked: the work on a file should stop.
        retry_asked: the list should be read again.
    """

    stop_asked = Signal()
    retry_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: QWidget | None = None
        self._lasts = False
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

    def show_unread(self, error: Exception) -> None:
        """Say why the list could not be read, and offer to try again."""
        told = message(error)
        self._say(told.title, told.advice, say("Try again"), self.retry_asked)

    def show_error(self, error: Exception) -> None:
        """Say what went wrong with something a person did."""
        told = message(error)
        self.show_finding(told.title, told.advice)

    def show_finding(self, title: str, text: str) -> None:
        """Say what was found to be wrong."""
        self._say(title, text, say("Close"), self.clear)
        self._lasts = True

    def _say(
        self, title: str, text: str, action: str, act: Callable[[], None] | SignalInstance
    ) -> None:
        banner = Banner(BannerTone.DANGER, title, text, action)
        banner.setObjectName("backup_error")
        banner.acted.connect(act)
        self._put(banner)

    @Slot()
    def clear(self) -> None:
        """Say nothing."""
        if self._shown is not None:
            self._column.removeWidget(self._shown)
            self._shown.hide()
            self._shown.deleteLater()
        self._shown, self._lasts = None, False
        self.hide()

    def list_was_read(self) -> None:
        """Take away that it could not be, and nothing else."""
        if isinstance(self._shown, Banner) and not self._lasts:
            self.clear()

    def forget_error(self) -> None:
        """Take a banner away and leave running work as it is."""
        if isinstance(self._shown, Banner):
            self.clear()

    def _put(self, widget: QWidget) -> None:
        self.clear()
        self._shown = widget
        self._column.addWidget(widget)
        self.show()
