"""Finds the record of each staged row, set by set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmdesk.core.changes.rules import index_records
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.object_type import ObjectType
from crmdesk.core.records.problems import ImportErrorType
from crmdesk.core.transfer.failing import fail_later, fail_rows
from crmdesk.core.transfer.model import ArchivedMatches, ImportMode

RESTORED = "unarchive"
#: SQL over ``v``, the verdicts: rows that are in and whose record is not found.
_UNKNOWN = "v.outcome = 'create' AND v.record_id IS NULL"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the rows come from, so that their records are found again next time.

    Attributes:
        source: a workspace's id, or a family of files; keeps its record ids apart from others.
        own: the ids are those of this workspace.
        proven: the ids surely mean the same records as before (a manifest says whose they are,
            or this very file came in before). Otherwise the record must also bear the row's name.
        by_line: rows without an id are known by their line in this very file.
    """

    source: str
    own: bool
    proven: bool
    by_line: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """By what, and to what end, records are found.

    Attributes:
        key: place of the key among the stage's columns; ``None`` when ids or nothing find them.
        key_header, id_header: how the file calls those columns.
    """

    mode: ImportMode
    archived: ArchivedMatches
    origin: Origin
    key: int | None
    key_header: str
    id_header: str


def match_records(tx: Tx, stage: Stage, matching: Matching) -> int:
    """Give each row its record and its outcome, or fail it and say why.

    Returns how many rows have their record in the recycle bin.
    """
    # Each statement reads the whole stage, so those that can find nothing are left out.
    if matching.id_header:
        tx.sql("CREATE INDEX IF NOT EXISTS stage.ix_verdicts_source ON verdicts (source_id)")
    _fail_repeated(tx, stage, matching)
    if matching.origin.own:
        _find_own(tx, stage)
    if matching.key is not None:
        _find_by_key(tx, stage, matching)
    if matching.id_header:
        _find_by_source(tx, stage, matching)
    all_have_keys = matching.key is not None and every_row_has_a_key(tx)
    if not all_have_keys:
        _know_by_line(tx, stage, matching)
    index_records(tx, stage)
    archived = 0
    if not (all_have_keys and _found_by_key_alone(tx, stage, matching)):
        archived = _settle_outcomes(tx, stage, matching)
        _fail_shared_records(tx, stage, matching)
    _apply_mode(tx, stage, matching)
    return archived


def every_row_has_a_key(tx: Tx) -> bool:
    """Whether none has a blank where records are found by; SQLite counts whole pages at once."""
    keys, rows = (
        tx.sql(f"SELECT count(*) FROM stage.{table}").fetchone()[0]
        for table in ("row_keys", "verdicts")
    )
    return bool(keys == rows)


def _found_by_key_alone(tx: Tx, stage: Stage, matching: Matching) -> bool:
    """Whether each row that has a record was given it, with its version, by a unique key.

    Then no two rows have the same, since a key stands in one row and in one live record only.
    """
    return (
        matching.key is not None
        and stage.columns[matching.key].unique
        and not matching.id_header
        and not matching.origin.own
        and not bin_holds_records(tx, stage.object_type)
    )


def _fail_repeated(tx: Tx, stage: Stage, matching: Matching) -> None:
    """The first row of a key wins; the later ones fail."""
    if matching.key is not None and not _keys_differ(tx, stage):
        known = f"stage.row_keys k CROSS JOIN {stage.first_rows} f ON f.value = k.value"
        fail_rows(
            tx,
            stage,
            f"r.row IN (SELECT k.row FROM {known} WHERE f.row <> k.row)",
            ImportErrorType.DUPLICATE_UNIQUE_PROPERTY_VALUE,
            "An earlier row of the file has the same value, and records are found by it.",
            column=matching.key_header,
            position=matching.key,
        )
    if not matching.id_header:
        return
    fail_later(
        tx,
        stage,
        "source_id",
        ImportErrorType.DUPLICATE_RECORD_ID,
        "An earlier row of the file has the same record ID.",
        column=matching.id_header,
    )


def _keys_differ(tx: Tx, stage: Stage) -> bool:
    """Note which good row has each key first; whether each row is the first of its key."""
    noted = tx.sql(
        # In the order of the keys, or each of them would be put on another page.
        f"INSERT OR IGNORE INTO {stage.first_rows} SELECT k.value, k.row "
        "FROM stage.row_keys k CROSS JOIN stage.verdicts v ON v.row = k.row "
        "WHERE v.outcome = 'create' ORDER BY k.value, k.row"
    ).rowcount
    return bool(noted == tx.sql("SELECT count(*) FROM stage.row_keys").fetchone()[0])


def _find_own(tx: Tx, stage: Stage) -> None:
    """Record ids of this workspace; of a merged record the one that it went into."""
    fail_rows(
        tx,
        stage,
        "r.source_id IS NULL OR r.source_id GLOB '*[^0-9]*' OR length(r.source_id) > 18",
        ImportErrorType.INVALID_RECORD_ID,
        "This is not a record ID.",
    )
    table = quoted(stage.object_type.table)
    tx.sql(
        f"UPDATE stage.verdicts AS v SET record_id = o.id FROM main.{table} o "
        "WHERE v.outcome = 'create' AND o.id = CAST(v.source_id AS INTEGER)"
    )
    tx.sql(
        "UPDATE stage.verdicts AS v SET record_id = a.winner_id FROM main.record_aliases a "
        f"JOIN main.{table} o ON o.id = a.winner_id WHERE {_UNKNOWN} "
        "AND a.object_type_id = ? AND a.alias_id = CAST(v.source_id AS INTEGER)",
        (stage.object_type.id,),
    )


def _find_by_key(tx: Tx, stage: Stage, matching: Matching) -> None:
    """Live records first, then those in the recycle bin.

    Of several there a unique key finds the newest, which is who had the value last; a key that
    several records may share finds none, and the row fails.
    """
    key = matching.key
    column = quoted(stage.columns[key or 0].column)
    table = quoted(stage.object_type.table)
    waiting = f"{_UNKNOWN} AND r.row = v.row"
    live = f"o.archived_at IS NULL AND o.{column} IS NOT NULL"
    if stage.columns[key or 0].unique:
        tx.sql(
            # Each read of a record costs, so the version is taken along.
            "UPDATE stage.verdicts AS v SET record_id = o.id, base_version = o.version, "
            f"outcome = 'update' FROM stage.row_keys r CROSS JOIN main.{table} o WHERE {waiting} "
            f"AND lower(o.{column}) = r.value AND {live}"
        )
    else:
        _find_by_shared_key(tx, stage, matching, f"main.{table} o WHERE {live}", column)
    if not bin_holds_records(tx, stage.object_type):
        return
    # A new record beside those in the bin needs no choice among them.
    if not stage.columns[key or 0].unique and matching.archived is not ArchivedMatches.CREATE:
        binned = f"o.archived_at IS NOT NULL AND o.{column} IS NOT NULL"
        if matching.archived is ArchivedMatches.SKIP:
            binned += f" AND NOT {_came_and_went(stage)}"
        _find_by_shared_key(tx, stage, matching, f"main.{table} o WHERE {binned}", column)
        return
    tx.sql(
        "UPDATE stage.verdicts AS v SET record_id = b.id FROM stage.row_keys r, "
        f"(SELECT lower(o.{column}) AS value, max(o.id) AS id FROM main.{table} o "
        f"WHERE o.archived_at IS NOT NULL AND o.{column} IS NOT NULL GROUP BY 1) b "
        f"WHERE {waiting} AND b.value = r.value"
    )


def bin_holds_records(tx: Tx, object_type: ObjectType) -> bool:
    """Whether any record of the object waits in the recycle bin."""
    table = quoted(object_type.table)
    return (
        tx.sql(f"SELECT 1 FROM main.{table} WHERE archived_at IS NOT NULL LIMIT 1").fetchone()
        is not None
    )


def _find_by_shared_key(
    tx: Tx, stage: Stage, matching: Matching, records: str, column: str
) -> None:
    """A value that several records may have finds one only when it is alone."""
    key = matching.key
    tx.sql("DROP TABLE IF EXISTS stage.keys")
    tx.sql(
        f"CREATE TABLE stage.keys AS SELECT lower(o.{column}) AS value, min(o.id) AS id, "
        f"count(*) AS many FROM {records} GROUP BY 1"
    )
    tx.sql("CREATE INDEX stage.ix_keys ON keys (value)")
    is_domain = stage.columns[key or 0].name == "domain"
    fail_rows(
        tx,
        stage,
        f"r.record_id IS NULL AND r.c{key} IS NOT NULL AND EXISTS (SELECT 1 FROM stage.keys k "
        f"WHERE k.value = lower(r.c{key}) AND k.many > 1)",
        ImportErrorType.MULTIPLE_COMPANIES_WITH_THIS_DOMAIN
        if is_domain
        else ImportErrorType.DUPLICATE_ALTERNATE_ID,
        "Several records have this value, so it does not say which one is meant.",
        column=matching.key_header,
        position=key,
    )
    tx.sql(
        "UPDATE stage.verdicts AS v SET record_id = k.id FROM stage.row_keys r, stage.keys k "
        f"WHERE {_UNKNOWN} AND r.row = v.row AND k.many = 1 AND k.value = r.value"
    )


def _find_by_source(tx: Tx, stage: Stage, matching: Matching) -> None:
    """Records that an earlier import of the same source made or matched."""
    origin = matching.origin
    table = quoted(stage.object_type.table)
    same = "1" if origin.proven or origin.own else _bears_the_name(stage)
    tx.sql(
        "UPDATE stage.verdicts AS v SET record_id = s.record_id FROM main.source_records s "
        f"JOIN main.{table} o ON o.id = s.record_id JOIN stage.cells r "
        f"WHERE {_UNKNOWN} AND r.row = v.row "
        "AND s.object_type_id = ? AND s.source = ? "
        f"AND s.source_record_id = v.source_id AND ({same})",
        (stage.object_type.id, origin.source),
    )


def _bears_the_name(stage: Stage) -> str:
    """SQL: the record is called as the row says, in every part of the name that is mapped."""
    shown = set(stage.object_type.display_properties)
    parts = [
        f"r.c{place} IS o.{quoted(column.column)}"
        for place, column in enumerate(stage.columns)
        if column.name in shown
    ]
    return " AND ".join(parts) or "0"


def _know_by_line(tx: Tx, stage: Stage, matching: Matching) -> None:
    """Rows that neither id nor key tells apart: the same line of the same file is the same row."""
    if not matching.origin.by_line or matching.mode is ImportMode.CREATE:
        return
    unknown = f"{_UNKNOWN} AND v.source_id IS NULL"
    if matching.key is not None:
        unknown += " AND NOT EXISTS (SELECT 1 FROM stage.row_keys k WHERE k.row = v.row)"
    if not tx.sql(
        f"UPDATE stage.verdicts AS v SET source_id = 'line ' || v.line WHERE {unknown}"
    ).rowcount:
        return
    tx.sql(
        "UPDATE stage.verdicts AS v SET record_id = s.record_id FROM main.source_records s "
        f"WHERE {_UNKNOWN} AND v.source_id GLOB 'line *' "
        "AND s.object_type_id = ? AND s.source = ? AND s.source_record_id = v.source_id",
        (stage.object_type.id, matching.origin.source),
    )


def _settle_outcomes(tx: Tx, stage: Stage, matching: Matching) -> int:
    table = quoted(stage.object_type.table)
    tx.sql(
        "UPDATE stage.verdicts AS v SET base_version = o.version, outcome = 'update' "
        f"FROM main.{table} o WHERE v.outcome = 'create' AND o.id = v.record_id "
        "AND o.archived_at IS NULL"
    )
    if not bin_holds_records(tx, stage.object_type):
        return 0
    if matching.archived is ArchivedMatches.SKIP and not matching.origin.own:
        _forget_undone(tx, stage)
    binned = "v.outcome = 'create' AND o.id = v.record_id AND o.archived_at IS NOT NULL"
    counted = f"SELECT count(*) FROM stage.verdicts v JOIN main.{table} o ON {binned}"
    found = tx.sql(counted).fetchone()[0]
    if not found:
        return 0
    if matching.archived is ArchivedMatches.SKIP:
        fail_rows(
            tx,
            stage,
            "r.outcome = 'create' AND o.archived_at IS NOT NULL",
            ImportErrorType.INVALID_RECORD_ID,
            "Its record is in the recycle bin. Bring it back there, or let the import do it.",
            column=matching.key_header or matching.id_header,
            position=matching.key,
        )
    elif matching.archived is ArchivedMatches.RESTORE:
        tx.sql(
            "UPDATE stage.verdicts AS v SET base_version = o.version, outcome = 'update', "
            f"reason = '{RESTORED}' FROM main.{table} o WHERE {binned}"
        )
    else:
        tx.sql(
            f"UPDATE stage.verdicts AS v SET record_id = NULL FROM main.{table} o WHERE {binned}"
        )
    return int(found)


def _forget_undone(tx: Tx, stage: Stage) -> None:
    """Rows whose record came and went with an import and its undo make a new one."""
    tx.sql(
        "UPDATE stage.verdicts AS v SET record_id = NULL "
        f"FROM main.{quoted(stage.object_type.table)} o "
        "WHERE v.outcome = 'create' AND o.id = v.record_id AND o.archived_at IS NOT NULL "
        f"AND {_came_and_went(stage)}"
    )


def _came_and_went(stage: Stage) -> str:
    """SQL over ``o``: an import made the record, and its undo took it away."""
    return (
        "EXISTS (SELECT 1 FROM main.record_history h "
        "JOIN main.change_sets made ON made.id = h.change_id "
        "JOIN main.change_sets undo ON undo.undoes = made.id "
        f"WHERE h.object_type_id = {stage.object_type.id:d} AND h.record_id = o.id "
        "AND h.kind = 'create' AND made.source = 'IMPORT')"
    )


def _fail_shared_records(tx: Tx, stage: Stage, matching: Matching) -> None:
    fail_later(
        tx,
        stage,
        "record_id",
        ImportErrorType.DUPLICATE_RECORD_ID,
        "An earlier row of the file is about the same record.",
        column=matching.id_header if matching.origin.own else matching.key_header,
    )


def _apply_mode(tx: Tx, stage: Stage, matching: Matching) -> None:
    column = matching.key_header
    if matching.mode is ImportMode.CREATE:
        fail_rows(
            tx,
            stage,
            "r.outcome = 'update'",
            ImportErrorType.CREATE_ONLY_IMPORT,
            "The record is there already, and this import only creates.",
            column=column,
            position=matching.key,
        )
    if matching.mode is ImportMode.UPDATE:
        fail_rows(
            tx,
            stage,
            "r.outcome = 'create'",
            ImportErrorType.UPDATE_ONLY_IMPORT,
            "There is no such record, and this import only updates.",
            column=column,
            position=matching.key,
        )


def staged_texts(tx: Tx, position: int, condition: str) -> Iterator[tuple[int, str]]:
    """Rows and their values in one column."""
    yield from tx.sql(
        f"SELECT r.row, r.c{position} FROM stage.rows r "
        f"WHERE r.c{position} IS NOT NULL AND {condition}"
    )
