"""Plans: what writing a stage would do, in numbers and samples, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crmdesk.core.changes.rules import (
    Reason,
    Rule,
    Violation,
    index_unique_columns,
    values_unique,
)
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import balanced, quoted
from crmdesk.core.records.types import PropertyType

# Measured: writing 50,000 records with 20 values each and their history took 6.2 s.
_SECONDS_PER_VALUE = 6.2 / 1_000_000
_SECONDS_PER_RECORD = 2.8 / 1_000_000
# SQLite's functions take at most 100.
_ARGUMENTS = 90


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """What would happen to the values of one property.

    Attributes:
        set: empty now, filled in. overwrite: another value now. clear: emptied.
        unchanged: in records that were compared.
    """

    set: int = 0
    overwrite: int = 0
    clear: int = 0
    unchanged: int = 0

    @property
    def changing(self) -> int:
        """Values that would be written."""
        return self.set + self.overwrite + self.clear


@dataclass(frozen=True, slots=True)
class Sample:
    """One value that would change."""

    record_id: int
    property: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """The plan in numbers."""

    records_changing: int
    records_created: int
    records_unchanged: int
    properties: dict[str, ValueCounts]
    skipped: dict[str, int]
    lock_seconds: float
    samples: tuple[Sample, ...] = field(default=())


def find_records(tx: Tx, stage: Stage) -> None:
    """Read each row's record: its version, or why there is none to update.

    Rows must carry ``record_id``. Live ones become ``update``; the others ``skipped`` with the
    reason (in the recycle bin, merged into another, deleted for good).
    """
    table = quoted(stage.object_type.table)
    tx.sql(
        "UPDATE stage.verdicts AS v SET base_version = o.version, outcome = 'update' "
        f"FROM main.{table} o WHERE o.id = v.record_id AND o.archived_at IS NULL"
    )
    tx.sql(
        "UPDATE stage.verdicts SET outcome = 'skipped', reason = CASE "
        "WHEN EXISTS (SELECT 1 FROM main.record_aliases a WHERE a.object_type_id = "
        f"{stage.object_type.id} "
        f"AND a.alias_id = stage.verdicts.record_id) THEN '{Reason.MERGED}' "
        f"WHEN EXISTS (SELECT 1 FROM main.{table} o WHERE o.id = stage.verdicts.record_id) "
        f"THEN '{Reason.IN_RECYCLE_BIN}' ELSE '{Reason.DELETED_FOR_GOOD}' END "
        "WHERE outcome IS NULL"
    )


def skip_violations(tx: Tx, stage: Stage, rules: Sequence[Rule]) -> None:
    """Leave every value that breaks a rule as it is, and note why."""
    for rule in rules:
        for violation in rule(tx, stage):
            skip_cells(tx, stage, violation)
    index_unique_columns(tx, stage)
    # A value that is not written stays in its record and may now be in another's way.
    while sum(skip_cells(tx, stage, violation) for violation in values_unique(tx, stage)):
        pass


def skip_cells(tx: Tx, stage: Stage, violation: Violation) -> int:
    """Note the cells and give them the value that stands, so that nothing is written."""
    table = quoted(stage.object_type.table)
    position = violation.position
    noted = tx.sql(
        f"INSERT OR IGNORE INTO stage.skips SELECT r.row, r.record_id, {position}, "
        f"'{violation.reason}' "
        f"FROM {stage.join} WHERE {stage.changed(position)} AND ({violation.condition})"
    ).rowcount
    if noted:
        tx.sql(
            f"UPDATE stage.cells AS r SET c{position} = {stage.live(position)} "
            f"FROM stage.skips k JOIN stage.verdicts v ON v.row = k.row "
            f"JOIN main.{table} o ON o.id = v.record_id WHERE k.position = {position} "
            "AND v.outcome = 'update' AND k.row = r.row"
        )
    return noted


def forget_equal_sets(tx: Tx, stage: Stage) -> None:
    """Multi-select values are sets: another order or a repetition is no change."""
    table = quoted(stage.object_type.table)
    for position, column in enumerate(stage.columns):
        if column.type is not PropertyType.MULTI_ENUMERATION:
            continue
        pairs = tx.sql(
            f"SELECT DISTINCT r.c{position}, {stage.live(position)} FROM {stage.join} "
            f"WHERE r.c{position} IS NOT {stage.live(position)} AND r.c{position} IS NOT NULL "
            f"AND {stage.live(position)} IS NOT NULL"
        ).fetchall()
        equal = [(position, *pair) for pair in pairs if _same_set(*pair)]
        tx.driver.executemany("INSERT INTO stage.equal_values VALUES (?, ?, ?)", equal)
        if equal:
            tx.sql(
                f"UPDATE stage.cells AS r SET c{position} = e.live FROM stage.equal_values e, "
                f"stage.verdicts v, main.{table} o "
                f"WHERE e.position = {position} AND v.row = r.row "
                f"AND o.id = v.record_id "
                f"AND e.value = r.c{position} AND e.live = {stage.live(position)}"
            )


def _same_set(value: str, live: str) -> bool:
    return set(value.split(";")) == set(live.split(";"))


def settle(tx: Tx, stage: Stage, rules: Sequence[Rule], *, sample_size: int = 200) -> PlanCounts:
    """Turn a stage whose records are found into a plan, and count it."""
    forget_equal_sets(tx, stage)
    skip_violations(tx, stage, rules)
    return count(tx, stage, sample_size=sample_size)


def count(tx: Tx, stage: Stage, *, sample_size: int = 200) -> PlanCounts:
    """Mark the rows that change nothing, and count what the others do.

    Args:
        sample_size: values shown of what changes; 0 where nobody will look, then the properties
            are not counted either, which costs as much as all the rest.
    """
    if stage.columns:
        any_change = balanced([stage.changed(i) for i in range(len(stage.columns))], " OR ")
        tx.sql(
            "UPDATE stage.verdicts SET outcome = 'unchanged' "
            "WHERE outcome = 'update' AND row IN "
            f"(SELECT r.row FROM {stage.join} WHERE NOT ({any_change}))"
        )
    # Counted in passing: grouping them would sort them first.
    changing, created, unchanged = tx.sql(
        "SELECT count(*) FILTER (WHERE outcome = 'update'), "
        "count(*) FILTER (WHERE outcome = 'create'), "
        "count(*) FILTER (WHERE outcome = 'unchanged') FROM stage.verdicts"
    ).fetchone()
    compared = changing + unchanged
    properties = _value_counts(tx, stage, compared) if sample_size else {}
    values = sum(counts.changing for counts in properties.values())
    records = changing + created
    return PlanCounts(
        records_changing=changing,
        records_created=created,
        records_unchanged=unchanged,
        properties=properties,
        skipped=_skipped(tx),
        lock_seconds=round(values * _SECONDS_PER_VALUE + records * _SECONDS_PER_RECORD, 3),
        samples=tuple(_samples(tx, stage, properties, sample_size)),
    )


def _value_counts(tx: Tx, stage: Stage, compared: int) -> dict[str, ValueCounts]:
    if not stage.columns:
        return {}
    parts = []
    for index in range(len(stage.columns)):
        changed, live, new = stage.changed(index), stage.live(index), f"r.c{index}"
        parts += [
            f"count(*) FILTER (WHERE {changed} AND {live} IS NULL)",
            f"count(*) FILTER (WHERE {changed} AND {live} IS NOT NULL AND {new} IS NOT NULL)",
            f"count(*) FILTER (WHERE {changed} AND {new} IS NULL)",
        ]
    numbers: list[int] = []
    # SQLite takes at most 2,000 result columns.
    for start in range(0, len(parts), 1500):
        some = ", ".join(parts[start : start + 1500])
        numbers += tx.sql(f"SELECT {some} FROM {stage.join}").fetchone()
    counts = {}
    for index, column in enumerate(stage.columns):
        filled, overwritten, cleared = numbers[index * 3 : index * 3 + 3]
        unchanged = compared - filled - overwritten - cleared
        counts[column.name] = ValueCounts(filled, overwritten, cleared, unchanged)
    return counts


def _skipped(tx: Tx) -> dict[str, int]:
    """Records by reason, then values by reason; both are counted once each."""
    rows = tx.sql(
        "SELECT reason, count(*) FROM stage.rows WHERE outcome = 'skipped' GROUP BY reason "
        "UNION ALL SELECT reason, count(*) FROM stage.skips GROUP BY reason"
    )
    counts: dict[str, int] = {}
    for reason, number in rows:
        counts[reason] = counts.get(reason, 0) + number
    return counts


def _samples(tx: Tx, stage: Stage, counts: Mapping[str, ValueCounts], size: int) -> list[Sample]:
    """Values that change, some of every kind and column before more of any."""
    found: list[Sample] = []
    if not size:
        return found
    per_column = max(size // max(len(stage.columns), 1), 3)
    for index, column in enumerate(stage.columns):
        cleared = min(counts[column.name].clear, per_column)
        others = min(counts[column.name].changing, per_column) - cleared
        for wanted, kind in ((cleared, "IS NULL"), (others, "IS NOT NULL")):
            # By row, which needs no sorting: the search ends with the last sample found.
            rows = tx.sql(
                f"SELECT o.id, {stage.live(index)}, r.c{index} FROM {stage.join} "
                f"WHERE {stage.changed(index)} AND r.c{index} {kind} ORDER BY r.row LIMIT ?",
                (wanted,),
            )
            found += [Sample(record_id, column.name, old, new) for record_id, old, new in rows]
    return found[:size]


def plan_hash(tx: Tx, stage: Stage, params: str) -> str:
    """SHA-256 over what the plan would write, the versions it read, and how it was asked for."""
    digest = hashlib.sha256(params.encode("utf-8"))
    for column in stage.columns:
        digest.update(f"|{column.id}:{column.version}".encode("ascii"))
    cells = [f"c{index}" for index in range(len(stage.columns))]
    # Printed by SQLite: made of Python's values, this was a fifth of writing a restore.
    rows = tx.sql(
        f"SELECT CAST({_as_json(['outcome', 'record_id', 'base_version', *cells])} AS BLOB) "
        "FROM stage.rows WHERE outcome IN ('update', 'create') ORDER BY row"
    )
    for (row,) in rows:
        digest.update(row)
    return digest.hexdigest()


def _as_json(parts: Sequence[str]) -> str:
    """Many SQL values as JSON arrays one after the other: no two rows of values look the same."""
    groups = [parts[i : i + _ARGUMENTS] for i in range(0, len(parts), _ARGUMENTS)]
    return balanced([f"json_array({', '.join(group)})" for group in groups], " || ")
