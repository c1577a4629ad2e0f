"""Tab walks as the eye does: in the order of the layouts, whenever a control was made."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QLayout, QScrollArea, QStackedWidget, QWidget


def order_focus(root: QWidget) -> None:
    """Put what takes the focus below a widget into the order in which it is laid out.

    Qt goes by the order of making, so that rows and links that come later would follow
    everything else of the window.
    """
    last: QWidget | None = None
    for stop in _stops(root):
        if last is not None and last.nextInFocusChain() is not stop:
            QWidget.setTabOrder(last, stop)
        last = stop


def _stops(widget: QWidget) -> Iterator[QWidget]:
    # A proxy takes part by its own place: left behind, it would lead Tab back to what it is for.
    if widget.focusPolicy() is not Qt.FocusPolicy.NoFocus or widget.focusProxy() is not None:
        yield widget
    if isinstance(widget, QStackedWidget):
        inside = [widget.currentWidget()]
    elif isinstance(widget, QScrollArea):
        inside = [widget.widget()]
    elif isinstance(widget, QAbstractItemView):
        # The buttons of a row stand in no layout.
        inside = [
            child
            for child in widget.viewport().findChildren(QWidget)
            if child.focusPolicy() is not Qt.FocusPolicy.NoFocus
        ]
    else:
        yield from _laid_out(widget.layout())
        return
    for child in inside:
        if child is not None:
            yield from _stops(child)


def _laid_out(layout: QLayout | None) -> Iterator[QWidget]:
    for place in range(layout.count() if layout is not None else 0):
        item = layout.itemAt(place) if layout is not None else None
        widget = item.widget() if item is not None else None
        if widget is not None:
            if not widget.isHidden():
                yield from _stops(widget)
        elif item is not None:
            yield from _laid_out(item.layout())
