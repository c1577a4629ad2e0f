"""Notices that nobody is there, and tells the session that somebody is."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QWindow

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
    """Watches for clicks and keys in every window of the application.

    It looks at what the system hands to the windows. A filter on the application itself would
    hand Python every event of every widget, thousands whenever a page is built or laid out.

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
        _application().focusWindowChanged.connect(self._follow)

    def start(self) -> None:
        """Count from now on."""
        self._seen = self._touched = self._clock()
        self._timer.start()
        self._watch_windows()

    def rest(self) -> None:
        """Stop counting: the window is locked already, or closing."""
        self._timer.stop()
        for window in QGuiApplication.topLevelWindows():
            window.removeEventFilter(self)

    @Slot()
    def look(self) -> None:
        """Decide now whether anybody is there."""
        # Menus and lists that opened since take no focus of their own.
        self._watch_windows()
        now = self._clock()
        if now - self._seen >= self._limit():
            self.idle.emit()
        elif self._seen > self._touched and now - self._touched >= TOUCH_EVERY_S:
            self._touched = now
            self._touch()

    @Slot(QWindow)
    def _follow(self, window: QWindow | None) -> None:
        """A dialog that comes while somebody works is watched from its first key on."""
        if window is not None and self._timer.isActive():
            window.installEventFilter(self)

    def _watch_windows(self) -> None:
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY:
            self._seen = self._clock()
        return False


def _application() -> QGuiApplication:
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)  # noqa: S101 - for the type checker
    return app
