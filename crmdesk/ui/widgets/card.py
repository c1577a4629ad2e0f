"""A card: one thing with an edge around it."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.labels import label


class Card(QFrame):
    """A frame with padding and, if wanted, a title row; add what it holds to ``body``.

    Args:
        title: card title; the row it stands in is ``head``, where buttons can follow.
        tone: ``"window"`` for a quiet card, ``"info"`` for a tinted one.
    """

    def __init__(self, title: str = "", tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        if tone:
            self.setProperty("tone", tone)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(8)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        if title:
            self.title = label(title, TextStyle.STRONG)
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)
