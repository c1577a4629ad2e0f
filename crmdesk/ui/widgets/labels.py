"""One line of plain text in a named style."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from crmdesk.ui.theme.apply import font
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.properties import restyle


def label(
    text: str,
    style: TextStyle | str = TextStyle.BODY,
    tone: str = "",
    *,
    tabular: bool = False,
    parent: QWidget | None = None,
) -> QLabel:
    """Make a label.

    Args:
        text: shown as it is; nothing in it is taken for markup.
        style: one of the text styles.
        tone: a token for the colour: text, text2, text3, accent, danger, warn, ok.
        tabular: digits of one width, for numbers under each other.
        parent: the widget it stands in, when no layout will give it one.
    """
    result = QLabel(text, parent)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setProperty("role", str(style))
    if tone:
        result.setProperty("tone", tone)
    if tabular:
        # The sheet gives size and weight; only a font can ask for a feature.
        result.setFont(font(style, tabular=True))
    return result


def set_tone(target: QLabel, tone: str) -> None:
    """Change the colour of a label made here."""
    restyle(target, "tone", tone)


def rule(parent: QWidget | None = None) -> QFrame:
    """A horizontal line between parts of a card or a panel."""
    line = QFrame(parent)
    line.setProperty("role", "rule")
    return line


def post(parent: QWidget | None = None) -> QFrame:
    """A vertical line between columns."""
    line = QFrame(parent)
    line.setProperty("role", "post")
    return line
