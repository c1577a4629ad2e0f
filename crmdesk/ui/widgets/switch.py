"""An on and off switch, for settings that hold at once."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from crmdesk.ui.theme.apply import current_tokens, px
from crmdesk.ui.widgets.properties import mark_focus_in, mark_focus_out

_WIDTH, _HEIGHT, _KNOB = 36, 20, 14


class Switch(QCheckBox):
    """A check box painted as a switch, so that screen readers and keys treat it as one.

    Args:
        name: what is switched, said by screen readers; its words stand beside it.
    """

    def __init__(self, name: str, on: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setChecked(on)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        # 28 is the smallest target; the switch itself is painted in its middle.
        return QSize(px(_WIDTH) + 4, px(28))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, 0, px(_WIDTH), px(_HEIGHT))
        track.moveCenter(QRectF(self.rect()).center())
        self._paint_track(painter, track)
        right = self.isChecked() != (self.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        edge = px(_KNOB)
        knob = QRectF(0, 0, edge, edge)
        knob.moveCenter(track.center())
        knob.moveLeft(track.right() - edge - 3 if right else track.left() + 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_tokens().color(self._knob_role()))
        painter.drawEllipse(knob)

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        tokens = current_tokens()
        on, usable = self.isChecked(), self.isEnabled()
        fill = ("fill" if on else "surface") if usable else ("sunken" if on else "window")
        edge = ("fill" if on else "border_strong") if usable else "border"
        width = 1.0
        if self.property("keyfocus") == "true":
            edge, width = ("text" if on else "accent"), 2.0
        painter.setPen(QPen(tokens.color(edge), width))
        painter.setBrush(tokens.color(fill))
        inset = width / 2
        inner = track.adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)

    def _knob_role(self) -> str:
        if not self.isEnabled():
            return "disabled"
        return "on_fill" if self.isChecked() else "border_strong"

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        mark_focus_in(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        mark_focus_out(self, event)
