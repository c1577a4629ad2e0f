"""Ways through the window by keyboard: back and forward between places, on to the next region."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollArea, QWidget


class Visited:
    """The places somebody went to, and where among them they are; as in a browser."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._at = -1

    def add(self, key: str) -> None:
        """Go somewhere new; what lay ahead is forgotten."""
        self._keys = [*self._keys[: self._at + 1], key]
        self._at = len(self._keys) - 1

    def has(self, by: int) -> bool:
        """Whether there is a place so many steps before (negative) or ahead."""
        return 0 <= self._at + by < len(self._keys)

    def step(self, by: int) -> str | None:
        """Go so many steps; None, and nothing moves, when there is no such place."""
        if not self.has(by):
            return None
        self._at += by
        return self._keys[self._at]


def walk(regions: Sequence[QWidget], by: int, *, head: QWidget) -> None:
    """Move the focus to the next or previous region.

    Args:
        regions: in their order, those in sight.
        by: 1 for the next, -1 for the previous.
        head: what lies around the first region; focus anywhere in it counts as being there.
    """
    focus = QApplication.focusWidget()
    # From the last that holds the focus: a page's region may lie inside another.
    inside = [n for n, part in enumerate(regions) if _holds(part, focus)]
    at = inside[-1] if inside else -1
    if focus is not None and not inside and head.isAncestorOf(focus):
        at = 0
    for step in range(1, len(regions) + 1):
        entrance = _entrance(regions[(at + by * step) % len(regions)])
        if entrance is not None:
            entrance.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return


def _entrance(part: QWidget) -> QWidget | None:
    """Where the focus goes in a region: what shows that it has it, the current place first."""
    if _takes_focus(part):
        return part
    area: QWidget | None = None
    widget = part.nextInFocusChain()
    while widget is not None and widget is not part:
        if part.isAncestorOf(widget) and _takes_focus(widget):
            if not isinstance(widget, QScrollArea):
                return _current_of(widget)
            # What only scrolls comes after what can be pressed in it.
            area = area or widget
        widget = widget.nextInFocusChain()
    return area


def _takes_focus(widget: QWidget) -> bool:
    policy = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(policy) and widget.isEnabled() and widget.isVisible()


def _current_of(widget: QWidget) -> QWidget:
    """Of several that exclude each other, the chosen one."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    chosen = group.checkedButton() if group is not None and group.exclusive() else None
    return chosen if chosen is not None and chosen.isVisible() else widget


def _holds(part: QWidget, focus: QWidget | None) -> bool:
    return focus is not None and (part is focus or part.isAncestorOf(focus))
