"""What a list shows when it has nothing: what is missing, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, post
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import hold_scrolling

_CIRCLE, _ICON, _SENTENCE, _FACTS = 64, 28, 432, 832


@dataclass(frozen=True, slots=True)
class Fact:
    """One of up to three things worth knowing before starting."""

    icon: str
    title: str
    text: str


class _SoftCircle(QWidget):
    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_CIRCLE, _CIRCLE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color("soft"))
        painter.drawEllipse(QRectF(0, 0, _CIRCLE, _CIRCLE))
        shown = pixmap(self._icon, "accent", _ICON, self.devicePixelRatioF())
        painter.drawPixmap((_CIRCLE - _ICON) // 2, (_CIRCLE - _ICON) // 2, shown)


class EmptyState(QScrollArea):
    """Icon, heading, one sentence with numbers, ways on, facts; it scrolls in a low window.

    Args:
        icon: what the list would hold.
        heading: names what is missing, e.g. "No backups yet".
        sentence: one sentence, with numbers where there are some.
        buttons: the primary and one other way, made by the page.
        link: a third, quieter way.
        facts: up to three.
    """

    def __init__(
        self,
        icon: str,
        heading: str,
        sentence: str,
        *,
        buttons: Sequence[Button] = (),
        link: Link | None = None,
        facts: Sequence[Fact] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(f"{heading}. {sentence}")
        self._buttons = tuple(buttons)
        centre = Qt.AlignmentFlag.AlignHCenter
        title = label(heading, TextStyle.HEADING)
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)
        words = Paragraph(sentence, TextStyle.BODY, "text2", width=_SENTENCE)
        words.setAlignment(centre)
        words.setMaximumWidth(px(_SENTENCE))
        content = QWidget()
        layout = QVBoxLayout(content)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(0)
        layout.addStretch(2)
        layout.addWidget(_SoftCircle(icon), 0, centre)
        layout.addSpacing(16)
        layout.addWidget(title)
        layout.addSpacing(8)
        layout.addWidget(words, 0, centre)
        if buttons:
            layout.addSpacing(20)
            layout.addLayout(_centred(buttons))
        if link is not None:
            layout.addSpacing(12)
            layout.addWidget(link, 0, centre)
        if facts:
            layout.addSpacing(24)
            layout.addLayout(_in_the_middle(_fact_card(facts)))
        layout.addStretch(3)
        hold_scrolling(self, content)
        if buttons:
            self.setFocusProxy(buttons[0])

    def take_focus(self) -> None:
        """Give the focus to the first button that can be pressed, where a page around holds it."""
        # Qt's stubs forget that a window may hold no focus at all.
        held = cast("QWidget | None", self.window().focusWidget())
        usable = [button for button in self._buttons if button.isVisible() and button.isEnabled()]
        if usable and held is not None and held.isAncestorOf(self):
            usable[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.take_focus()


def _centred(buttons: Sequence[Button]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addStretch(1)
    for button in buttons:
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(button)
    row.addStretch(1)
    return row


def _in_the_middle(card: QFrame) -> QHBoxLayout:
    """Centred by stretches: an aligned item is asked for its height at the whole width."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(card, 100)
    row.addStretch(1)
    return row


def _fact_card(facts: Sequence[Fact]) -> QFrame:
    card = QFrame()
    card.setProperty("role", "card")
    card.setProperty("tone", "window")
    width = px(_FACTS) * len(facts) // 3
    card.setMaximumWidth(width)
    row = QHBoxLayout(card)
    row.setContentsMargins(20, 16, 20, 16)
    row.setSpacing(20)
    for number, fact in enumerate(facts):
        if number:
            row.addWidget(post())
        row.addWidget(_fact(fact), 1)
    return card


def _fact(fact: Fact) -> QWidget:
    result = QWidget()
    head = QHBoxLayout()
    head.setSpacing(8)
    head.addWidget(IconLabel(fact.icon))
    head.addWidget(label(fact.title, TextStyle.STRONG), 1)
    column = QVBoxLayout(result)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addLayout(head)
    column.addWidget(Paragraph(fact.text, TextStyle.BODY, "text2", width=_FACTS // 3 - 60))
    column.addStretch(1)
    return result
