"""How much happened when: columns above the log, dragged over or walked by keys to zoom in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out

_COLUMNS, _AXIS, _LEAST = 56, 18, 2
_WIDEST_GAP, _GAP_SHARE, _LABEL_ROOM = 12, 3, 24
_WIDEST = 56
_NOWHERE = -1
_ENDS = {Qt.Key.Key_Home, Qt.Key.Key_End}
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_PICK = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


@dataclass(frozen=True, slots=True)
class Bar:
    """One column.

    Attributes:
        total: how many entries, losses among them.
        losses: deletions and exports; painted on top in the colour that means just those.
        time: what it stands for, e.g. "22 Nov 2026".
        label: a word for the axis, painted where there is room.
        sentence: says it all; the tip, and what is read aloud.
    """

    total: int
    losses: int
    time: str
    label: str
    sentence: str


class LogHistogram(QWidget):
    """Columns over time. Pressing one, or dragging over several, asks to see only those.

    By keyboard the arrows walk, with Shift they take neighbours along, Enter zooms in.

    Signals:
        picked: places of the first and the last column that are wanted.
    """

    picked = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self._current = self._hovered = self._anchor = _NOWHERE
        self._dragging = self._pale = False
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is shown."""
        return self._bars

    @property
    def marked(self) -> tuple[int, int]:
        """Places of the first and the last column that Enter or the mouse's release would take."""
        anchor = self._current if self._anchor == _NOWHERE else self._anchor
        return min(anchor, self._current), max(anchor, self._current)

    def show_bars(self, bars: Sequence[Bar], summary: str) -> None:
        """Show other columns.

        Args:
            summary: what the whole says; read aloud with the name.
        """
        self._bars = tuple(bars)
        self._current = len(self._bars) - 1
        self._hovered = self._anchor = _NOWHERE
        self._dragging = self._pale = False
        self.setAccessibleDescription(summary)
        self.update()

    def set_pale(self, pale: bool) -> None:
        """Show the old picture at half strength while another one is worked out."""
        self._pale = pale
        self.update()

    def column(self, at: int) -> QRect:
        """Where a column may be pressed: from the top to the axis, in logical pixels."""
        count = max(len(self._bars), 1)
        left = self.width() * at // count
        right = self.width() * (at + 1) // count
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            left, right = self.width() - right, self.width() - left
        return QRect(left, 0, right - left, self.height())

    def _ground(self) -> int:
        return self.height() - px(_AXIS)

    def _at(self, position: QPoint) -> int:
        """The nearest column: who drags past an end means the last one."""
        if not self._bars:
            return _NOWHERE
        x = min(max(position.x(), 0), self.width() - 1)
        places = range(len(self._bars))
        return next(
            (at for at in places if self.column(at).left() <= x <= self.column(at).right()),
            len(self._bars) - 1,
        )

    def _go(self, at: int, *, extend: bool) -> None:
        if extend and self._anchor == _NOWHERE:
            self._anchor = self._current
        elif not extend:
            self._anchor = _NOWHERE
        self._current = min(max(at, 0), len(self._bars) - 1)
        announce(self, self._bars[self._current].sentence)
        self._show_tip(self._current)
        self.update()

    def _pick(self) -> None:
        first, last = self.marked
        self._anchor = _NOWHERE
        self.update()
        if first != _NOWHERE:
            self.picked.emit(first, last)

    def _show_tip(self, at: int) -> None:
        below = self.column(at).bottomLeft()
        QToolTip.showText(self.mapToGlobal(below), self._bars[at].sentence, self)

    # Painting

    def _paint_bars(self, painter: QPainter) -> None:
        tokens = current_tokens()
        most = max((bar.total for bar in self._bars), default=0)
        first, last = self.marked
        shows_marks = self._dragging or self.property("keyfocus") == "true"
        for at in range(len(self._bars)):
            if at == self._hovered or (shows_marks and first <= at <= last):
                band = self.column(at)
                painter.fillRect(band.left(), 0, band.width(), self._ground(), tokens.color("soft"))
            self._paint_bar(painter, at, most)

    def _paint_bar(self, painter: QPainter, at: int, most: int) -> None:
        bar, place, tokens = self._bars[at], self.column(at), current_tokens()
        if not bar.total:
            return
        gap = min(_WIDEST_GAP, place.width() // _GAP_SHARE)
        # A few columns stay columns, where their labels begin, and become no wall.
        width = max(min(place.width() - gap, px(_WIDEST)), 1)
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        left = place.right() + 1 - gap // 2 - width if mirrored else place.left() + gap // 2
        room, ground = self._ground() - 2, self._ground()
        # Something stays in sight beside very much.
        high = max(round(room * bar.total / most), _LEAST)
        red = max(round(room * bar.losses / most), _LEAST) if bar.losses else 0
        red = min(red, high)
        painter.fillRect(left, ground - high, width, red, tokens.color("s3"))
        painter.fillRect(left, ground - high + red, width, high - red, tokens.color("quiet"))

    def _paint_axis(self, painter: QPainter) -> None:
        tokens, letters = current_tokens(), font(TextStyle.AXIS, tabular=True)
        painter.fillRect(0, self._ground(), self.width(), 1, tokens.color("border"))
        painter.setFont(letters)
        painter.setPen(tokens.color("text3"))
        metrics = QFontMetrics(letters)
        labelled = [at for at, bar in enumerate(self._bars) if bar.label]
        widest = max(
            (metrics.horizontalAdvance(self._bars[at].label) for at in labelled), default=0
        )
        apart = self.width() // max(len(labelled), 1)
        # Every so many, so that they stand evenly.
        every = -(-(widest + px(_LABEL_ROOM)) // max(apart, 1))
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        line = self._ground() + 2 + metrics.ascent()
        for at in labelled[::every]:
            text, place = self._bars[at].label, self.column(at)
            wide = metrics.horizontalAdvance(text)
            left = place.right() + 1 - wide if mirrored else place.left() + 1
            if left >= 0 and left + wide <= self.width():
                painter.drawText(QPoint(left, line), text)

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(px(320), px(_COLUMNS + _AXIS))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(160), px(_COLUMNS + _AXIS))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(0.5 if self._pale else 1.0)
        self._paint_bars(painter)
        self._paint_axis(painter)
        if self.property("keyfocus") == "true":
            painter.setOpacity(1.0)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(current_tokens().color("accent"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._bars:
            self._current = self._anchor = self._at(event.position().toPoint())
            self._dragging = True
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._at(event.position().toPoint())
        if self._dragging and at != self._current:
            self._current = at
            first, last = self.marked
            tip = f"{self._bars[first].sentence}\n{self._bars[last].sentence}"
            QToolTip.showText(event.globalPosition().toPoint(), tip, self)
        self._hovered = at
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._dragging:
            self._dragging = False
            self._pick()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = _NOWHERE
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        ahead = -1 if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else 1
        if event.modifiers() & Qt.KeyboardModifier.AltModifier or not self._bars:
            super().keyPressEvent(event)
        elif key in _STEPS:
            self._go(self._current + _STEPS[key] * ahead, extend=extend)
        elif key in _ENDS:
            self._go(0 if key == Qt.Key.Key_Home else len(self._bars) - 1, extend=extend)
        elif key in _PICK:
            self._pick()
        elif key == Qt.Key.Key_Escape and (self._dragging or self._anchor != _NOWHERE):
            self._dragging, self._anchor = False, _NOWHERE
            self.update()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            at = self._at(event.pos())
            if at != _NOWHERE:
                self._show_tip(at)
            return True
        return super().event(event)
