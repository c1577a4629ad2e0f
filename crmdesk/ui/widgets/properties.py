"""Dynamic properties that the style sheet selects on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget

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
    if event.reason() in _KEPT and widget.property("keyfocus"):
        return
    restyle(widget, "keyfocus", event.reason() is not Qt.FocusReason.MouseFocusReason)


def mark_focus_out(widget: QWidget, event: QFocusEvent) -> None:
    """Take the focus edge away, except while only the window or a menu is in between."""
    if event.reason() not in _KEPT:
        restyle(widget, "keyfocus", "")
