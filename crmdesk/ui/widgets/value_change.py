"""One value before and after, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.facts import breakable
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.paragraph import Paragraph


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change, ready to read; ``None`` is no value.

    Attributes:
        title: what changed, e.g. the property's label; empty for none.
    """

    title: str
    old: str | None
    new: str | None


class ValueChange(QWidget):
    """Two small cards with an arrow between them; a value that was lost is said in red."""

    def __init__(self, change: ShownChange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        nothing = QCoreApplication.translate("ValueChange", "No value")
        before = QCoreApplication.translate("ValueChange", "Before")
        after = QCoreApplication.translate("ValueChange", "After")
        lost = change.new is None and change.old is not None
        row = QHBoxLayout()
        row.setSpacing(6)
        old, new = change.old or nothing, change.new or nothing
        row.addWidget(_card(before, old, "text" if change.old else "text3"), 1)
        row.addWidget(IconLabel("arrow-right", "text3", 14), 0, Qt.AlignmentFlag.AlignVCenter)
        tone = "danger" if lost else ("text" if change.new else "text3")
        row.addWidget(_card(after, new, tone), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        if change.title:
            column.addWidget(Paragraph(change.title, TextStyle.STRONG, "text"))
        column.addLayout(row)
        self.setAccessibleName(f"{change.title}. {before}: {old}. {after}: {new}.".lstrip(". "))


def _card(word: str, value: str, tone: str) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    column = QVBoxLayout(card)
    column.setContentsMargins(10, 6, 10, 6)
    column.setSpacing(1)
    column.addWidget(label(word, TextStyle.CAPTION, "text3"))
    column.addWidget(Paragraph(breakable(value), TextStyle.BODY, tone))
    column.addStretch(1)
    return card
