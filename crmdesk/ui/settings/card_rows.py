"""The cards of a settings page: what it is about at the left, its fields at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

WIDEST = 880
_WORDS = 228


def settings_card(title: str, text: str, fields: Sequence[QWidget]) -> Card:
    """A card with its words at the left and its fields at the right."""
    card = Card()
    card.body.setContentsMargins(20, 16, 20, 16)
    row = QHBoxLayout()
    row.setSpacing(20)
    words = QWidget()
    words.setFixedWidth(px(_WORDS))
    column = QVBoxLayout(words)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    heading = label(title, TextStyle.STRONG)
    heading.setWordWrap(True)
    column.addWidget(heading)
    column.addWidget(Paragraph(text, TextStyle.BODY, "text2", width=_WORDS))
    column.addStretch(1)
    row.addWidget(words)
    side = QVBoxLayout()
    side.setSpacing(16)
    for field in fields:
        side.addWidget(field)
    side.addStretch(1)
    row.addLayout(side, 1)
    card.body.addLayout(row)
    card.setAccessibleName(title)
    return card


class CardPage(QWidget):
    """A title, a line and cards under it, as wide as 880; long pages scroll.

    Args:
        title: of the page.
        line: one sentence under it.
    """

    def __init__(self, title: str, line: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.header = PageHeader(title, line)
        content = QWidget()
        inside = QWidget(content)
        inside.setMaximumWidth(px(WIDEST))
        self.cards = QVBoxLayout(inside)
        self.cards.setContentsMargins(0, 0, 0, 0)
        self.cards.setSpacing(12)
        self.cards.addWidget(self.header)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(inside, 100)
        row.addStretch(1)
        column = QVBoxLayout(content)
        column.setContentsMargins(24, 16, 24, 24)
        column.addLayout(row)
        column.addStretch(1)
        self.area = scrolling(content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.area)
