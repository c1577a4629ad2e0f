"""The rows of associations: which side comes first, writing them with their history, undoing.

Nobody else writes the tables ``associations`` and ``association_history``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.schema import ObjectType

#: Stands in ``label_id`` for an association that says no more than that there is one.
NO_LABEL = 0
_ROWS_AT_ONCE = 10_000
#: Columns of a row, in the order of :meth:`Link.of_row`.
KEYS = "from_type_id, from_id, to_type_id, to_id, label_id"
_COLUMNS = KEYS.split(", ")
_OF_HISTORY = ", ".join(f"h.{column}" for column in _COLUMNS)
_SAME = " AND ".join(f"a.{column} = h.{column}" for column in _COLUMNS)


class AssociationChange(StrEnum):
    """What happened to one row."""

    ASSOCIATE = "associate"
    DISSOCIATE = "dissociate"


@dataclass(frozen=True, slots=True, order=True)
class End:
    """One side of an association: a record of an object type."""

    type_id: int
    record_id: int


@dataclass(frozen=True, slots=True)
class Link:
    """One row: two records in the stored order, and the label between them.

    Attributes:
        label_id: :data:`NO_LABEL`, or the id of a label that says what ``second`` is to ``first``.
    """

    first: End
    second: End
    label_id: int = NO_LABEL

    @property
    def row(self) -> tuple[int, int, int, int, int]:
        """The row's columns."""
        return (
            self.first.type_id,
            self.first.record_id,
            self.second.type_id,
            self.second.record_id,
            self.label_id,
        )

    def other(self, end: End) -> End:
        """The record at the other side of ``end``."""
        return self.second if end == self.first else self.first

    @staticmethod
    def of_row(row: Sequence[int]) -> Link:
        """Make a link from the row's columns."""
        return Link(End(row[0], row[1]), End(row[2], row[3]), row[4])


def ordered_pair(one: End, other: End, *, speaks: bool = False) -> tuple[End, End]:
    """Two records in the one order in which their association is stored.

    The smaller object type id comes first; within one object type the record that the label
    speaks from, and where none does the smaller record id.

    Args:
        speaks: a label that reads differently from the two sides says what ``other`` is to
            ``one``.
    """
    if one.type_id == other.type_id and speaks:
        return one, other
    return (one, other) if one <= other else (other, one)


def links_of(tx: Tx, end: End) -> list[Link]:
    """Every row that touches a record."""
    cursor = tx.sql(
        f"SELECT {KEYS} FROM associations WHERE from_type_id = ? AND from_id = ? "
        f"UNION SELECT {KEYS} FROM associations WHERE to_type_id = ? AND to_id = ?",
        (end.type_id, end.record_id, end.type_id, end.record_id),
    )
    return [Link.of_row(row) for row in cursor]


def links_between(tx: Tx, one: End, other: End) -> list[Link]:
    """Every row between two records, whatever its label."""
    pair = "from_type_id = ? AND from_id = ? AND to_type_id = ? AND to_id = ?"
    ends = (one.type_id, one.record_id, other.type_id, other.record_id)
    cursor = tx.sql(
        f"SELECT {KEYS} FROM associations WHERE {pair} "
        f"UNION SELECT {KEYS} FROM associations WHERE {pair}",
        (*ends, *ends[2:], *ends[:2]),
    )
    return [Link.of_row(row) for row in cursor]


def others_sql(own_type: int, other_type: int, record: str) -> str:
    """SQL for the ids of ``other_type`` that are associated with the record ``record``.

    Args:
        record: an SQL expression for the record's id.
    """
    forward = (
        f"SELECT to_id AS id FROM main.associations WHERE from_type_id = {int(own_type)} "
        f"AND from_id = {record} AND to_type_id = {int(other_type)}"
    )
    backward = (
        f"SELECT from_id AS id FROM main.associations WHERE to_type_id = {int(own_type)} "
        f"AND to_id = {record} AND from_type_id = {int(other_type)}"
    )
    if own_type < other_type:
        return forward
    return backward if own_type > other_type else f"{forward} UNION {backward}"


def write_links(tx: Tx, change_id: int, links: Iterable[Link]) -> int:
    """Insert the rows that are not there yet, with their history.

    Neither limits nor the records themselves are looked at, and nothing is counted anew: that is
    the caller's.

    Returns:
        How many are new.
    """
    written = 0
    for rows in _batches(links):
        written += tx.driver.executemany(
            f"INSERT OR IGNORE INTO main.association_history (change_id, {KEYS}, kind) "
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6, 'associate' WHERE NOT EXISTS "
            "(SELECT 1 FROM main.associations WHERE from_type_id = ?2 AND from_id = ?3 "
            "AND to_type_id = ?4 AND to_id = ?5 AND label_id = ?6)",
            [(change_id, *link.row) for link in rows],
        ).rowcount
        tx.driver.executemany(
            f"INSERT OR IGNORE INTO main.associations ({KEYS}, added_at) VALUES (?, ?, ?, ?, ?, ?)",
            [(*link.row, tx.now_text) for link in rows],
        )
    return written


def remove_links(tx: Tx, change_id: int, links: Iterable[Link]) -> int:
    """Delete rows, with their history.

    Returns:
        How many were there.
    """
    removed = 0
    for rows in _batches(links):
        removed += tx.driver.executemany(
            f"INSERT OR IGNORE INTO main.association_history (change_id, {KEYS}, kind) "
            f"SELECT ?, {KEYS}, 'dissociate' FROM main.associations "
            "WHERE from_type_id = ? AND from_id = ? AND to_type_id = ? AND to_id = ? "
            "AND label_id = ?",
            [(change_id, *link.row) for link in rows],
        ).rowcount
        tx.driver.executemany(
            "DELETE FROM main.associations WHERE from_type_id = ? AND from_id = ? "
            "AND to_type_id = ? AND to_id = ? AND label_id = ?",
            [link.row for link in rows],
        )
    return removed


@dataclass(frozen=True, slots=True)
class Reversed:
    """What taking a change set's associations back came to, in rows.

    Attributes:
        skipped: changed by somebody since, or of a record that is gone for good.
    """

    undone: int
    skipped: int


def reverse_links(tx: Tx, undone_id: int, change_id: int) -> Reversed:
    """Take the associations of change set ``undone_id`` back, under ``change_id``.

    A row is put back where it still is gone, and removed where it still is there.
    """
    standing = f"EXISTS (SELECT 1 FROM main.associations a WHERE {_SAME})"
    history = "INSERT INTO main.association_history (change_id, " + KEYS + ", kind) "
    given = "FROM main.association_history h WHERE h.change_id = ?"
    tx.sql(
        f"{history}SELECT ?, {_OF_HISTORY}, 'dissociate' {given} AND h.kind = 'associate' "
        f"AND {standing}",
        (change_id, undone_id),
    )
    tx.sql(
        f"DELETE FROM main.associations WHERE ({KEYS}) IN (SELECT {KEYS} "
        "FROM main.association_history WHERE change_id = ? AND kind = 'dissociate')",
        (change_id,),
    )
    for one, other, exist in _both_exist(tx, undone_id):
        tx.sql(
            f"{history}SELECT ?, {_OF_HISTORY}, 'associate' {given} AND h.kind = 'dissociate' "
            f"AND h.from_type_id = ? AND h.to_type_id = ? AND NOT {standing} AND {exist}",
            (change_id, undone_id, one, other),
        )
    tx.sql(
        f"INSERT INTO main.associations ({KEYS}, added_at) SELECT {KEYS}, ? "
        "FROM main.association_history WHERE change_id = ? AND kind = 'associate'",
        (tx.now_text, change_id),
    )
    done = _rows_of(tx, change_id)
    return Reversed(done, _rows_of(tx, undone_id) - done)


def _both_exist(tx: Tx, change_id: int) -> list[tuple[int, int, str]]:
    """Each two object types of a change set's rows, with SQL that both records of ``h`` exist."""
    rows = tx.sql(
        "SELECT DISTINCT h.from_type_id, h.to_type_id, f.table_name, t.table_name "
        "FROM main.association_history h JOIN object_types f ON f.id = h.from_type_id "
        "JOIN object_types t ON t.id = h.to_type_id WHERE h.change_id = ?",
        (change_id,),
    ).fetchall()
    exist = (
        "EXISTS (SELECT 1 FROM main.{} x WHERE x.id = h.from_id) "
        "AND EXISTS (SELECT 1 FROM main.{} x WHERE x.id = h.to_id)"
    )
    return [(r[0], r[1], exist.format(quoted(r[2]), quoted(r[3]))) for r in rows]


def purge_kept_links(tx: Tx, object_type: ObjectType) -> None:
    """Delete the rows of the kept ids, which are deleted for good, and all history of them.

    The ids are those of :func:`keep_ids <crmdesk.core.records.picking.keep_ids>`.
    """
    for table in ("associations", "association_history"):
        for side in ("from", "to"):
            tx.sql(
                f"DELETE FROM main.{table} WHERE {side}_type_id = ? "
                f"AND {side}_id IN (SELECT id FROM temp.picked)",
                (object_type.id,),
            )


def _rows_of(tx: Tx, change_id: int) -> int:
    row = tx.sql(
        "SELECT count(*) FROM main.association_history WHERE change_id = ?", (change_id,)
    ).fetchone()
    return int(row[0])


def _batches(links: Iterable[Link]) -> Iterable[list[Link]]:
    batch: list[Link] = []
    for link in links:
        batch.append(link)
        if len(batch) == _ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
