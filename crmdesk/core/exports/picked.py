"""Which records an export is of: looked for once, by several connections, and then only printed."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.backup.rows import Cutter, OrderedPieces, RangeCutter
from crmdesk.core.backup.snapshot import Snapshot
from crmdesk.core.db import sqlite_backup

#: Ids that are kept, eight bytes each; of more records the condition is asked again.
MOST_KEPT = 250_000
#: Records of a range that is looked through at once.
_LOOKED_THROUGH = 20_000


@dataclass(frozen=True, slots=True)
class Picked:
    """The records of an export.

    Attributes:
        ids: in their order; None for all that the condition lets through.
    """

    total: int
    ids: array[int] | None = None


@dataclass(frozen=True, slots=True)
class IdList:
    """Records by their ids."""

    ids: array[int]

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.ids)

    @property
    def bounds(self) -> tuple[str, None]:
        """The ids as a JSON array."""
        return json.dumps(self.ids.tolist()), None


class ListCutter(Cutter[IdList]):
    """Cuts a list of ids."""

    def __init__(self, ids: array[int]) -> None:
        super().__init__()
        self._ids = ids

    def cuts(self) -> Iterator[IdList]:
        """All of the list."""
        start = 0
        while start < len(self._ids):
            cut = IdList(self._ids[start : start + self.rows])
            yield cut
            start += cut.rows

    def halves(self, whole: IdList) -> tuple[IdList, IdList]:
        """Part a list in its middle."""
        middle = whole.rows // 2
        return IdList(whole.ids[:middle]), IdList(whole.ids[middle:])


def pick(
    snapshot: Snapshot,
    table: str,
    condition: str,
    values: tuple[str | int, ...],
    cancelled: Callable[[], bool] = never,
) -> Picked:
    """Look for the records for which a condition holds.

    Args:
        condition: SQL over the table; ``values`` are its parameters.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    steering, *readers = snapshot.readers
    if condition == sqlite_backup.LIVE:
        return Picked(steering.execute(sqlite_backup.live_count_query(table)).fetchone()[0])
    cutter = RangeCutter(steering, table)
    cutter.rows = _LOOKED_THROUGH
    query = sqlite_backup.ids_query(table, condition)
    ids: array[int] | None = array("q")
    total = 0
    with closing(OrderedPieces(readers, cutter, query, values).run(_found)) as pieces:
        for text, many in pieces:
            if cancelled():
                raise cancelled_error()
            total += many
            if ids is not None:
                ids.extend(json.loads(text))
                ids = ids if total <= MOST_KEPT else None
    return Picked(total, ids)


def pick_among(
    snapshot: Snapshot,
    table: str,
    condition: str,
    values: tuple[str | int, ...],
    ids: tuple[int, ...],
) -> Picked:
    """Those of the records with these ids for which the condition holds."""
    listed = f"id IN (SELECT value FROM json_each(?)) AND ({condition})"
    query = f"SELECT id FROM {sqlite_backup.quoted_name(table)} WHERE {listed} ORDER BY id"
    rows = snapshot.readers[0].execute(query, (json.dumps(ids), *values))
    found = array("q", (row[0] for row in rows))
    return Picked(len(found), found)


def _found(row: tuple[object, ...]) -> tuple[str, int]:
    text, many = row
    return str(text), int(str(many))
