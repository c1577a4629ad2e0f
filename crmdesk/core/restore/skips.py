"""Values and records that a restore leaves alone: read from its stage, kept with the restore."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import select

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import properties
from crmdesk.core.files.atomic import atomic_write

#: A list of more lines helps nobody; the numbers by reason are always whole.
MOST_KEPT = 1_000_000
_HEADING = ("hs_object_id", "property", "reason")
_LINES_AT_ONCE = 5_000

Skip = tuple[int, str, str]
"""Record id, internal name of the property (empty for the whole record), reason."""


def skipped_values(tx: Tx, stage: Stage, limit: int) -> Iterator[Skip]:
    """What is left alone, by record."""
    rows = tx.sql(
        "SELECT record_id, position, reason FROM stage.skips UNION ALL "
        "SELECT record_id, NULL, reason FROM stage.verdicts WHERE outcome = 'skipped' "
        "ORDER BY 1, 2 LIMIT ?",
        (limit,),
    )
    gone = [row[0] for row in tx.sql("SELECT DISTINCT position FROM stage.skips")]
    called = skip_names(tx, stage, gone)
    for record_id, position, reason in rows:
        yield int(record_id), called.get(position, ""), str(reason)


def skip_names(tx: Tx, stage: Stage, positions: Iterable[int | None]) -> dict[int | None, str]:
    """Internal names of properties by their position; negative ones are ids of archived ones."""
    wanted = {position for position in positions if position is not None}
    found: dict[int | None, str] = {
        position: stage.columns[position].name
        for position in wanted
        if 0 <= position < len(stage.columns)
    }
    gone = [-position for position in wanted if position < 0]
    if gone:
        rows = tx.execute(
            select(properties.c.id, properties.c.name).where(properties.c.id.in_(gone))
        )
        found |= {-row.id: row.name for row in rows}
    return found


def skipped_path(folder: Path, restore_id: str) -> Path:
    """Where the list of a restore lies in the vault."""
    return folder / f"{restore_id}-skipped.csv"


def write_skipped(
    database: Database, stage: Stage, path: Path, reported: Callable[[int], None]
) -> bool:
    """Keep what is left alone as a CSV, at most :data:`MOST_KEPT` lines.

    Args:
        reported: told the lines written so far; may raise to stop, and no file is left.

    Returns:
        Whether there is anything; without it there is no file.
    """
    with database.staging(stage.path) as tx:
        rows = skipped_values(tx, stage, MOST_KEPT)
        first = next(rows, None)
        if first is None:
            return False
        written = 1
        with atomic_write(path) as file:
            writer = csv.writer(_Lines(file.write))
            writer.writerow(_HEADING)
            writer.writerow(first)
            while some := list(islice(rows, _LINES_AT_ONCE)):
                writer.writerows(some)
                written += len(some)
                reported(written)
    return True


def skipped_parts(path: Path, size: int) -> Iterator[list[Skip]]:
    """The whole list, so many lines at once, read from end to end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = islice(csv.reader(file), 1, None)
        while part := [(int(each[0]), each[1], each[2]) for each in islice(rows, size)]:
            yield part


def read_skipped(path: Path, limit: int, offset: int) -> Sequence[Skip]:
    """``limit`` lines of the list behind the first ``offset``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = islice(csv.reader(file), 1 + offset, 1 + offset + limit)
        return [(int(record_id), name, reason) for record_id, name, reason in rows]


def skipped_records(path: Path) -> int:
    """How many records are in the list, which is in their order."""
    with path.open(encoding="utf-8", newline="") as file:
        ids = (line[0] for line in islice(csv.reader(file), 1, None))
        return sum(1 for _ in groupby(ids))


class _Lines:
    """What csv writes to, as bytes."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def write(self, text: str) -> None:
        self._write(text.encode("utf-8"))
