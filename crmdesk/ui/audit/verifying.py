"""Verifies the log beside everything else: how far it is, a way to stop it, and the verdict."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.core.audit.verdict import ChainVerification
from crmdesk.core.errors import Cancelled
from crmdesk.ui import words
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.verification import failed_banner, verified_banner
from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.banner import Banner
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.progress_row import ProgressRow

#: A verdict that comes sooner needs no bar, and more looks a second would only cost.
_FIRST_LOOK_S, _NEXT_LOOK_S = 0.4, 0.1


class Verifying(QWidget):
    """The line that a verification has while it runs; hidden without one.

    Args:
        button: begins it; busy meanwhile, so that there is one at a time.
        show: opens the first bad entry.
        close: takes the verdict away.

    Signals:
        began: whatever was said of an earlier one is old.
        found: the verdict, or why there is none, as a banner.
        moved: how many entries were looked at and how many there are; from another thread.
    """

    began = Signal()
    found = Signal(object)
    moved = Signal(object, object)

    def __init__(
        self,
        desk: Desk,
        button: Button,
        show: Callable[[int], object],
        close: Callable[[], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._button = button
        self._open, self._close = show, close
        self._cancel: threading.Event | None = None
        self._since = 0.0
        self.row: ProgressRow | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.moved.connect(self._show_share)
        button.clicked.connect(self.begin)
        self.hide()

    @property
    def runs(self) -> bool:
        """Whether the log is being verified."""
        return self._cancel is not None

    @Slot()
    def begin(self) -> None:
        """Verify the whole log, unless that is being done."""
        if self.runs:
            return
        desk = self._desk
        self.show_busy()
        self._since = time.monotonic()
        tell = _Teller(self)
        self._cancel = desk.run_aside(
            self,
            lambda cancelled: desk.workspace.audit.verify(
                desk.actor, progress=tell, cancelled=cancelled
            ),
            self._show_verdict,
            self._show_failure,
        )

    def show_busy(self) -> None:
        """Say on the button that it runs."""
        self._button.set_busy(say("Verifying..."))

    @Slot()
    def stop(self) -> None:
        """Ask it to stop; the line goes when it has."""
        if self._cancel is not None:
            self._cancel.set()

    @Slot(object, object)
    def _show_share(self, done: int, entries: int) -> None:
        if self._cancel is None or self._cancel.is_set():
            return
        if self.row is None:
            self.row = ProgressRow(say("Verifying the log"), say("Cancel"))
            self.row.setObjectName("audit_verifying")
            self.row.cancel_button.setObjectName("audit_verifying_cancel")
            self.row.cancel_asked.connect(self.stop)
            self._column.addWidget(self.row)
            self.began.emit()
            self.show()
        text = say("Verifying the log, entry %1 of %2").replace("%1", words.number(done))
        share = done / entries if entries else None
        elapsed = time.monotonic() - self._since
        left = elapsed * (entries - done) / done if done else 0.0
        self.row.set_progress(text.replace("%2", words.number(entries)), share, elapsed, left)

    def _show_verdict(self, found: ChainVerification) -> None:
        self._end()
        self.found.emit(verified_banner(found, self._open, self._close))

    def _show_failure(self, error: Exception) -> None:
        self._end()
        if not isinstance(error, Cancelled):
            self.found.emit(self._failed(error))

    def _failed(self, error: Exception) -> Banner:
        return failed_banner(error, self.begin)

    def _end(self) -> None:
        self._cancel = None
        self._button.set_idle()
        row, self.row = self.row, None
        if row is not None:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.hide()


class _Teller:
    """Brings what the verifying thread counts to the window, a few times a second."""

    def __init__(self, verifying: Verifying) -> None:
        self._verifying: QObject = verifying
        self._moved = verifying.moved
        self._next = time.monotonic() + _FIRST_LOOK_S

    def __call__(self, done: int, entries: int) -> None:
        now = time.monotonic()
        if now >= self._next and shiboken6.isValid(self._verifying):
            self._next = now + _NEXT_LOOK_S
            self._moved.emit(done, entries)
