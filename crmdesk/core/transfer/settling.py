"""Turns a stage whose records are found into a plan: what breaks a rule fails its row."""

from __future__ import annotations

from dataclasses import dataclass

from crmdesk.core.changes.apply import Applied, apply_piece
from crmdesk.core.changes.change_set import Printed
from crmdesk.core.changes.plan import PlanCounts, count, forget_equal_sets, skip_cells
from crmdesk.core.changes.rules import (
    Reason,
    index_unique_columns,
    lifecycle_forward,
    stages_exist,
    values_unique,
)
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_counts import recount_around
from crmdesk.core.records.choices import StageFinder
from crmdesk.core.records.multi import MultiValue
from crmdesk.core.records.problems import ImportErrorType
from crmdesk.core.records.single_rows import tombstone_hash
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.transfer.column_plan import ColumnPlan
from crmdesk.core.transfer.failing import fail_rows
from crmdesk.core.transfer.links import LinkRules
from crmdesk.core.transfer.matching import (
    RESTORED,
    Matching,
    every_row_has_a_key,
    match_records,
    staged_texts,
)

_BATCH = 10_000
_LIVE = "r.outcome IN ('update', 'create')"


@dataclass(frozen=True, slots=True)
class Settled:
    """The plan in numbers; rows = created + updated + unchanged + failed, always.

    Attributes:
        notes: values that are left alone, by reason.
        tombstones: the last one that the rows were held against.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    failed: int
    archived_matches: int
    notes: dict[str, int]
    counts: PlanCounts
    tombstones: int = 0


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What settling needs beside the stage.

    Attributes:
        tombstone_key: 32 bytes; addresses of contacts deleted for good are known by their hash.
        links: the other records that rows name.
    """

    plan: ColumnPlan
    matching: Matching
    tombstone_key: bytes
    links: LinkRules
    lifecycle_back: bool = False


def settle_import(tx: Tx, stage: Stage, rules: Rulebook, *, sample_size: int = 200) -> Settled:
    """Match every row, apply every rule, and count what writing it would do."""
    archived = match_records(tx, stage, rules.matching)
    known = _key_found_all(stage, rules.matching, archived)
    index_unique_columns(tx, stage, but=known)
    if rules.matching.key is None or not every_row_has_a_key(tx):
        _fail_empty(tx, stage, rules.plan)
    _append_choices(tx, stage)
    if archived:
        _keep_own_unique_values(tx, stage)
    _find_pipelines(tx, stage)
    forget_equal_sets(tx, stage)
    _fail_missing(tx, stage, rules.plan)
    for violation in () if rules.lifecycle_back else lifecycle_forward(tx, stage):
        skip_cells(tx, stage, violation)
    _fail_stages(tx, stage, rules.plan)
    _fail_tombstones(tx, stage, rules)
    while _fail_not_unique(tx, stage, rules.plan, known):
        pass
    return _counted(tx, stage, archived, sample_size)


def conflicts(tx: Tx, stage: Stage, matching: Matching, settled: Settled) -> bool:
    """Whether somebody else wrote a value since, which a row of this stage has too.

    Or deleted a contact for good, whose address such a row may have.
    """
    if _last_tombstone(tx) != settled.tombstones:
        return True
    table = quoted(stage.object_type.table)
    known = _key_found_all(stage, matching, settled.archived_matches)
    found = (
        tx.sql(
            f"SELECT 1 FROM stage.rows r LEFT JOIN main.{table} o "
            f"ON o.id = r.record_id WHERE {_LIVE} AND ({violation.condition}) LIMIT 1"
        ).fetchone()
        for violation in values_unique(tx, stage)
        if violation.position != known
    )
    if any(row is not None for row in found):
        return True
    if known is None:
        return False
    # Where the record was found by it, its version tells; only new records can be in the way.
    column = quoted(stage.columns[known].column)
    taken = tx.sql(
        f"SELECT 1 FROM stage.verdicts v CROSS JOIN stage.row_keys r CROSS JOIN main.{table} o "
        f"WHERE v.outcome = 'create' AND r.row = v.row AND lower(o.{column}) = r.value "
        f"AND o.archived_at IS NULL AND o.{column} IS NOT NULL LIMIT 1"
    ).fetchone()
    return taken is not None


def _key_found_all(stage: Stage, matching: Matching, archived: int) -> int | None:
    """The column of the key, where finding records by it has proven that it is unique.

    Of rows with the same key all but the first have failed, and each other row either is about
    the record with that key or there is none. Not so where ids found records too, or records come
    back from the recycle bin: then a row's key may be that of another record.
    """
    if matching.id_header or archived or matching.key is None:
        return None
    return matching.key if stage.columns[matching.key].unique else None


def apply_import(
    tx: Tx,
    stage: Stage,
    change_id: int,
    *,
    beside: bool,
    restores: bool,
    before: Printed | None = None,
) -> Applied:
    """Write the plan, records from the recycle bin first; activities have to be followed.

    Args:
        beside: the plan was made in an earlier transaction; see :func:`apply_piece`.
        restores: rows may have their records in the recycle bin.
        before: the history of pieces before it; see :func:`apply_piece`.

    Raises:
        UserError: ``plan_outdated``.
    """
    if restores:
        _restore(tx, stage, change_id)
    return apply_piece(tx, stage, change_id, beside=beside, before=before)


def _restore(tx: Tx, stage: Stage, change_id: int) -> None:
    """Bring the records of rows back from the recycle bin."""
    restored = (
        f"SELECT record_id FROM stage.rows WHERE outcome = 'update' AND reason = '{RESTORED}'"
    )
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        f"SELECT ?, ?, record_id, '{RESTORED}' FROM ({restored})",
        (change_id, stage.object_type.id),
    )
    tx.sql(
        f"UPDATE main.{quoted(stage.object_type.table)} SET archived_at = NULL, "
        f"archived_by = NULL WHERE id IN ({restored})"
    )
    # Others count them among their live associations again.
    recount_around(tx, stage.object_type, [row[0] for row in tx.sql(restored)])


def remember_sources(tx: Tx, stage: Stage, matching: Matching) -> None:
    """Keep which record each foreign id became, so that the next import finds it."""
    origin = matching.origin
    tx.sql(
        "INSERT OR REPLACE INTO main.source_records "
        "(object_type_id, source, source_record_id, record_id) "
        "SELECT ?, ?, r.source_id, coalesce(n.record_id, r.record_id) AS became "
        f"FROM {stage.schema}.rows r LEFT JOIN temp.created n ON n.row = r.row "
        "WHERE r.source_id IS NOT NULL AND became IS NOT NULL "
        "AND r.outcome IN ('create', 'update', 'unchanged') "
        "AND (? = 0 OR CAST(r.source_id AS INTEGER) <> became)",
        (stage.object_type.id, origin.source, int(origin.own)),
    )


def _fail_empty(tx: Tx, stage: Stage, plan: ColumnPlan) -> None:
    mapped = {p.id for p in plan.properties}
    blank = " AND ".join(
        f"r.c{place} IS NULL" for place, column in enumerate(stage.columns) if column.id in mapped
    )
    fail_rows(
        tx,
        stage,
        f"r.outcome = 'create' AND r.reason IS NULL AND {blank or '1'}",
        ImportErrorType.FAILED_VALIDATION,
        "The row has no value in any column that is imported.",
    )


def _append_choices(tx: Tx, stage: Stage) -> None:
    """A leading ";" adds to the choices that the record has."""
    table = quoted(stage.object_type.table)
    several = [
        place
        for place, column in enumerate(stage.columns)
        if column.type is PropertyType.MULTI_ENUMERATION
    ]
    adds = " OR ".join(f"c{place} GLOB ';*'" for place in several)
    if not adds or tx.sql(f"SELECT 1 FROM stage.rows WHERE {adds} LIMIT 1").fetchone() is None:
        return
    for place in several:
        rows = tx.sql(
            f"SELECT r.row, r.c{place}, {stage.live(place)} FROM stage.rows r "
            f"LEFT JOIN main.{table} o ON o.id = r.record_id AND r.outcome = 'update' "
            f"WHERE {_LIVE} AND r.c{place} GLOB ';*'"
        )
        while found := rows.fetchmany(_BATCH):
            tx.driver.executemany(
                f"UPDATE stage.cells SET c{place} = ? WHERE row = ?",
                [(MultiValue.from_text(text).applied_to(now), row) for row, text, now in found],
            )


def _keep_own_unique_values(tx: Tx, stage: Stage) -> None:
    """A record from the recycle bin brings its unique values along; they must be free too."""
    table = quoted(stage.object_type.table)
    for place, column in enumerate(stage.columns):
        if column.unique:
            tx.sql(
                f"UPDATE stage.cells AS r SET c{place} = o.{quoted(column.column)} "
                f"FROM stage.verdicts v JOIN main.{table} o ON o.id = v.record_id "
                f"WHERE v.row = r.row AND v.reason = '{RESTORED}' "
                f"AND v.outcome = 'update' AND r.c{place} IS NULL"
            )


def _find_pipelines(tx: Tx, stage: Stage) -> None:
    """A new record whose row gives only the stage gets the pipeline of that stage."""
    places = {column.format: place for place, column in enumerate(stage.columns)}
    pipeline, step = places.get(PropertyFormat.PIPELINE), places.get(PropertyFormat.STAGE)
    if pipeline is None or step is None:
        return
    finder = StageFinder(stage.object_type.pipelines)
    known = tx.sql(
        f"SELECT DISTINCT c{step} FROM stage.rows WHERE outcome = 'create' "
        f"AND c{pipeline} IS NULL AND c{step} IS NOT NULL"
    ).fetchall()
    tx.driver.executemany(
        f"UPDATE stage.cells SET c{pipeline} = ? WHERE c{pipeline} IS NULL AND c{step} = ? "
        "AND row IN (SELECT row FROM stage.verdicts WHERE outcome = 'create')",
        [(finder.pipeline_of(name), name) for (name,) in known],
    )


def _fail_missing(tx: Tx, stage: Stage, plan: ColumnPlan) -> None:
    places = {column.id: place for place, column in enumerate(stage.columns)}
    for column in stage.object_type.writable:
        if not column.required:
            continue
        place = places.get(column.id)
        blank = "1" if place is None else f"r.c{place} IS NULL"
        fail_rows(
            tx,
            stage,
            f"r.outcome = 'create' AND {blank}",
            ImportErrorType.MISSING_REQUIRED_PROPERTY,
            f"A new record needs a value of {column.label}.",
            column=plan.header_of(column.name),
        )


def _fail_stages(tx: Tx, stage: Stage, plan: ColumnPlan) -> None:
    mapped = plan.written
    for violation in stages_exist(tx, stage):
        column = stage.columns[violation.position]
        if column.id not in mapped:
            continue
        # Only a row that sets one of the two is at fault, not one whose record is odd already.
        fail_rows(
            tx,
            stage,
            f"{_LIVE} AND r.c{violation.position} IS NOT NULL AND ({violation.condition})",
            ImportErrorType.INVALID_ENUMERATION_OPTION,
            "The stage does not belong to the pipeline of the record.",
            column=plan.header_of(column.name),
            position=violation.position,
        )


def _fail_tombstones(tx: Tx, stage: Stage, rules: Rulebook) -> None:
    """Nobody who was deleted for good comes back by an import."""
    place = next((i for i, column in enumerate(stage.columns) if column.name == "email"), None)
    if stage.object_type.name != "contacts" or place is None:
        return
    known = {row[0] for row in tx.sql("SELECT email_hash FROM main.tombstones")}
    if not known:
        return
    bad = [
        (place, email)
        for _, email in staged_texts(tx, place, _LIVE)
        if tombstone_hash(rules.tombstone_key, email) in known
    ]
    tx.driver.executemany("INSERT OR IGNORE INTO stage.bad_values VALUES (?, ?)", bad)
    fail_rows(
        tx,
        stage,
        f"{_LIVE} AND r.c{place} IS NOT {stage.live(place)} AND r.c{place} IN "
        f"(SELECT value FROM stage.bad_values WHERE position = {place})",
        ImportErrorType.GDPR_BLACKLISTED_EMAIL,
        "This contact was deleted for good and cannot be added again.",
        column=rules.plan.header_of("email"),
        position=place,
    )


def _fail_not_unique(tx: Tx, stage: Stage, plan: ColumnPlan, known: int | None) -> int:
    return sum(
        fail_rows(
            tx,
            stage,
            f"{_LIVE} AND ({violation.condition})",
            ImportErrorType.DUPLICATE_UNIQUE_PROPERTY_VALUE,
            "Another record, or an earlier row of the file, has this value.",
            column=plan.header_of(stage.columns[violation.position].name),
            position=violation.position,
        )
        for violation in values_unique(tx, stage)
        if violation.position != known
    )


def _counted(tx: Tx, stage: Stage, archived: int, sample_size: int) -> Settled:
    counts = count(tx, stage, sample_size=sample_size)
    # Coming back from the bin is a change, and so is a value of a property yet to be made.
    changing = tx.sql(
        "UPDATE stage.verdicts SET outcome = 'update' WHERE outcome = 'unchanged' "
        f"AND reason IN ('{RESTORED}', 'new_value')"
    ).rowcount
    rows = int(tx.sql("SELECT count(*) FROM stage.verdicts").fetchone()[0])
    updated, unchanged = counts.records_changing + changing, counts.records_unchanged - changing
    notes = dict(
        tx.sql(
            "SELECT k.reason, count(*) FROM stage.skips k JOIN stage.rows r ON r.row = k.row "
            "WHERE r.outcome <> 'failed' GROUP BY k.reason"
        ).fetchall()
    )
    return Settled(
        rows=rows,
        created=counts.records_created,
        updated=updated,
        unchanged=unchanged,
        failed=rows - counts.records_created - updated - unchanged,
        archived_matches=archived,
        notes={str(Reason(reason)): many for reason, many in notes.items()},
        counts=counts,
        tombstones=_last_tombstone(tx),
    )


def _last_tombstone(tx: Tx) -> int:
    return int(tx.sql("SELECT coalesce(max(rowid), 0) FROM main.tombstones").fetchone()[0])
