"""Records of a backup file as rows of a table: which columns, and how a value reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from crmdesk.core.backup.browsed import BrowsedColumn, BrowsedPage, BrowsedRow, BrowsedTable
from crmdesk.core.clock import from_text
from crmdesk.core.records.types import PropertyType
from crmdesk.ui import words
from crmdesk.ui.backup.words import say
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, Tone

ROW, FOUND = "\0row", "\0found"
_MOST_COLUMNS = 8
_LONGEST_CELL = 300
_LEAST, _LEAST_OF_TIMES = 120, 156


def table_columns(
    page: BrowsedPage, first: Sequence[str], *, searching: bool
) -> tuple[Column, ...]:
    """Columns that say something, as many as a table can show; the panel shows the rest.

    Args:
        first: names of the columns that tell what a record is called.
    """
    chosen = [
        Column(
            column.name,
            column.label,
            180,
            rank=place,
            sortable=False,
            stretch=True,
            least=_LEAST_OF_TIMES if column.type == PropertyType.DATETIME else _LEAST,
        )
        for place, column in enumerate(_telling(page, first))
    ]
    # The first column also holds the box to tick.
    number = Column(ROW, say("Row"), 120, align=Align.END, sortable=False)
    found = (Column(FOUND, say("Found in"), 150, sortable=False),) if searching else ()
    return (number, *found, *chosen)


def table_row(page: BrowsedPage, row: BrowsedRow, search: str, zone: tzinfo) -> Row:
    """A record in one line."""
    cells = {ROW: Cell(words.number(row.row), quiet=True)}
    for column, value in zip(page.columns, row.values, strict=True):
        if value is not None:
            cells[column.name] = _cell(column, value, zone)
    if search:
        cells[FOUND] = Cell(found_in(page, row, search), quiet=True)
    if not row.damaged:
        return Row(row.row, cells)
    cells[ROW] = Cell(words.number(row.row), icon="triangle-alert", tone=Tone.WARN)
    return Row(row.row, cells, dimmed=True)


def readable_value(column: BrowsedColumn, value: str, zone: tzinfo) -> str:
    """A value in words: times and days as everywhere, all else as it stands in the file."""
    try:
        if column.type == PropertyType.DATETIME:
            return words.exact(from_text(value), zone)
        if column.type == PropertyType.DATE:
            return words.day(date.fromisoformat(value))
    except (ValueError, OverflowError):
        # What the manifest calls a time need not be one.
        return value
    return value


def found_in(page: BrowsedPage, row: BrowsedRow, search: str) -> str:
    """Label of the first column that holds what was searched for."""
    needle = search.strip().casefold()
    for column, value in zip(page.columns, row.values, strict=True):
        if value is not None and not column.sensitive and needle in value.casefold():
            return column.label
    return ""


def table_words(table: BrowsedTable) -> str:
    """A table and its number of records, where somebody vouches for it."""
    if table.rows is None:
        return table.label
    return f"{table.label} ({words.number(table.rows)})"


def place_words(page: BrowsedPage, search: str, total: int | None, turned: bool) -> str:
    """Where in its table a page is: "Rows 201 to 400 of 12,480".

    Args:
        total: rows of the table, once they are known.
        turned: whether pages come before it.
    """
    count = len(page.rows)
    if search:
        more = turned or page.next is not None
        return say("%Ln found on this page", count) if more else say("%Ln found", count)
    if not page.rows:
        return say("No records")
    text = say("Rows %1 to %2") if total is None else say("Rows %1 to %2 of %3")
    numbers = (page.rows[0].row, page.rows[-1].row, total or 0)
    for mark, number in zip(("%1", "%2", "%3"), numbers, strict=True):
        text = text.replace(mark, words.number(number))
    return text


def filled(page: BrowsedPage) -> list[bool]:
    """Which columns have a value on the page."""
    return [any(row.values[place] for row in page.rows) for place in range(len(page.columns))]


def _telling(page: BrowsedPage, first: Sequence[str]) -> list[BrowsedColumn]:
    told = filled(page)
    known = {column.name: column for column in page.columns}
    lead = [known[name] for name in first if name in known]
    rest = [
        column
        for column, has_values in zip(page.columns, told, strict=True)
        if has_values and not column.sensitive and column not in lead
    ]
    return (lead + rest or list(page.columns))[:_MOST_COLUMNS]


def _cell(column: BrowsedColumn, value: str, zone: tzinfo) -> Cell:
    if column.sensitive:
        return Cell(masked=True)
    text = readable_value(column, value[:_LONGEST_CELL], zone)
    return Cell(" ".join(text.split()), quiet=column.type == PropertyType.DATETIME)
