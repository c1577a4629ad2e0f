"""Keeps what stays out of Python's search for garbage."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_SETTLED_MS = 1_000


class LongLived(QObject):
    """Sets aside what was built, so that a search for garbage looks at what came since.

    A full search visits every object: with all tabs built it held the window up for 80 ms, at any
    moment, in whichever thread made the one object too many. Widgets do not wait for it: Qt
    takes them down.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, interval=_SETTLED_MS)
        self._timer.timeout.connect(self._set_aside)

    @Slot()
    def built(self) -> None:
        """Something that stays was built; it is set aside once it has been filled."""
        self._timer.start()

    @Slot()
    def let_go(self) -> None:
        """What was set aside may be garbage from now on."""
        self._timer.stop()
        gc.unfreeze()

    @Slot()
    def _set_aside(self) -> None:
        gc.freeze()
