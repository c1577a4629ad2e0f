"""Facts under each other: what it is at the left, the value at the right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.text_block import TextBlock

_NAMES, _GAP, _BETWEEN = 116, 8, 6
_LONG_WORD = re.compile(r"\S{17,}")
_JOINTS = re.compile(r"([@._/\\-])")


class FactList(QWidget):
    """Names and values; long values wrap, e-mail addresses and file names too.

    One widget paints them all: two labels for each fact were most of what a panel cost to open.

    Args:
        facts: name and value of each; those without a value are left out.
    """

    def __init__(self, facts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        shown = [(name, value) for name, value in facts if value]
        self._rows = [
            (TextBlock(name, TextStyle.BODY), TextBlock(breakable(value), TextStyle.BODY))
            for name, value in shown
        ]
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("\n".join(f"{name}: {value}" for name, value in shown))

    def _widths(self, width: int) -> tuple[int, int]:
        """Room for the names, a third at most but for the narrowest, and for the values."""
        names = max(px(_NAMES), (width - _GAP) // 3)
        return names, max(width - names - _GAP, 1)

    # Qt overrides

    def heightForWidth(self, width: int) -> int:
        names, values = self._widths(width)
        heights = [max(n.height(names), v.height(values)) for n, v in self._rows]
        return sum(heights) + _BETWEEN * max(len(heights) - 1, 0)

    def sizeHint(self) -> QSize:
        width = px(_NAMES) * 3
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(_NAMES) + _GAP + px(64), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        width, seen = self.width(), event.rect()
        names, values = self._widths(width)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        name_at, value_at = (values + _GAP, 0) if mirrored else (0, names + _GAP)
        top = 0
        for name, value in self._rows:
            height = max(name.height(names), value.height(values))
            if top <= seen.bottom() and top + height >= seen.top():
                name.set_side(side, self.layoutDirection())
                value.set_side(side, self.layoutDirection())
                name.draw(painter, name_at, top, names, tokens.color("text2"))
                value.draw(painter, value_at, top, values, tokens.color("text"))
            top += height + _BETWEEN


def breakable(text: str) -> str:
    """The text with places to break inside long words: a label cuts them off otherwise."""
    return _LONG_WORD.sub(lambda word: _JOINTS.sub("\\1\u200b", word.group()), text)
