"""A list of ids shown as a table whose rows are read page by page."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from crmdesk.ui.tables.cells import EMPTY, Align, Column, Lead, MadeCells, Row, RowKind
from crmdesk.ui.tables.row_cache import RowCache, find
from crmdesk.ui.tables.source import TableSource
from crmdesk.ui.tables.ticks import Ticks

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_CHECK = int(Qt.ItemDataRole.CheckStateRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)
_ANSWERED = frozenset((_DISPLAY, _CHECK, _SPOKEN))


class PagedModel(QAbstractTableModel):
    """Rows of a source: ids held here, contents read as they come into view.

    ``data`` answers only what screen readers and tests ask for; the view paints rows by
    ``row_at`` without a call per cell and role, which is what makes scrolling fast.

    Signals:
        reading_failed: a page could not be read, or a cell not be worded; they stay empty.
    """

    reading_failed = Signal(object)

    def __init__(self, source: TableSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._columns: tuple[Column, ...] = tuple(source.columns)
        self._cache = RowCache(self._fetch)
        self._count = 0
        self.ticks = Ticks()
        self.lead = Lead.NOTHING

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns now shown."""
        return self._columns

    @property
    def ids(self) -> Sequence[int]:
        """Ids of all rows in their order. Not to be changed."""
        return self._cache.ids

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns of the same rows."""
        self.beginResetModel()
        self._columns = tuple(columns)
        self._cache.forget()
        self.endResetModel()

    def set_source(self, source: TableSource) -> None:
        """Show nothing of another source, with its columns, until its ids come."""
        self.beginResetModel()
        self._source = source
        self._columns = tuple(source.columns)
        self._cache.reset(array("q"))
        self._count = 0
        self.ticks = Ticks()
        self.endResetModel()

    def set_ids(self, ids: Sequence[int]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._cache.reset(ids)
        self._count = len(ids)
        self.endResetModel()

    def forget_rows(self) -> None:
        """Read rows anew: their values changed, their order did not."""
        self._cache.forget()

    def row_at(self, position: int) -> Row:
        """The row at a position from 0."""
        return self._cache.row(position)

    def position_of(self, row_id: int) -> int:
        """Position of an id, or -1."""
        return find(self._cache.ids, row_id)

    def _fetch(self, ids: Sequence[int]) -> Sequence[Row]:
        try:
            rows = self._source.rows(ids)
        except Exception as error:  # noqa: BLE001 - shown in the banner; painting must go on
            self.reading_failed.emit(error)
            return [Row(row_id) for row_id in ids]
        for row in rows:
            if isinstance(row.cells, MadeCells):
                row.cells.failed = self.reading_failed.emit
        return rows

    def _spoken(self, row: Row, column: int) -> str:
        cell = row.cells.get(self._columns[column].key, EMPTY)
        parts = [cell.shown, cell.second]
        if column == 0 and row.reason:
            parts.append(row.reason)
        if row.kind in (RowKind.PROGRESS, RowKind.SPANNED) and self._spans_at(row, column):
            progress = row.progress
            parts = [progress.doing, progress.remaining] if progress else []
            parts += [row.span.text, row.span.second]
        return ", ".join(part for part in parts if part)

    def _spans_at(self, row: Row, column: int) -> bool:
        return self._columns[column].key == row.span_from

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        if role not in _ANSWERED:
            return None
        row = self._cache.row(index.row())
        column = index.column()
        if role == _CHECK:
            if column or self.lead is not Lead.CHECK:
                return None
            ticked = row.id in self.ticks
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if role == _SPOKEN:
            return self._spoken(row, column)
        return row.cells.get(self._columns[column].key, EMPTY).shown

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        if role == _DISPLAY:
            return self._columns[section].title
        if role == _ALIGN:
            end = self._columns[section].align is Align.END
            side = Qt.AlignmentFlag.AlignRight if end else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
