"""Where a table's rows come from."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, runtime_checkable

from crmdesk.ui.tables.cells import Column, Row, TableQuery


class TableSource(Protocol):
    """Ids of a whole table, and rows by id.

    ``ids`` may be slow and runs off the GUI thread; ``rows`` is a direct read of at most
    a page (under 1 ms) in the GUI thread. Rows that no longer exist are left out.
    """

    @property
    def columns(self) -> Sequence[Column]:
        """Every column the table can show, in their order."""
        ...

    def ids(self, query: TableQuery) -> Sequence[int]:
        """Ids (signed 64 bit) of all rows the query finds, in its order.

        An array, or a sequence that works them out where they are looked at.
        """
        ...

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these ids, in any order."""
        ...


@runtime_checkable
class FirstRows(Protocol):
    """What a source has besides that finds the top of a list long before all of it."""

    def first_ids(self, query: TableQuery) -> Sequence[int]:
        """Ids of the first rows the query finds; runs off the GUI thread, beside ``ids``."""
        ...


class ListSource:
    """A short list held in memory: backups, imports, exports.

    Args:
        columns: the columns.
        rows: the rows, in their own order.
        sort_key: value to sort a row by, given the row and a column's key; by default the
            cell's text.
        matches: whether a row passes the page's filter; by default every row does.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row] = (),
        *,
        sort_key: Callable[[Row, str], Any] | None = None,
        matches: Callable[[Row, object], bool] | None = None,
    ) -> None:
        self._columns = tuple(columns)
        self._rows: dict[int, Row] = {row.id: row for row in rows}
        self._sort_key = sort_key or _text_of
        self._matches = matches

    @property
    def columns(self) -> Sequence[Column]:
        """The columns given at the start."""
        return self._columns

    def replace(self, rows: Iterable[Row]) -> None:
        """Take another list; the table shows it at its next refresh."""
        self._rows = {row.id: row for row in rows}

    def put(self, row: Row) -> None:
        """Change one row in place, or add it at the end."""
        self._rows = {**self._rows, row.id: row}

    def ids(self, query: TableQuery) -> array[int]:
        """Ids of the rows that match, sorted as asked."""
        rows = list(self._rows.values())
        if self._matches is not None and query.filter is not None:
            rows = [row for row in rows if self._matches(row, query.filter)]
        sort = query.sort
        if sort is not None:
            rows.sort(key=lambda row: self._sort_key(row, sort.key), reverse=sort.descending)
        return array("q", (row.id for row in rows))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The rows of these ids."""
        held = self._rows
        return [held[row_id] for row_id in ids if row_id in held]


def _text_of(row: Row, key: str) -> str:
    cell = row.cells.get(key)
    return cell.text.casefold() if cell is not None else ""
