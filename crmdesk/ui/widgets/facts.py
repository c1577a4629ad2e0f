"""Facts under each other: what it is at the left, the value at the right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph

_NAMES = 116
_LONG_WORD = re.compile(r"\S{17,}")
_JOINTS = re.compile(r"([@._/\\-])")


class FactList(QWidget):
    """Names and values; long values wrap, e-mail addresses and file names too.

    Args:
        facts: name and value of each; those without a value are left out.
    """

    def __init__(self, facts: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, px(_NAMES))
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 4)
        for row, (name, value) in enumerate(fact for fact in facts if fact[1]):
            # A plain label: laying out rich text for every name is half of what a panel costs.
            words = label(name, TextStyle.BODY, "text2")
            words.setWordWrap(True)
            shown = Paragraph(breakable(value), TextStyle.BODY, "text")
            shown.setAccessibleName(f"{name}: {value}")
            grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1)


def breakable(text: str) -> str:
    """The text with places to break inside long words: a label cuts them off otherwise."""
    return _LONG_WORD.sub(lambda word: _JOINTS.sub("\\1\u200b", word.group()), text)
