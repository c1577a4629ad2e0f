"""Dynamic properties that the style sheet selects on."""

from __future__ import annotations

from weakref import ref

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

# What shows the edge although a dialog or a menu has the focus.
_waiting: list[ref[QWidget]] = []
_KEPT = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


def restyle(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property and let the style sheet look at the widget again.

    A truth value is stored as ``"true"`` or ``"false"``, since selectors compare text.
    """
    text = value if isinstance(value, str) else ("true" if value else "false")
    if widget.property(name) == text:
        return
    widget.setProperty(name, text)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def mark_focus_in(widget: QWidget, event: QFocusEvent) -> None:
    """Show the focus edge unless a mouse brought the focus; the sheet cannot tell them apart.

    A window or menu that comes back leaves it as it was. A window that is first activated brings
    the focus by itself, e.g. to the safe button of a dialog: there the edge shows.
    """
    _leave_behind(widget)
    if event.reason() in _KEPT and widget.property("keyfocus"):
        return
    restyle(widget, "keyfocus", event.reason() is not Qt.FocusReason.MouseFocusReason)


def mark_focus_out(widget: QWidget, event: QFocusEvent) -> None:
    """Take the focus edge away, except while only the window or a menu is in between."""
    if event.reason() not in _KEPT:
        restyle(widget, "keyfocus", "")
    elif widget.property("keyfocus"):
        _waiting.append(ref(widget))


def _leave_behind(widget: QWidget) -> None:
    """Take the edge off what waits for its window, once that window gives the focus to another.

    A dialog that closes may have moved the focus on meanwhile, e.g. to the button that goes on.
    """
    for waiting in list(_waiting):
        other = waiting()
        gone = other is None or not isValid(other)
        if not gone and other is not widget and other.window() is widget.window():
            restyle(other, "keyfocus", "")
            gone = True
        if gone or other is widget:
            _waiting.remove(waiting)
