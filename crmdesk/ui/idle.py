"""Notices that nobody is there, and tells the session that somebody is."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

LOOK_EVERY_MS = 10_000
TOUCH_EVERY_S = 60.0
_ACTIVITY = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)


class IdleWatch(QObject):
    """Watches for clicks and keys in the whole application.

    Args:
        limit: reads how long nobody may be there, in seconds.
        touch: tells the session of a sign of life; called once a minute at most.
        clock: seconds that never go back.

    Signals:
        idle: nobody was there for too long.
    """

    idle = Signal()

    def __init__(
        self,
        limit: Callable[[], float],
        touch: Callable[[], object],
        parent: QObject | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._limit, self._touch, self._clock = limit, touch, clock
        self._seen = self._touched = clock()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Count from now on."""
        self._seen = self._touched = self._clock()
        self._timer.start()
        _application().installEventFilter(self)

    def rest(self) -> None:
        """Stop counting: the window is locked already, or closing."""
        self._timer.stop()
        _application().removeEventFilter(self)

    @Slot()
    def look(self) -> None:
        """Decide now whether anybody is there."""
        now = self._clock()
        if now - self._seen >= self._limit():
            self.idle.emit()
        elif self._seen > self._touched and now - self._touched >= TOUCH_EVERY_S:
            self._touched = now
            self._touch()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY:
            self._seen = self._clock()
        return False


def _application() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)  # noqa: S101 - for the type checker
    return app
