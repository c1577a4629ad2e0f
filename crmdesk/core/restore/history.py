"""Restores that were made: the list, one of them, and the values it wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, desc, select

from crmdesk.core.clock import from_text, optional_from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imports, restores, users
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.restore.changed import ChangedPages
from crmdesk.core.restore.describe import record_names
from crmdesk.core.restore.model import ChangedValue, PlanSample, Restore
from crmdesk.core.restore.skips import read_skipped, skipped_path


class RestoreHistory:
    """Reads the rows that restores leave. Callers have checked the permission."""

    def __init__(self, database: Database, vault: Path) -> None:
        self._database = database
        self._vault = vault
        self._changed = ChangedPages()

    def list(self) -> list[Restore]:
        """Newest first."""
        with self._database.read() as tx:
            rows = tx.execute(_statement().order_by(desc(restores.c.created_at))).all()
            return [_restore(tx, row) for row in rows]

    def show(self, restore_id: str) -> Restore:
        """One restore.

        Raises:
            UserError: ``restore_unknown``.
        """
        with self._database.read() as tx:
            row = tx.execute(_statement().where(restores.c.id == restore_id)).first()
            if row is None:
                raise UserError(
                    "restore_unknown",
                    f"There is no restore “{restore_id}”.",
                    "Run `crmdesk restore list`.",
                )
            return _restore(tx, row)

    def changes(self, restore_id: str, limit: int, offset: int) -> Sequence[ChangedValue]:
        """Values that it wrote, by record."""
        with self._database.read() as tx:
            change_id = tx.scalar(select(restores.c.change_id).where(restores.c.id == restore_id))
            return [] if change_id is None else self._changed.page(tx, change_id, limit, offset)

    def skipped(self, restore_id: str, limit: int, offset: int) -> Sequence[PlanSample]:
        """What it left alone, by record, from the list that was kept with it."""
        rows = read_skipped(self.skipped_file(restore_id), limit, offset)
        with self._database.read() as tx:
            name = tx.scalar(select(restores.c.object_name).where(restores.c.id == restore_id))
            object_type = load_object_type(tx, str(name))
            names = record_names(tx, object_type, [record_id for record_id, _, _ in rows])
        return [
            PlanSample(record_id, names.get(record_id, ""), name, None, None, reason)
            for record_id, name, reason in rows
        ]

    def skipped_file(self, restore_id: str) -> Path:
        """Where that list lies.

        Raises:
            UserError: ``restore_unknown``, ``skipped_missing``.
        """
        self.show(restore_id)
        path = skipped_path(self._vault, restore_id)
        if not path.is_file():
            raise UserError(
                "skipped_missing",
                "This restore has no list of skipped values: nothing was, or the file is gone.",
                "How many were skipped, and why, stands with the restore.",
            )
        return path


def _statement() -> Select[Any]:
    return (
        select(restores, imports.c.name.label("import_name"), users.c.full_name)
        .outerjoin(imports, imports.c.id == restores.c.import_id)
        .outerjoin(users, users.c.id == restores.c.user_id)
    )


def _restore(tx: Tx, row: Row[Any]) -> Restore:
    reason = _undo_reason(tx, row)
    return Restore(
        id=row.id,
        job_id=row.job_id,
        import_id=row.import_id,
        kind="undo" if row.undoes else "restore",
        name=row.import_name or "",
        state=JobState(row.state),
        source=row.backup,
        object_name=row.object_name,
        properties=tuple(json.loads(row.properties)),
        planned=json.loads(row.planned),
        plan_hash=row.plan_hash,
        created_at=from_text(row.created_at),
        finished_at=optional_from_text(row.finished_at),
        user_name=row.full_name or "",
        records_changed=row.records_changed,
        values_written=row.values_written,
        skipped=json.loads(row.skipped),
        can_undo=not reason,
        undo_reason=reason,
        undo_until=optional_from_text(row.undo_until),
        error=None if row.error is None else json.loads(row.error),
    )


def _undo_reason(tx: Tx, row: Row[Any]) -> str:
    """Why it cannot be undone: a code, empty when it can."""
    if row.state != JobState.SUCCEEDED.value:
        return "not_done"
    if row.undone_by is not None:
        return "undone_already"
    if row.undo_until is None or row.undo_until <= to_text(tx.steady_now):
        return "too_late"
    return ""
