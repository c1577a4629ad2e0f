"""Has entries of the log sealed while a window is open, a thousand at a time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Slot

from crmdesk.ui.desk import Desk

#: Rarely are there a thousand new entries; where there are many, writes come between.
LOOK_MS = 60_000
GO_ON_MS = 250


class SealWatch(QObject):
    """Looks each minute, and four times a second while there is more to seal.

    Args:
        keep: seals some and says whether there is more; runs in the thread of writes, for ten
            milliseconds.
    """

    def __init__(self, desk: Desk, keep: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._keep = desk, keep
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)
        self._rests = True

    def start(self) -> None:
        """Look in a minute and from then on."""
        self._rests = False
        self._timer.start(LOOK_MS)

    def rest(self) -> None:
        """Stop looking: the window is locked or closing."""
        self._rests = True
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Seal what there is."""
        self._desk.run_write(self, self._keep, self._again, lambda _error: self._again(False))

    def _again(self, more: bool) -> None:
        if not self._rests:
            self._timer.start(GO_ON_MS if more else LOOK_MS)
