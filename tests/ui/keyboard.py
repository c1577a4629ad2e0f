"""A keyboard for a window under test: what Tab comes to, and what it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView)
NO_KEYS = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


class Keys:
    """A window and a keyboard; there is no mouse."""

    def __init__(self, window: Any, qtbot: Any) -> None:
        self.window, self.qtbot = window, qtbot

    @property
    def here(self) -> QWidget:
        """Where the focus is, or would be if this window were the active one."""
        return QApplication.focusWidget() or self.window.focusWidget() or self.window

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> None:
        """A key, wherever the focus is."""
        self.qtbot.keyClick(self.here, key, modifiers)

    def type(self, text: str) -> None:
        """Letters, wherever the focus is."""
        self.qtbot.keyClicks(self.here, text)

    def wait(self, condition: Callable[[], object]) -> None:
        """Let events happen until something holds."""
        self.qtbot.waitUntil(lambda: bool(condition()))

    def round(self) -> set[QWidget]:
        """What Tab brings the focus to, until it is where it began."""
        # Where the focus was may have gone out of sight; the first Tab leaves it.
        self.press(Qt.Key.Key_Tab)
        start, met = self.here, set()
        for _ in range(200):
            self.press(Qt.Key.Key_Tab)
            met.add(self.here)
            if self.here is start:
                return met
        raise AssertionError("Tab never comes back to where it began")

    def to(self, wanted: QWidget) -> None:
        """Press Tab until the focus is on a widget."""
        for _ in range(200):
            if self.here is wanted:
                return
            self.press(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab does not reach {said(wanted)}")


def said(widget: QWidget) -> str:
    """Which widget it is, for a message."""
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()!r}"


def unreached(root: QWidget, met: set[QWidget]) -> list[str]:
    """Controls in sight that Tab does not bring the focus to, nor arrows within their group."""
    missing = []
    for control in root.findChildren(QWidget):
        if not isinstance(control, CONTROLS) or not control.isVisibleTo(root.window()):
            continue
        if not control.isEnabled() or control in met or control.focusProxy() in met:
            continue
        if any(control in (each.focusProxy(), each.parentWidget()) for each in met):
            continue
        if control.parentWidget() in met or control.visibleRegion().isEmpty():
            continue
        group = control.group() if isinstance(control, QAbstractButton) else None
        if group is not None and met.intersection(group.buttons()):
            continue
        missing.append(said(control))
    return missing
