"""What is seen of a backup file while it is browsed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class BrowsedTable:
    """One table of a backup.

    Attributes:
        object: name of the object whose records it holds; "" where no manifest tells.
        file: its name inside the zip.
        rows: as the manifest says; None where nobody vouches for it.
        bytes: its size once unpacked.
    """

    object: str
    label: str
    file: str
    rows: int | None
    bytes: int


@dataclass(frozen=True, slots=True)
class BrowsedBackup:
    """A backup whose tables can be browsed.

    Attributes:
        reference: what it was opened by, an id or a path.
        ours: this workspace signed its manifest, and sizes and names inside agree with it.
    """

    reference: str
    name: str
    ours: bool
    snapshot_at: datetime | None
    tables: tuple[BrowsedTable, ...]


@dataclass(frozen=True, slots=True)
class BrowsedColumn:
    """One column; the values of a sensitive one are masked until they are revealed."""

    name: str
    label: str
    type: str
    sensitive: bool


@dataclass(frozen=True, slots=True)
class BrowsedRow:
    """One record as it stands in the file.

    Attributes:
        row: its number in the table, from 1, the heading not counted.
        record_id: as the file has it; None where the file has no such column.
        values: one per column; None is no value, ``MASKED`` one that must be revealed first.
        damaged: the row does not fit its heading or cannot be read as it should. Where a column
            is sensitive, nothing is shown of it: its values may stand in the wrong columns.
    """

    row: int
    record_id: str | None
    values: tuple[str | None, ...]
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class BrowsedPage:
    """Some records of one table.

    Attributes:
        total: how many rows the table has; None while searching, and where it is not known yet.
        next: pass it as ``after_row`` for the page that follows; None when this was the last.
            While searching, a page that follows may be empty.
    """

    table: BrowsedTable
    columns: tuple[BrowsedColumn, ...]
    rows: tuple[BrowsedRow, ...]
    total: int | None
    next: int | None
