"""One workspace in the list before sign-in: square initials, name, and where it is."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from crmdesk.ui.frame.row_buttons import PaintedButton
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.avatar import paint_avatar

_EDGE = 28


class WorkspaceRow(PaintedButton):
    """Painted as a list item; the one that is asked about now is marked."""

    def __init__(self, choice: WorkspaceChoice) -> None:
        super().__init__("workspace_row")
        self._choice = choice
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{choice.name}, {choice.place}" if choice.place else choice.name)
        self.setToolTip(choice.place)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(px(208), px(48))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(120), px(48))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), current_tokens()
        self._ground(painter, "soft" if self._choice.current else "")
        edge = px(_EDGE)
        square = QRect(px(8), (self.height() - edge) // 2, edge, edge)
        paint_avatar(painter, QRectF(self._mirror(square)), self._choice.name, square=True)
        room = self._mirror(self.rect().adjusted(px(46), px(6), -px(8), -px(6)))
        side = Qt.AlignmentFlag.AlignLeft
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            side = Qt.AlignmentFlag.AlignRight
        lines = (
            (TextStyle.STRONG if self._choice.current else TextStyle.BODY, "text", "Top"),
            (TextStyle.CAPTION, "text2", "Bottom"),
        )
        for (style, role, at), text in zip(
            lines, (self._choice.name, self._choice.place), strict=True
        ):
            painter.setFont(font(style))
            painter.setPen(tokens.color(role))
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideMiddle, room.width()
            )
            vertical = getattr(Qt.AlignmentFlag, f"Align{at}")
            painter.drawText(room, side | vertical, shown)
        self._edge(painter)
        painter.end()
