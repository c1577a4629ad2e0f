"""The seen side of a table: rows painted whole, columns that fit the room, the open row."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QRect, Slot
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QTableView, QToolTip, QWidget

from crmdesk.ui.tables.cells import EMPTY, Column, Lead, Row, RowHeight
from crmdesk.ui.tables.columns import fit
from crmdesk.ui.tables.header import TableHeader
from crmdesk.ui.tables.marks import CHECK_SIZE, forget_marks
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.tables.row_painter import (
    CARD_EDGE,
    EDGE,
    ICON_SIZE,
    PADDING,
    RowLook,
    RowPainter,
)
from crmdesk.ui.tables.row_painter import Slot as Place
from crmdesk.ui.theme.apply import px, theme_signals

BUTTON = 32


class PaintedTable(QTableView):
    """A table view that paints row by row and never asks the model for roles.

    Args:
        model: the rows.
        lead: what stands before the first column.
        with_actions: whether rows end in a "..." button.
    """

    def __init__(
        self,
        model: PagedModel,
        lead: Lead,
        *,
        with_actions: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._lead = lead
        model.lead = lead
        self._with_actions = with_actions
        self._row_height = RowHeight.NORMAL
        self._widths: dict[str, int] = {}
        self._open_id: int | None = None
        self._hovered = -1
        self._fitting = False
        self._painter: RowPainter | None = None
        self._set_up_headers()
        self._set_up_behaviour()
        self.setModel(model)
        theme_signals().changed.connect(self._look_changed)

    def _set_up_headers(self) -> None:
        self._header = TableHeader(self)
        self._header.lead = self._lead
        self.setHorizontalHeader(self._header)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(1)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(px(self._row_height))

    def _set_up_behaviour(self) -> None:
        self.setObjectName("row_table")
        self.setAccessibleName(self.tr("Table"))
        self.setShowGrid(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)

    # Columns

    @property
    def header(self) -> TableHeader:
        """The header with the titles."""
        return self._header

    @property
    def row_height(self) -> RowHeight:
        """The height of the rows."""
        return self._row_height

    @property
    def widths(self) -> dict[str, int]:
        """Widths set by hand, by column key, in logical pixels."""
        return dict(self._widths)

    @property
    def end_margin(self) -> int:
        """Room after the "..." button, so that it ends 24 from the table's own edge."""
        edge = CARD_EDGE if self._lead is Lead.CARD else EDGE
        return max(PADDING, edge - (self.width() - self.viewport().width()))

    @property
    def gutter(self) -> int:
        """Room kept free of columns at the end of each row."""
        if not self._with_actions:
            return self.end_margin - PADDING
        return PADDING + BUTTON + self.end_margin

    def set_row_height(self, height: RowHeight) -> None:
        """Show the rows in another height."""
        self._row_height = height
        self._look_changed()

    def set_widths(self, widths: dict[str, int]) -> None:
        """Use widths that were set by hand earlier."""
        self._widths = dict(widths)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give the columns their widths for the room there is; low ranks give way."""
        columns = [self._with_own_width(column) for column in self._model.columns]
        room = self.viewport().width() - self.gutter
        placed = {column.key: width for column, width in fit(columns, room)}
        self._fitting = True
        for logical, column in enumerate(columns):
            shown = column.key in placed
            self._header.setSectionHidden(logical, not shown)
            if shown:
                self._header.resizeSection(logical, placed[column.key])
        self._fitting = False
        self.viewport().update()

    def _with_own_width(self, column: Column) -> Column:
        width = self._widths.get(column.key)
        return column if width is None else replace(column, width=width, stretch=False)

    # Rows

    @property
    def open_id(self) -> int | None:
        """Id of the row whose panel is open."""
        return self._open_id

    def show_open(self, row_id: int | None) -> None:
        """Mark the row whose panel is open, or none; it is the current one from then on."""
        self._open_id = row_id
        position = -1 if row_id is None else self.position_of(row_id)
        if position >= 0 and position != self.currentIndex().row():
            # Else rows that are loaded again would lead the panel back to the row before.
            index = self._model.index(position, 0)
            how = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(index, how)
        self._select_open(position)
        if position >= 0 and not self.viewport().rect().contains(self.row_rect(position)):
            # What a link or the palette opened may lie far below.
            self.scrollTo(self._model.index(position, 0))

    def row_of(self, position: int) -> Row:
        """The row at a position."""
        return self._model.row_at(position)

    def position_of(self, row_id: int) -> int:
        """Position of an id, or -1; most often it is the row that was just pressed."""
        current = self.currentIndex().row()
        if current >= 0 and self._model.ids[current] == row_id:
            return current
        return self._model.position_of(row_id)

    def row_rect(self, position: int) -> QRect:
        """A row's place in viewport coordinates."""
        rows = self.verticalHeader()
        height = rows.defaultSectionSize()
        return QRect(0, position * height - rows.offset(), self.viewport().width(), height)

    def ground_of(self, position: int) -> str:
        """Token of the fill a row is painted with."""
        look = self._look(position, self._model.row_at(position))
        return "soft" if look.selected else "hover" if look.hovered else "surface"

    def _select_open(self, position: int) -> None:
        # Qt's selection carries the open row for screen readers; painting goes by the id.
        selection = self.selectionModel()
        if position < 0:
            selection.clearSelection()
        else:
            how = QItemSelectionModel.SelectionFlag
            selection.select(self._model.index(position, 0), how.ClearAndSelect | how.Rows)
        self.viewport().update()

    def _framed(self) -> bool:
        """Whether the current row is shown as such."""
        return self.hasFocus()

    def _covered(self, _row: Row) -> int:
        """How much of a row's columns real buttons cover, in logical pixels: here none."""
        return 0

    # Painting

    def _places(self) -> list[Place]:
        header = self._header
        return [
            Place(column, header.sectionViewportPosition(logical), header.sectionSize(logical))
            for logical, column in enumerate(self._model.columns)
            if not header.isSectionHidden(logical)
        ]

    def _look(self, position: int, row: Row) -> RowLook:
        ticked = row.id in self._model.ticks
        return RowLook(
            hovered=position == self._hovered,
            selected=ticked or row.id == self._open_id,
            current=position == self.currentIndex().row() and self._framed(),
            ticked=ticked,
            covered=self._covered(row),
        )

    def _row_painter(self) -> RowPainter:
        if self._painter is None:
            mirrored = self.isRightToLeft()
            self._painter = RowPainter(self._lead, self.devicePixelRatioF(), mirrored=mirrored)
        return self._painter

    def _paint_more(self, painter: QPainter, place: QRect) -> None:
        left = place.right() + 1 - self.end_margin - (BUTTON + ICON_SIZE) // 2
        area = QRect(left, place.top() + (place.height() - ICON_SIZE) // 2, ICON_SIZE, ICON_SIZE)
        if self.isRightToLeft():
            area = QStyle.visualRect(self.layoutDirection(), place, area)
        painter.drawPixmap(area.topLeft(), self._row_painter().more)

    def _has_actions(self, row: Row) -> bool:
        """Whether the row gets a "..." button."""
        return row.usable

    def _in_check(self, point: QPoint) -> bool:
        if self._lead is not Lead.CHECK:
            return False
        whole = self.viewport().rect()
        area = QRect(EDGE - PADDING, 0, CHECK_SIZE + 2 * PADDING, whole.height())
        return QStyle.visualRect(self.layoutDirection(), whole, area).contains(point)

    def _in_more(self, point: QPoint) -> bool:
        whole = self.viewport().rect()
        area = QRect(whole.width() - self.gutter, 0, self.gutter, whole.height())
        area = QStyle.visualRect(self.layoutDirection(), whole, area)
        return self._with_actions and area.contains(point)

    def _tip(self, point: QPoint) -> str:
        index = self.indexAt(point)
        if not index.isValid():
            return ""
        row, column = self._model.row_at(index.row()), self._model.columns[index.column()]
        cell = row.cells.get(column.key, EMPTY)
        room = self._header.sectionSize(index.column()) - 2 * PADDING
        marks = EDGE + PADDING if cell.avatar or cell.icon else 0
        wide = self.fontMetrics().horizontalAdvance(cell.shown) + marks
        return cell.tip or (cell.shown if wide > room else "")

    @Slot()
    def _look_changed(self) -> None:
        forget_marks()
        self._painter = None
        self.verticalHeader().setDefaultSectionSize(px(self._row_height))
        self._header.updateGeometry()
        self.viewport().update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        dirty = event.rect()
        places, row_painter = self._places(), self._row_painter()
        rows = self.verticalHeader()
        height, offset = rows.defaultSectionSize(), rows.offset()
        first = max(0, (dirty.top() + offset) // height)
        last = min(self._model.rowCount() - 1, (dirty.bottom() + offset) // height)
        width = self.viewport().width()
        for position in range(first, last + 1):
            place = QRect(0, position * height - offset, width, height)
            row = self._model.row_at(position)
            row_painter.paint(painter, place, places, row, self._look(position, row))
            if self._with_actions and self._has_actions(row):
                self._paint_more(painter, place)
        below = QRect(0, (last + 1) * height - offset, width, self.viewport().height())
        painter.fillRect(below, self.palette().base())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.LayoutDirectionChange, QEvent.Type.DevicePixelRatioChange}:
            self._painter = None
            self.viewport().update()

    def keyboardSearch(self, search: str) -> None:
        """Do nothing: Qt would ask the model for every row until one begins with the letter."""
