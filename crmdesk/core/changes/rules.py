"""What a staged value must satisfy before it may be written, found set by set.

Each rule yields :class:`Violation`; whether one costs the cell or the row is the caller's
policy: a restore skips the value and says so, an import fails the row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.db.tables import users
from crmdesk.core.records.types import PropertyFormat, PropertyType


class Reason(StrEnum):
    """Why a value or a record is left alone."""

    IN_RECYCLE_BIN = "in_recycle_bin"
    DELETED_FOR_GOOD = "deleted_for_good"
    MERGED = "merged"
    OPTION_GONE = "option_gone"
    OWNER_GONE = "owner_gone"
    STAGE_GONE = "stage_gone"
    REQUIRED = "required"
    NOT_UNIQUE = "not_unique"
    TYPE_CHANGED = "type_changed"
    CHANGED_SINCE = "changed_since"
    LIFECYCLE_BACKWARDS = "lifecycle_backwards"
    PROPERTY_GONE = "property_gone"
    CLEARS_SKIPPED = "clears_skipped"
    EDITED_BY_HAND = "edited_by_hand"


@dataclass(frozen=True, slots=True)
class Violation:
    """Rows whose value in one column must not be written.

    Attributes:
        position: index of the column; the cell that is at fault.
        condition: SQL over ``r`` (the staged row) and ``o`` (its record, null for a create).
    """

    position: int
    reason: Reason
    condition: str


Rule = Callable[[Tx, Stage], Iterator[Violation]]
_LOOKED_UP = (PropertyFormat.OWNER, PropertyFormat.PIPELINE, PropertyFormat.STAGE)
_LIVE_OUTCOMES = "r.outcome IN ('update', 'create')"


def options_exist(tx: Tx, stage: Stage) -> Iterator[Violation]:
    """Enumeration values must be among the property's options (by internal value)."""
    for position, column in enumerate(stage.columns):
        if column.type not in (PropertyType.ENUMERATION, PropertyType.MULTI_ENUMERATION):
            continue
        if column.format in _LOOKED_UP or not column.options:
            continue
        valid = {option.value for option in column.options if not option.archived}
        several = column.type is PropertyType.MULTI_ENUMERATION
        bad = [
            value
            for value in _distinct(tx, position)
            if not (set(value.split(";")) if several else {value}) <= valid
        ]
        if bad:
            yield _bad_values(tx, position, bad, Reason.OPTION_GONE)


def owners_exist(tx: Tx, stage: Stage) -> Iterator[Violation]:
    """An owner must be a user of this workspace; a deactivated one will do."""
    for position, column in enumerate(stage.columns):
        if column.format != "owner":
            continue
        rows = tx.execute(select(users.c.id, users.c.email).where(users.c.removed_at.is_(None)))
        valid = {str(part).lower() for row in rows for part in row}
        bad = [value for value in _distinct(tx, position) if value.lower() not in valid]
        if bad:
            yield _bad_values(tx, position, bad, Reason.OWNER_GONE)


def stages_exist(tx: Tx, stage: Stage) -> Iterator[Violation]:
    """Pipeline and stage must exist and belong together, also with a half that stays as it is."""
    names = {column.format: position for position, column in enumerate(stage.columns)}
    if not {"pipeline", "stage"} & set(names) or not stage.object_type.pipelines:
        return
    sides = {kind: _side(stage, kind, names) for kind in ("pipeline", "stage")}
    if None in sides.values():
        return
    valid = {(p.name, s.name) for p in stage.object_type.pipelines for s in p.stages}
    known = {p.name for p in stage.object_type.pipelines}
    pairs = tx.sql(
        f"SELECT DISTINCT {sides['pipeline']}, {sides['stage']} FROM {_rows(stage)} "
        f"WHERE {_LIVE_OUTCOMES}"
    ).fetchall()
    bad = [pair for pair in pairs if not _pair_holds(pair, valid, known)]
    if not bad:
        return
    tx.sql("DELETE FROM stage.bad_pairs")
    tx.driver.executemany("INSERT INTO stage.bad_pairs VALUES (?, ?)", bad)
    condition = (
        f"EXISTS (SELECT 1 FROM stage.bad_pairs b WHERE b.pipeline IS {sides['pipeline']} "
        f"AND b.stage IS {sides['stage']})"
    )
    # Both halves: skipping one would make another wrong pair of the other. The first one that is
    # skipped stands in the row as it was by the time the second is looked for.
    for kind in ("stage", "pipeline"):
        if kind in names:
            yield Violation(names[kind], Reason.STAGE_GONE, condition)
            condition = (
                f"({condition} OR EXISTS (SELECT 1 FROM stage.skips k WHERE k.row = r.row "
                f"AND k.position = {names[kind]} AND k.reason = '{Reason.STAGE_GONE}'))"
            )


def _pair_holds(
    pair: tuple[str | None, str | None], valid: set[tuple[str, str]], known: set[str]
) -> bool:
    pipeline, stage_name = pair
    if stage_name is None:
        return pipeline is None or pipeline in known
    if pipeline is None:
        return any(stage_name == name for _, name in valid)
    return (pipeline, stage_name) in valid


def _side(stage: Stage, kind: str, names: dict[str, int]) -> str | None:
    if kind in names:
        return stage.target(names[kind])
    found = stage.object_type.with_format(kind)
    return None if found is None else f"o.{quoted(found.column)}"


def required_present(_tx: Tx, stage: Stage) -> Iterator[Violation]:
    """A required property cannot be cleared; one that is empty already may stay so."""
    for position, column in enumerate(stage.columns):
        if column.required and not stage.blank_keeps:
            yield Violation(
                position,
                Reason.REQUIRED,
                f"r.c{position} IS NULL AND {stage.live(position)} IS NOT NULL",
            )


def lifecycle_forward(_tx: Tx, stage: Stage) -> Iterator[Violation]:
    """An import never moves the lifecycle stage backwards."""
    for position, column in enumerate(stage.columns):
        if column.format != PropertyFormat.LIFECYCLE:
            continue
        ranks = " ".join(
            f"WHEN '{option.value.replace(chr(39), chr(39) * 2)}' THEN {rank}"
            for rank, option in enumerate(column.options)
        )
        if ranks:
            new, live = (
                f"CASE r.c{position} {ranks} END",
                f"CASE {stage.live(position)} {ranks} END",
            )
            yield Violation(position, Reason.LIFECYCLE_BACKWARDS, f"({new}) < ({live})")


def values_unique(_tx: Tx, stage: Stage) -> Iterator[Violation]:
    """No two live records may share a unique value once everything is written.

    A record whose own value moves away in the same job is no obstacle (a swap). Evaluate this
    rule again until it finds nothing: a value that is not written stays where it was.
    """
    table = quoted(stage.object_type.table)
    for position, column in enumerate(stage.columns):
        if not column.unique:
            continue
        staged = f"lower(r.c{position})"
        taken = (
            f"EXISTS (SELECT 1 FROM main.{table} x WHERE "
            f"{unique_expression(column.column, 'x')} = {staged} "
            f"AND x.archived_at IS NULL AND x.{quoted(column.column)} IS NOT NULL "
            "AND x.id IS NOT r.record_id "
            "AND NOT EXISTS (SELECT 1 FROM stage.verdicts w JOIN stage.cells m ON m.row = w.row "
            "WHERE w.record_id = x.id AND w.outcome = 'update' "
            f"AND {_moves_away(stage, position, column.column)}))"
        )
        twice = (
            "EXISTS (SELECT 1 FROM stage.cells t JOIN stage.verdicts w ON w.row = t.row "
            f"WHERE lower(t.c{position}) = {staged} "
            "AND w.outcome IN ('update', 'create') AND t.row < r.row)"
        )
        # A record that comes back from the recycle bin brings its values back among the others.
        changed = (
            f"r.c{position} IS NOT NULL AND (r.c{position} IS NOT {stage.live(position)} "
            "OR o.archived_at IS NOT NULL)"
        )
        yield Violation(position, Reason.NOT_UNIQUE, f"{changed} AND ({taken} OR {twice})")


def _moves_away(stage: Stage, position: int, column: str) -> str:
    live = f"lower(x.{quoted(column)})"
    if stage.blank_keeps:
        return f"m.c{position} IS NOT NULL AND lower(m.c{position}) IS NOT {live}"
    return f"lower(m.c{position}) IS NOT {live}"


def index_unique_columns(tx: Tx, stage: Stage, but: int | None = None) -> None:
    """Make the lookups of :func:`values_unique` cheap.

    Args:
        but: place of a column whose values need no look.
    """
    index_records(tx, stage)
    for position, column in enumerate(stage.columns):
        if column.unique and position != but:
            index_column(tx, position)


def index_records(tx: Tx, stage: Stage) -> None:
    """Find staged rows by their record."""
    tx.sql(
        f"CREATE INDEX IF NOT EXISTS {stage.schema}.ix_verdicts_record ON verdicts (record_id) "
        "WHERE record_id IS NOT NULL"
    )


def index_column(tx: Tx, position: int) -> None:
    """Find staged rows by the value of one column, without its case."""
    tx.sql(f"CREATE INDEX IF NOT EXISTS stage.ix_cells_c{position} ON cells (lower(c{position}))")


def _rows(stage: Stage) -> str:
    return f"stage.rows r LEFT JOIN main.{quoted(stage.object_type.table)} o ON o.id = r.record_id"


def _distinct(tx: Tx, position: int) -> list[str]:
    cursor = tx.sql(
        f"SELECT DISTINCT r.c{position} FROM stage.rows r "
        f"WHERE r.c{position} IS NOT NULL AND {_LIVE_OUTCOMES}"
    )
    return [value for (value,) in cursor]


def _bad_values(tx: Tx, position: int, bad: list[str], reason: Reason) -> Violation:
    tx.driver.executemany(
        "INSERT OR IGNORE INTO stage.bad_values VALUES (?, ?)", [(position, v) for v in bad]
    )
    condition = f"r.c{position} IN (SELECT value FROM stage.bad_values WHERE position = {position})"
    return Violation(position, reason, condition)
