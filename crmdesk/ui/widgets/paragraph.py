"""Text that wraps, with the line height of the design and the height its width asks for."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from crmdesk.ui.theme.apply import current_typography
from crmdesk.ui.theme.fonts import TextStyle, Typography
from crmdesk.ui.widgets.properties import restyle
from crmdesk.ui.widgets.text_block import TextBlock


class Paragraph(QLabel):
    """A sentence or two in one style.

    A plain QLabel has no line height, and a wrapped one guesses its size: popovers grew empty and
    comments overlapped. A rich one lays out a whole document each time a layout asks for its
    height: a panel of thirty took 150 ms to open. So the lines are laid out here.

    Args:
        text: shown as it is; there is no markup.
        style: usually body or caption.
        tone: token of the colour; body text is ``text2`` unless said otherwise.
        width: the known width in logical pixels at 100 % text scale, where there is one.
    """

    def __init__(
        self,
        text: str = "",
        style: TextStyle | str = TextStyle.BODY,
        tone: str = "text2",
        *,
        width: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._style, self._known_width = TextStyle(style), width
        self._block = TextBlock(text, self._style)
        self._natural: tuple[Typography, QSize] | None = None
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setProperty("role", str(self._style))
        self.setProperty("tone", tone)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show another text; line breaks in it stay."""
        self._block.set_text(text)
        self._natural = None
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def plain_text(self) -> str:
        """The text as a person reads it."""
        return self.text()

    def set_tone(self, tone: str) -> None:
        """Change the colour."""
        restyle(self, "tone", tone)

    # Qt overrides

    def sizeHint(self) -> QSize:
        typography = current_typography()
        if self._known_width:
            width = typography.px(self._known_width)
            return QSize(width, self.heightForWidth(width))
        if self._natural is None or self._natural[0] is not typography:
            self._natural = (typography, self._block.pleasant_size())
        return self._natural[1].grownBy(self.contentsMargins())

    def heightForWidth(self, width: int) -> int:
        # An aligned item of a layout is asked with the width of the whole layout.
        margins = self.contentsMargins()
        room = min(width, self.maximumWidth()) - margins.left() - margins.right()
        return self._block.height(max(room, 1)) + margins.top() + margins.bottom()

    def minimumSizeHint(self) -> QSize:
        return QSize(current_typography().px(64), current_typography().line(self._style))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            # Another text scale asks for another height.
            self.updateGeometry()

    def paintEvent(self, _event: QPaintEvent) -> None:
        room, alignment = self.contentsRect(), self.alignment()
        direction = self.layoutDirection()
        self._block.set_side(QStyle.visualAlignment(direction, alignment), direction)
        free = max(room.height() - self._block.height(room.width()), 0)
        top = 0 if alignment & Qt.AlignmentFlag.AlignTop else free
        if alignment & Qt.AlignmentFlag.AlignVCenter:
            top = free // 2
        option = QStyleOption()
        option.initFrom(self)
        color = option.palette.color(self.foregroundRole())
        painter = QPainter(self)
        self._block.draw(painter, room.left(), room.top() + top, room.width(), color)
