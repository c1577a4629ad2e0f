"""Gives a new style sheet first to what is in sight, then to the rest in short turns."""

from __future__ import annotations

import time

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget

_TURN_S = 0.006
_POLISHED = Qt.WidgetAttribute.WA_WState_Polished


class OutOfSight(QObject):
    """The widgets that nobody sees while the look changes.

    Qt gives a new sheet to every widget that is marked as polished, in one go. With every tab
    built 19 of 20 are out of sight, and a change of theme held the window up for 0.4 s.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._waiting: list[QWidget] = []
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._go_on)

    def put_off(self) -> None:
        """Leave them out of what follows. They have to be without a sheet by now."""
        known = {id(widget) for widget in self._waiting}
        for widget in QApplication.allWidgets():
            polished = widget.testAttribute(_POLISHED)
            if polished and not widget.isVisible() and id(widget) not in known:
                widget.setAttribute(_POLISHED, False)
                self._waiting.append(widget)

    def catch_up(self) -> None:
        """Give them the sheet, a few at a time, between the other things the window does."""
        if self._waiting:
            self._turn.start()

    def finish(self) -> None:
        """Give all of them the sheet now."""
        while self._waiting:
            self._dress(self._waiting.pop())
        self._turn.stop()

    @Slot()
    def _go_on(self) -> None:
        until = time.perf_counter() + _TURN_S
        while self._waiting and time.perf_counter() < until:
            self._dress(self._waiting.pop())
        if not self._waiting:
            self._turn.stop()

    @staticmethod
    def _dress(widget: QWidget) -> None:
        if not shiboken6.isValid(widget):
            return
        widget.setAttribute(_POLISHED, True)
        widget.style().polish(widget)
        # As Qt does itself: what keeps sizes or colours asks for them again.
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
        widget.update()
