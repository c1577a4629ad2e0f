"""Gives a new look first to what is in sight, then to the rest in short turns."""

from __future__ import annotations

import time
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

_TURN_S = 0.006
_POLISHED = Qt.WidgetAttribute.WA_WState_Polished
_OWN_STYLE = Qt.WidgetAttribute.WA_SetStyle


class OutOfSight(QObject):
    """The widgets that nobody sees while the look changes.

    Qt gives a new sheet to every widget that is marked as polished, and tells every widget that
    has no style of its own, twice and in one go. With every tab built 19 of 20 are out of sight,
    and a change of theme held the window up for 0.4 s. So they are neither, until it is over.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._waiting: list[tuple[QWidget, bool]] = []
        self._later: list[Callable[[], object]] = []
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._go_on)

    def put_off(self) -> None:
        """Leave them out of what follows."""
        before = bool(self._waiting)
        for widget in QApplication.allWidgets():
            if widget.isVisible() or (before and widget.testAttribute(_OWN_STYLE)):
                continue
            polished = widget.testAttribute(_POLISHED)
            if polished:
                widget.setAttribute(_POLISHED, False)
            widget.setAttribute(_OWN_STYLE)
            self._waiting.append((widget, polished))

    def do_later(self, act: Callable[[], object]) -> None:
        """Do something short once :meth:`catch_up` comes to it."""
        self._later.append(act)

    def catch_up(self) -> None:
        """Give them the look, a few at a time, between the other things the window does."""
        if self._waiting or self._later:
            self._turn.start()

    def finish(self) -> None:
        """Give all of them the look now."""
        while self._step():
            pass
        self._turn.stop()

    @Slot()
    def _go_on(self) -> None:
        until = time.perf_counter() + _TURN_S
        while time.perf_counter() < until:
            if not self._step():
                self._turn.stop()
                return

    def _step(self) -> bool:
        if self._waiting:
            self._dress(*self._waiting.pop())
        elif self._later:
            self._later.pop()()
        return bool(self._waiting or self._later)

    @staticmethod
    def _dress(widget: QWidget, polished: bool) -> None:
        if not shiboken6.isValid(widget):
            return
        widget.setAttribute(_OWN_STYLE, False)
        if polished:
            # The sheet before was not taken off; its colours would stay where this one has none.
            widget.setPalette(QPalette())
            widget.setAttribute(_POLISHED)
            widget.style().polish(widget)
        # As Qt does itself: what keeps sizes or colours asks for them again.
        QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.StyleChange))
        widget.update()
