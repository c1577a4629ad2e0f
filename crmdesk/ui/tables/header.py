"""The header of a table: words in caption, an arrow after the sorted one, one check box."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QHeaderView, QStyle, QWidget

from crmdesk.ui.icons import pixmap
from crmdesk.ui.tables.cells import Align, Column, Lead, Sort
from crmdesk.ui.tables.marks import CHECK_SIZE, check_box
from crmdesk.ui.tables.row_painter import EDGE, LEAD_WIDTH, PADDING
from crmdesk.ui.theme.apply import current_tokens, font, px
from crmdesk.ui.theme.fonts import TextStyle

HEADER_HEIGHT = 32
_ARROW = 14


class TableHeader(QHeaderView):
    """Paints column titles and says which one was pressed.

    Signals:
        all_pressed: the check box over the rows was pressed.
        sort_pressed: key of a sortable column whose title was pressed.
    """

    all_pressed = Signal()
    sort_pressed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName("table_header")
        self.columns: tuple[Column, ...] = ()
        self.lead = Lead.NOTHING
        self.sort: Sort | None = None
        self.all_state = Qt.CheckState.Unchecked
        self._pressed_at = -1
        self._hovered = -1
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(40)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Column headers"))

    def show_sort(self, sort: Sort | None) -> None:
        """Draw the arrow at another column."""
        self.sort = sort
        self.viewport().update()

    def show_ticks(self, state: Qt.CheckState) -> None:
        """Draw the check box over the rows: none, some or all."""
        self.all_state = state
        self.viewport().update()

    def check_rect(self) -> QRect:
        """Where the check box over the rows can be pressed, in viewport coordinates."""
        if self.lead is not Lead.CHECK:
            return QRect()
        area = QRect(EDGE - PADDING, 0, CHECK_SIZE + 2 * PADDING, self.height())
        return QStyle.visualRect(self.layoutDirection(), self.viewport().rect(), area)

    def _sortable(self, logical: int) -> bool:
        return 0 <= logical < len(self.columns) and self.columns[logical].sortable

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), px(HEADER_HEIGHT))

    def paintEvent(self, event: QEvent) -> None:
        painter = QPainter(self.viewport())
        tokens = current_tokens()
        painter.fillRect(self.viewport().rect(), tokens.color("surface"))
        for logical in range(self.count()):
            if not self.isSectionHidden(logical) and logical < len(self.columns):
                left = self.sectionViewportPosition(logical)
                place = QRect(left, 0, self.sectionSize(logical), self.height())
                self._paint_title(painter, place, logical)
        if self.lead is Lead.CHECK:
            box = self.check_rect()
            mark = check_box(self.all_state, usable=True, ratio=self.devicePixelRatioF())
            painter.drawPixmap(box.left() + PADDING, (self.height() - CHECK_SIZE) // 2, mark)
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.color("border"))
        painter.end()

    def _paint_title(self, painter: QPainter, place: QRect, logical: int) -> None:
        column = self.columns[logical]
        sorted_here = self.sort is not None and self.sort.key == column.key
        before = LEAD_WIDTH[self.lead] if self.visualIndex(logical) == 0 else 0
        mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        start, end = PADDING + before, PADDING
        area = place.adjusted(end if mirrored else start, 0, -(start if mirrored else end), 0)
        letters = font(TextStyle.HEADER)
        metrics = QFontMetrics(letters)
        room = area.width() - (_ARROW + 4 if sorted_here else 0)
        title = metrics.elidedText(column.title, Qt.TextElideMode.ElideRight, room)
        used = metrics.horizontalAdvance(title)
        at_right = (column.align is Align.END) != mirrored
        whole = used + (_ARROW + 4 if sorted_here else 0)
        left = area.right() + 1 - whole if at_right else area.left()
        text_left = left + (_ARROW + 4 if sorted_here and mirrored else 0)
        strong = sorted_here or (logical == self._hovered and column.sortable)
        painter.setFont(letters)
        painter.setPen(current_tokens().color("text" if strong else "text3"))
        baseline = (self.height() - 1 - metrics.height()) // 2 + metrics.ascent()
        painter.drawText(text_left, baseline, title)
        if sorted_here and self.sort is not None:
            name = "arrow-down" if self.sort.descending else "arrow-up"
            at = left if mirrored else left + used + 4
            mark = pixmap(name, "text", _ARROW, self.devicePixelRatioF())
            painter.drawPixmap(at, (self.height() - 1 - _ARROW) // 2, mark)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.check_rect().contains(event.position().toPoint()):
            self.all_pressed.emit()
            return
        self._pressed_at = self.logicalIndexAt(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        released_at = self.logicalIndexAt(event.position().toPoint())
        resizing = self.cursor().shape() is Qt.CursorShape.SplitHCursor
        super().mouseReleaseEvent(event)
        pressed, self._pressed_at = self._pressed_at, -1
        left = event.button() is Qt.MouseButton.LeftButton
        if left and not resizing and pressed == released_at and self._sortable(pressed):
            self.sort_pressed.emit(self.columns[pressed].key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.logicalIndexAt(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def _hover(self, logical: int) -> None:
        if logical != self._hovered:
            self._hovered = logical
            self.viewport().update()
