"""Python's search for garbage, where it can do no harm: in the GUI thread, between events."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_LOOK_MS = 500


class GarbageCollection(QObject):
    """Searches when Python would have, but by the clock of the event loop.

    Python searches as soon as one object too many was made: in whichever thread made it, and
    below whatever Qt is doing. A dialog that only a cycle still held was then taken down while
    Qt handed it an event, or outside the GUI thread, and the program fell.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._search)
        self._timer.start()

    @Slot()
    def _search(self) -> None:
        for generation, threshold in enumerate(gc.get_threshold()):
            if gc.get_count()[generation] <= threshold:
                return
            gc.collect(generation)
