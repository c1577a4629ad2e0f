"""Paints one table row at a time, straight from its description.

Painting a row in one go costs about a third of Qt's call per cell, which asks the model for
every role of every cell (measured with ``benchmarks/scroll.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen

from crmdesk.ui.icons import pixmap
from crmdesk.ui.tables.cells import EMPTY, Align, Cell, Column, Lead, Row, RowKind, Tone
from crmdesk.ui.tables.marks import CHECK_SIZE, ICON_ROLES, TEXT_ROLES, avatar, badge, check_box
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle

PADDING = 8
EDGE = 24
CARD_EDGE = 16
LEAD_WIDTH = {
    Lead.NOTHING: EDGE - PADDING,
    Lead.CARD: CARD_EDGE - PADDING,
    Lead.CHECK: 48,
    Lead.ICON: 48,
}
ICON_SIZE = 16
BAR_HEIGHT = 6
_LONGEST_BAR = 560
_ELIDED_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a visible column stands in the viewport, in logical pixels."""

    column: Column
    left: int
    width: int


@dataclass(frozen=True, slots=True)
class RowLook:
    """How one row stands among the others right now.

    ``covered`` is how much of its columns standing buttons take, in logical pixels.
    """

    hovered: bool = False
    selected: bool = False
    current: bool = False
    ticked: bool = False
    covered: int = 0


class Letters:
    """One font with its metrics, and the texts it had to cut."""

    def __init__(self, style: TextStyle, *, tabular: bool = False) -> None:
        self.font: QFont = font(style, tabular)
        self.metrics = QFontMetrics(self.font)
        self.ascent = self.metrics.ascent()
        self.height = self.metrics.height()
        # No letter of a text face is wider than its size; so most texts need no measuring.
        self._widest = self.font.pixelSize()
        self._cut: dict[tuple[str, int], str] = {}

    def fit(self, text: str, room: int) -> str:
        """The text, with an ellipsis when it is wider than ``room`` logical pixels."""
        if "\n" in text or "\r" in text:
            text = " ".join(text.split())
        if len(text) * self._widest <= room:
            return text
        key = (text, room)
        cut = self._cut.get(key)
        if cut is None:
            if len(self._cut) > _ELIDED_KEPT:
                self._cut.clear()
            cut = self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room))
            self._cut[key] = cut
        return cut


class RowPainter:
    """Paints rows with the colours and fonts of the moment; made anew when those change.

    Attributes:
        more: the three dots at the end of each row.
    """

    def __init__(self, lead: Lead, ratio: float, *, mirrored: bool) -> None:
        self._lead = lead
        self._ratio = ratio
        self._mirrored = mirrored
        self._body = Letters(TextStyle.BODY, tabular=True)
        self._hyphened = Letters(TextStyle.BODY)
        self._name = Letters(TextStyle.MEDIUM)
        self._caption = Letters(TextStyle.CAPTION)
        self._pens: dict[str, QPen] = {}
        tokens = current_tokens()
        self._fills = {
            role: tokens.color(role) for role in ("surface", "hover", "soft", "accent", "grid")
        }
        self._fills["press"] = tokens.color("press")
        self.more = pixmap("ellipsis", "text2", ICON_SIZE, ratio)
        self._caption_height = px(16)
        self._avatar_name = px(24)
        self._avatar_cell = px(20)

    def paint(
        self, painter: QPainter, place: QRect, slots: Sequence[Slot], row: Row, look: RowLook
    ) -> None:
        """Paint one row.

        Args:
            painter: on the viewport; its pen, brush and font are left changed.
            place: the whole row in viewport coordinates.
            slots: the visible columns, the name's first.
            row: what to paint.
            look: hover, selection and the like.
        """
        self._ground(painter, place, look)
        self._leading(painter, place, row, look)
        for slot in slots:
            if row.span_from and slot.column.key == row.span_from:
                self._span(painter, place, self._rest_of(slots, slot, look.covered), row)
                break
            self._cell(painter, place, slots, slot, row, selected=look.selected)
        if row.kind is RowKind.UNUSABLE and row.reason:
            self._reason(painter, place, slots, row)
        if look.current:
            painter.setPen(QPen(self._fills["accent"], 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(1, 1, -1, -1))

    def _ground(self, painter: QPainter, place: QRect, look: RowLook) -> None:
        role = "soft" if look.selected else "hover" if look.hovered else "surface"
        painter.fillRect(place, self._fills[role])
        # A filled line lies on whole pixels at every scale; a drawn one straddles two at 2x.
        painter.fillRect(place.left(), place.bottom(), place.width(), 1, self._fills["grid"])
        if look.selected:
            left = place.right() - 2 if self._mirrored else place.left()
            painter.fillRect(left, place.top(), 3, place.height(), self._fills["accent"])

    def _leading(self, painter: QPainter, place: QRect, row: Row, look: RowLook) -> None:
        if self._lead is Lead.CHECK:
            state = Qt.CheckState.Checked if look.ticked else Qt.CheckState.Unchecked
            mark = check_box(state, row.usable, self._ratio)
            left, size = self._from(place, EDGE, CHECK_SIZE), CHECK_SIZE
        elif self._lead is Lead.ICON and row.icon:
            role = "text3" if row.dimmed else ICON_ROLES[row.icon_tone]
            mark = pixmap(row.icon, role, ICON_SIZE, self._ratio)
            left, size = self._from(place, EDGE, ICON_SIZE), ICON_SIZE
        else:
            return
        painter.drawPixmap(left, place.top() + (place.height() - size) // 2, mark)

    def _cell(
        self,
        painter: QPainter,
        place: QRect,
        slots: Sequence[Slot],
        slot: Slot,
        row: Row,
        *,
        selected: bool,
    ) -> None:
        cell = row.cells.get(slot.column.key, EMPTY)
        first = slot is slots[0]
        before = LEAD_WIDTH[self._lead] if first else 0
        start, room = PADDING + before, slot.width - 2 * PADDING - before
        middle = place.top() + (place.height() - 1) // 2
        lines = bool(cell.second) or (bool(row.reason) and row.kind is RowKind.UNUSABLE)
        line = middle - self._caption_height // 2 - 1 if lines else middle
        if cell.badge is not None:
            if cell.text:
                mark = badge(cell.text, cell.badge, cell.icon, room, self._ratio, selected)
                high = int(mark.height() / self._ratio)
                left = self._in(slot, start, int(mark.width() / self._ratio))
                painter.drawPixmap(left, middle - high // 2, mark)
            return
        used = self._front_marks(painter, slot, start, middle, cell, first=first)
        letters = self._letters(slot, cell, first=first)
        role = self._role(cell, row, first=first)
        self._text(painter, slot, (start + used, room - used), line, cell.shown, letters, role)
        if cell.second:
            below = line + self._caption_height // 2 + px(9) + 1
            space = (start + used, room - used)
            self._text(painter, slot, space, below, cell.second, self._caption, "text3")

    def _letters(self, slot: Slot, cell: Cell, *, first: bool) -> Letters:
        if first and not cell.quiet:
            return self._name
        # Beside figures of one width a hyphen is as wide as they are: a gap in "sign-in", and in
        # the number of a phone. Of numbers that stand under each other it is the sign.
        hyphened = "-" in cell.shown and slot.column.align is not Align.END
        return self._hyphened if hyphened else self._body

    def _front_marks(
        self, painter: QPainter, slot: Slot, start: int, middle: int, cell: Cell, *, first: bool
    ) -> int:
        if cell.avatar:
            room = size = self._avatar_name if first else self._avatar_cell
            picture = avatar(cell.avatar, size, self._ratio)
        elif cell.icon:
            room, size = self._avatar_name if cell.roomy else ICON_SIZE, ICON_SIZE
            picture = pixmap(cell.icon, ICON_ROLES[cell.tone], size, self._ratio)
        else:
            return 0
        left = self._in(slot, start + (room - size) // 2, size)
        painter.drawPixmap(left, middle - size // 2, picture)
        return room + 8

    @staticmethod
    def _role(cell: Cell, row: Row, *, first: bool) -> str:
        if row.dimmed or not row.usable:
            return "text3"
        if cell.tone is not Tone.PLAIN:
            return TEXT_ROLES[cell.tone]
        return "text2" if cell.quiet and not first else "text"

    def _text(
        self,
        painter: QPainter,
        slot: Slot,
        space: tuple[int, int],
        middle: int,
        text: str,
        letters: Letters,
        role: str,
    ) -> None:
        if not text:
            return
        start, room = space
        shown = letters.fit(text, room)
        at_end = (slot.column.align is Align.END) != self._mirrored
        left = slot.left + (slot.width - start - room if self._mirrored else start)
        if at_end:
            left += room - letters.metrics.horizontalAdvance(shown)
        painter.setFont(letters.font)
        painter.setPen(self._pen(role))
        painter.drawText(QPointF(left, middle - letters.height / 2 + letters.ascent), shown)

    def _span(self, painter: QPainter, place: QRect, wide: Slot, row: Row) -> None:
        if row.progress is not None:
            self._progress(painter, place, wide, row)
            return
        room = wide.width - 2 * PADDING
        middle = place.top() + (place.height() - 1) // 2
        line = middle - self._caption_height // 2 - 1 if row.span.second else middle
        role = TEXT_ROLES[row.span.tone] if row.span.tone is not Tone.PLAIN else "text2"
        letters = self._name if row.span.tone is Tone.DANGER else self._body
        self._text(painter, wide, (PADDING, room), line, row.span.text, letters, role)
        below = line + self._caption_height // 2 + px(9) + 1
        space = (PADDING, room)
        self._text(painter, wide, space, below, row.span.second, self._caption, "text3")

    def _progress(self, painter: QPainter, place: QRect, wide: Slot, row: Row) -> None:
        progress = row.progress
        if progress is None:
            return
        room = max(40, min(_LONGEST_BAR, wide.width - 2 * PADDING))
        left = wide.left + (wide.width - PADDING - room if self._mirrored else PADDING)
        middle = place.top() + (place.height() - 1) // 2
        over = middle - BAR_HEIGHT - 3
        ending = self._caption.metrics.horizontalAdvance(progress.remaining)
        space = (PADDING, room - ending - PADDING)
        self._text(painter, wide, space, over, progress.doing, self._name, "text")
        end = Slot(Column("", "", align=Align.END), left - PADDING, room + 2 * PADDING)
        self._text(painter, end, (PADDING, room), over, progress.remaining, self._caption, "text2")
        top = middle + 7
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fills["press"])
        painter.drawRoundedRect(QRectF(left, top, room, BAR_HEIGHT), 3, 3)
        done = round(room * min(1.0, max(0.0, progress.share or 0.0)))
        if done:
            painter.setBrush(self._fills["accent"])
            start = left + room - done if self._mirrored else left
            painter.drawRoundedRect(QRectF(start, top, max(done, BAR_HEIGHT), BAR_HEIGHT), 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)

    def _reason(self, painter: QPainter, place: QRect, slots: Sequence[Slot], row: Row) -> None:
        wide = self._rest_of(slots, slots[0])
        start = PADDING + LEAD_WIDTH[self._lead]
        middle = place.top() + (place.height() - 1) // 2 + px(9)
        space = (start, wide.width - start - PADDING)
        self._text(painter, wide, space, middle, row.reason, self._caption, "text3")

    def _rest_of(self, slots: Sequence[Slot], slot: Slot, covered: int = 0) -> Slot:
        """The room from one column to the end of the last, less what buttons cover."""
        last = slots[-1]
        column = Column(slot.column.key, "")
        if self._mirrored:
            left = last.left + covered
            return Slot(column, left, slot.left + slot.width - left)
        return Slot(column, slot.left, last.left + last.width - slot.left - covered)

    def _pen(self, role: str) -> QPen:
        pen = self._pens.get(role)
        if pen is None:
            pen = self._pens[role] = QPen(current_tokens().color(role))
        return pen

    def _from(self, place: QRect, start: int, size: int) -> int:
        return place.right() + 1 - start - size if self._mirrored else place.left() + start

    def _in(self, slot: Slot, start: int, size: int) -> int:
        if self._mirrored:
            return slot.left + slot.width - start - size
        return slot.left + start
