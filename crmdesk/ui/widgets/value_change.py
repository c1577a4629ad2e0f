"""One value before and after, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from crmdesk.ui.icons import pixmap
from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.facts import breakable
from crmdesk.ui.widgets.text_block import TextBlock

_GAP, _ARROW = 6, 14
_ASIDE, _ABOVE, _UNDER_WORD, _RADIUS = 11, 7, 1, 8


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change, ready to read; ``None`` is no value.

    Attributes:
        title: what changed, e.g. the property's label; empty for none.
    """

    title: str
    old: str | None
    new: str | None


class _Card:
    """One of the two values, with the word that says which."""

    def __init__(self, word: str, value: str, tone: str) -> None:
        self.tone = tone
        self.word = TextBlock(word, TextStyle.CAPTION)
        self.value = TextBlock(breakable(value), TextStyle.BODY)

    def height(self, width: int) -> int:
        room = max(width - 2 * _ASIDE, 1)
        return self.word.height(room) + _UNDER_WORD + self.value.height(room) + 2 * _ABOVE

    def paint(self, painter: QPainter, rect: QRect, direction: Qt.LayoutDirection) -> None:
        tokens = current_tokens()
        painter.setPen(tokens.color("border"))
        painter.setBrush(tokens.color("surface"))
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS, _RADIUS)
        room = rect.adjusted(_ASIDE, _ABOVE, -_ASIDE, -_ABOVE)
        top = room.top() + self.word.height(room.width()) + _UNDER_WORD
        for block, at, tone in (
            (self.word, room.top(), "text3"),
            (self.value, top, self.tone),
        ):
            block.set_side(_side(direction), direction)
            block.draw(painter, room.left(), at, room.width(), tokens.color(tone))


class ValueChange(QWidget):
    """Two small cards with an arrow between them; a value that was lost is said in red.

    One widget paints it all: an entry of the log may hold forty, and forty times nine widgets
    kept the window waiting.
    """

    def __init__(self, change: ShownChange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        nothing = QCoreApplication.translate("ValueChange", "No value")
        before = QCoreApplication.translate("ValueChange", "Before")
        after = QCoreApplication.translate("ValueChange", "After")
        lost = change.new is None and change.old is not None
        old, new = change.old or nothing, change.new or nothing
        tone = "danger" if lost else ("text" if change.new else "text3")
        self._old = _Card(before, old, "text" if change.old else "text3")
        self._new = _Card(after, new, tone)
        self._title = TextBlock(change.title, TextStyle.STRONG) if change.title else None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{change.title}. {before}: {old}. {after}: {new}.".lstrip(". "))

    def _card_width(self, width: int) -> int:
        return max((width - px(_ARROW) - 2 * _GAP) // 2, 1)

    def _top_of_cards(self, width: int) -> int:
        return self._title.height(width) + _GAP if self._title is not None else 0

    def _cards_height(self, width: int) -> int:
        card = self._card_width(width)
        return max(self._old.height(card), self._new.height(card))

    # Qt overrides

    def heightForWidth(self, width: int) -> int:
        return self._top_of_cards(width) + self._cards_height(width)

    def sizeHint(self) -> QSize:
        width = px(320)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(2 * (px(64) + 2 * _ASIDE + _GAP) + px(_ARROW), 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, direction = self.width(), self.layoutDirection()
        if self._title is not None:
            self._title.set_side(_side(direction), direction)
            self._title.draw(painter, 0, 0, width, tokens.color("text"))
        top, height, card = (
            self._top_of_cards(width),
            self._cards_height(width),
            self._card_width(width),
        )
        first, last = QRect(0, top, card, height), QRect(width - card, top, card, height)
        if direction is Qt.LayoutDirection.RightToLeft:
            first, last = last, first
        self._old.paint(painter, first, direction)
        self._new.paint(painter, last, direction)
        size = px(_ARROW)
        back = direction is Qt.LayoutDirection.RightToLeft
        pointing = "arrow-left" if back else "arrow-right"
        arrow = pixmap(pointing, "text3", size, self.devicePixelRatioF())
        painter.drawPixmap((width - size) // 2, top + (height - size) // 2, arrow)


def _side(direction: Qt.LayoutDirection) -> Qt.AlignmentFlag:
    mirrored = direction is Qt.LayoutDirection.RightToLeft
    return Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
