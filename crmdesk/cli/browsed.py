"""Tables and pages of a backup as documents for scripts and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from crmdesk.cli.documents import HIDDEN, Document
from crmdesk.cli.output import plural, table

if TYPE_CHECKING:
    from crmdesk.core.backup.browsed import BrowsedBackup, BrowsedPage, BrowsedRow

_MOST_COLUMNS = 6
_LONGEST_CELL = 40


def table_documents(backup: BrowsedBackup) -> list[Document]:
    """The tables that a backup holds."""
    return [
        {
            "object": each.object or None,
            "label": each.label,
            "file": each.file,
            "rows": each.rows,
            "bytes": each.bytes,
        }
        for each in backup.tables
    ]


def page_document(page: BrowsedPage) -> Document:
    """A page of records; ``next`` is what ``--after`` takes for the page that follows."""
    return {
        "object": page.table.object or None,
        "file": page.table.file,
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "type": column.type,
                "sensitive": column.sensitive,
            }
            for column in page.columns
        ],
        "rows": [
            {
                "row": row.row,
                "record_id": row.record_id,
                "damaged": row.damaged,
                "values": _values(page, row),
            }
            for row in page.rows
        ],
        "total": page.total,
        "next": page.next,
    }


def page_lines(page: BrowsedPage) -> Iterator[str]:
    """The rows with the first columns that say something, and how to go on."""
    told = [_values(page, row) for row in page.rows]
    open_to_all = [column.name for column in page.columns if not column.sensitive]
    filled = [name for name in open_to_all if any(values[name] for values in told)]
    names = filled[:_MOST_COLUMNS]
    rows = [
        {"row": row.row, **{name: _short(values[name]) for name in names}}
        for row, values in zip(page.rows, told, strict=True)
    ]
    yield from table(("row", *names), rows)
    of = "" if page.total is None else f" of {page.total:,}"
    shown = f"{plural(len(rows), 'row')}{of}, {len(names):,} of {len(page.columns):,} columns."
    yield shown if page.next is None else f"{shown} Go on with --after {page.next}."


def _values(page: BrowsedPage, row: BrowsedRow) -> dict[str, str | None]:
    pairs = zip(page.columns, row.values, strict=True)
    return {
        column.name: HIDDEN if column.sensitive and value is not None else value
        for column, value in pairs
    }


def _short(value: str | None) -> str:
    text = " ".join((value or "").split())
    return (
        text
        if len(text) <= _LONGEST_CELL
        else text[: _LONGEST_CELL - 1] + "\N{HORIZONTAL ELLIPSIS}"
    )
