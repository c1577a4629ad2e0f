"""Records that an earlier table of the same import is going to make, as a later one names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import explain_errors
from crmdesk.core.transfer.links import LinkColumn, LinkRules

#: How many of its rows will be called so: those that are made, and those that are there.
_COLUMNS = "place INTEGER, value TEXT, made INTEGER, there INTEGER, PRIMARY KEY (place, value)"


@dataclass(frozen=True, slots=True)
class EarlierTable:
    """A table that was tried before.

    Attributes:
        source: under what its record ids will be remembered; empty when it gives none.
        whole: all of its rows were read.
    """

    stage: Stage
    source: str
    whole: bool


def expect_records(stage: Stage, rules: LinkRules, earlier: Sequence[EarlierTable]) -> None:
    """Note beside a filled stage what the tables before it will be called, where it names them."""
    if not rules.columns:
        return
    with explain_errors(stage.path), closing(sqlite3.connect(stage.path)) as connection, connection:
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute(f"CREATE TABLE expected ({_COLUMNS})")
        for column in rules.columns:
            for table in _makers(column, earlier):
                _expect(connection, column, table)


def settle_expected(tx: Tx, rules: LinkRules, earlier: Sequence[EarlierTable]) -> None:
    """Take links to such records for found; what a table not read to its end may hold is open."""
    for column in rules.columns:
        makers = list(_makers(column, earlier))
        if not makers:
            continue
        value = "l.value" if column.by is None else "lower(l.value)"
        # An id is remembered for the record that had it last; a name may come to stand twice.
        several = "0" if column.by is None else "e.made + (l.state IS NOT NULL) > 1"
        tx.sql(
            f"UPDATE stage.links AS l SET state = CASE WHEN {several} THEN 'several' "
            "ELSE 'found' END FROM stage.expected e "
            f"WHERE l.place = ? AND e.place = l.place AND e.value = {value} "
            "AND (l.state IS NULL OR (l.state = 'found' AND e.made > 0))",
            (column.place,),
        )
        if not all(table.whole for table in makers):
            tx.sql(
                "UPDATE stage.links SET state = 'open' WHERE place = ? AND state IS NULL",
                (column.place,),
            )


def _makers(column: LinkColumn, earlier: Iterable[EarlierTable]) -> Iterable[EarlierTable]:
    """Tables before whose rows a column may name."""
    asked = column.mapped.asked
    for table in earlier:
        if table.stage.object_type.id != column.other.id:
            continue
        by_id = column.by is None and table.source and asked.source in ("", table.source)
        if by_id or (column.by is not None and _place(column, table) is not None):
            yield table


def _place(column: LinkColumn, table: EarlierTable) -> int | None:
    """Where the property that names its records stands in its stage."""
    ids = [each.id for each in table.stage.columns]
    return None if column.by is None or column.by.id not in ids else ids.index(column.by.id)


def _expect(connection: sqlite3.Connection, column: LinkColumn, table: EarlierTable) -> None:
    place = _place(column, table)
    value = "v.source_id" if place is None else f"lower(c.c{place})"
    connection.execute("ATTACH ? AS earlier", (str(table.stage.path),))
    connection.execute(
        f"INSERT INTO expected SELECT ?, {value}, sum(v.outcome = 'create'), "
        "sum(v.outcome <> 'create') FROM earlier.cells c JOIN earlier.verdicts v ON v.row = c.row "
        f"WHERE v.outcome IN ('create', 'update', 'unchanged') AND {value} IS NOT NULL "
        f"GROUP BY {value} ON CONFLICT (place, value) DO UPDATE SET "
        "made = made + excluded.made, there = there + excluded.there",
        (column.place,),
    )
    connection.commit()
    connection.execute("DETACH earlier")
