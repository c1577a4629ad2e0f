"""Imports that were made: the list, one of them, its problems, and the values it wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, and_, desc, func, or_, select

from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import (
    backups,
    import_details,
    imports,
    jobs,
    properties,
    property_history,
    restores,
    users,
)
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import FINAL, JobState
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.schema import object_type_by_id
from crmdesk.core.restore.describe import record_names
from crmdesk.core.transfer.error_file import read_error_file
from crmdesk.core.transfer.imported import ImportedRecord, ImportedValue
from crmdesk.core.transfer.model import Import, ImportProblem
from crmdesk.core.transfer.undo_rows import undo_refusal

_RECORDS = """
    SELECT record_id, min(kind) FROM (
        SELECT record_id, kind FROM record_history
        WHERE change_id = ? AND object_type_id = ? AND record_id > ?
        UNION ALL
        SELECT record_id, 'update' FROM value_history
        WHERE change_id = ? AND object_type_id = ? AND record_id > ?
    ) GROUP BY record_id ORDER BY record_id LIMIT ?
"""


class ImportHistory:
    """Reads the rows that imports leave. Callers have checked the permission.

    Every method takes ``only``: the id of the user whose imports may be seen, None for all.
    """

    def __init__(self, database: Database, vault: Path) -> None:
        self._database = database
        self._vault = vault

    def list(self, only: int | None, limit: int, after: str | None) -> list[Import]:
        """Newest first."""
        with self._database.read() as tx:
            wanted = import_statement(only).order_by(desc(imports.c.created_at), desc(imports.c.id))
            last = None
            if after is not None:
                last = tx.execute(
                    select(imports.c.created_at, imports.c.id).where(imports.c.id == after)
                ).first()
            if last is not None:
                wanted = wanted.where(
                    or_(
                        imports.c.created_at < last.created_at,
                        and_(imports.c.created_at == last.created_at, imports.c.id < last.id),
                    )
                )
            return [import_of(tx, row) for row in tx.execute(wanted.limit(limit)).all()]

    def show(self, import_id: str, only: int | None) -> Import:
        """One import.

        Raises:
            UserError: ``import_unknown``.
        """
        with self._database.read() as tx:
            return import_of(tx, _row(tx, import_id, only))

    def errors(
        self, import_id: str, only: int | None, limit: int, after: int
    ) -> Sequence[ImportProblem]:
        """Problems in the order of the file."""
        found = self.show(import_id, only)
        if found.error_file is None or found.kind != "import":
            return list(found.errors[after : after + limit])
        return read_error_file(self.error_file(import_id, only), limit, after)

    def error_file(self, import_id: str, only: int | None) -> Path:
        """Where the error file lies.

        Raises:
            UserError: ``error_file_missing``.
        """
        found = self.show(import_id, only)
        path = None if found.error_file is None else self._vault / found.error_file
        if path is None or not path.is_file():
            raise UserError(
                "error_file_missing",
                "This import has no error file: no row was refused, or the file is gone.",
                "The first hundred problems are kept with the import.",
            )
        return path

    def changes(
        self, import_id: str, only: int | None, limit: int, after: int
    ) -> Sequence[ImportedRecord]:
        """Records that were written, by id, with their values."""
        with self._database.read() as tx:
            row = _row(tx, import_id, only)
            if row.change_id is None:
                return []
            keys = (row.change_id, row.object_type_id, after)
            records = tx.sql(_RECORDS, (*keys, *keys, limit)).fetchall()
            values = _values(tx, row, [record_id for record_id, _ in records])
            names = _names(tx, row, [record_id for record_id, _ in records])
            sources = _sources(tx, row, [record_id for record_id, _ in records])
        return [
            ImportedRecord(
                record_id,
                names.get(record_id, ""),
                kind,
                sources.get(record_id, ""),
                tuple(values.get(record_id, ())),
            )
            for record_id, kind in records
        ]


def _names(tx: Tx, row: Row[Any], ids: list[int]) -> dict[int, str]:
    object_type = object_type_by_id(tx, row.object_type_id)
    return {} if object_type is None else record_names(tx, object_type, ids)


def _values(tx: Tx, row: Row[Any], ids: list[int]) -> dict[int, list[ImportedValue]]:
    if not ids:
        return {}
    rows = tx.execute(
        select(property_history, properties.c.name, properties.c.is_sensitive)
        .join(properties, properties.c.id == property_history.c.property_id)
        .where(
            property_history.c.change_id == row.change_id,
            property_history.c.object_type_id == row.object_type_id,
            property_history.c.record_id.between(ids[0], ids[-1]),
        )
        .order_by(property_history.c.record_id, properties.c.position)
    )
    found: dict[int, list[ImportedValue]] = {}
    for each in rows:
        old, new = each.old, each.new
        if each.is_sensitive:
            old, new = (None if value is None else MASKED for value in (old, new))
        found.setdefault(each.record_id, []).append(ImportedValue(each.name, old, new))
    return found


def _sources(tx: Tx, row: Row[Any], ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    marks = ", ".join("?" * len(ids))
    return dict(
        tx.sql(
            "SELECT record_id, source_record_id FROM source_records "
            f"WHERE object_type_id = ? AND record_id IN ({marks}) "
            "AND source_record_id NOT GLOB 'line *'",
            (row.object_type_id, *ids),
        ).fetchall()
    )


def import_statement(only: int | None) -> Select[Any]:
    """Rows of imports with all that :func:`import_of` needs."""
    found = (
        select(
            imports,
            users.c.full_name,
            jobs.c.result,
            jobs.c.state.label("job_state"),
            import_details.c.group_id,
            import_details.c.undo_until,
            import_details.c.undone_by,
            import_details.c.undoes,
            import_details.c.associated,
            import_details.c.facts,
            restores.c.id.label("restore_id"),
            func.coalesce(backups.c.snapshot_at, backups.c.created_at).label("backup_at"),
        )
        .outerjoin(users, users.c.id == imports.c.user_id)
        .outerjoin(jobs, jobs.c.id == imports.c.job_id)
        .outerjoin(import_details, import_details.c.import_id == imports.c.id)
        .outerjoin(restores, restores.c.import_id == imports.c.id)
        .outerjoin(backups, backups.c.id == restores.c.backup)
    )
    return found if only is None else found.where(imports.c.user_id == only)


def _row(tx: Tx, import_id: str, only: int | None) -> Row[Any]:
    row = tx.execute(import_statement(only).where(imports.c.id == import_id)).first()
    if row is None:
        raise import_unknown(import_id)
    return row


def import_unknown(import_id: str) -> UserError:
    """The refusal of an id that is nobody's, or another user's."""
    return UserError(
        "import_unknown",
        f"There is no import “{import_id}”, or it is another user's.",
        "Run `crmdesk import list`.",
    )


def import_of(tx: Tx, row: Row[Any]) -> Import:
    """The value of one row."""
    state = JobState(row.state)
    if state not in FINAL and row.job_state is not None:
        # The row is written at start and end; in between the job tells.
        state = JobState(row.job_state)
    result = {} if row.result is None else json.loads(row.result)
    # The details outlive the job, which older imports have nothing else than.
    result |= {} if row.facts is None else json.loads(row.facts)
    refusal = undo_refusal(tx, row)
    return Import(
        id=row.id,
        job_id=row.job_id,
        kind=row.kind,
        name=row.name,
        object_name=row.object_name,
        state=state,
        created_at=from_text(row.created_at),
        finished_at=optional_from_text(row.finished_at),
        user_id=row.user_id,
        user_name=row.full_name or "",
        file_name=row.file_name or "",
        error_file=row.error_file,
        rows=row.row_count,
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        failed=row.failed,
        errors=tuple(ImportProblem(**facts) for facts in json.loads(row.errors)),
        notes=result.get("notes", {}),
        error=None if row.error is None else json.loads(row.error),
        deleted=int(result.get("deleted", 0)),
        associated=row.associated or 0,
        not_associated=int(result.get("not_associated", 0)),
        group_id=row.group_id,
        undoes=row.undoes,
        undone_by=row.undone_by,
        no_undo="" if refusal is None else refusal.value,
        undo_until=optional_from_text(row.undo_until),
        restore_id=row.restore_id,
        backup_at=optional_from_text(row.backup_at),
    )
