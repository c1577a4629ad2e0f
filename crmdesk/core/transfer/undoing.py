"""Undo of imports: see what it would do, then do that and nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row, insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.plan import Sample
from crmdesk.core.changes.stage import scratch_path
from crmdesk.core.clock import optional_from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import import_details, imports
from crmdesk.core.jobs.job import JobKind, JobState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.records.undo_rights import touches_sensitive
from crmdesk.core.restore.describe import hide, record_names
from crmdesk.core.restore.skips import skipped_values
from crmdesk.core.transfer.history import import_unknown
from crmdesk.core.transfer.undo_model import LeftAlone, UndoPlan
from crmdesk.core.transfer.undo_rows import refuse_impossible
from crmdesk.core.transfer.undo_stage import UndoStage, stage_import_undo

_EXAMPLES = 200


class ImportUndos:
    """Plans and starts. Everybody takes back their own imports, a Super Admin all of them.

    An undo is no import: it is not undone itself. Import the file again instead.

    Args:
        folder: of staging files, inside the workspace.
    """

    def __init__(self, database: Database, guard: Guard, jobs: JobQueue, folder: Path) -> None:
        self._database = database
        self._guard = guard
        self._jobs = jobs
        self._folder = folder

    def plan(self, actor: Actor, import_id: str) -> UndoPlan:
        """What taking an import back would do; nothing is written.

        Raises:
            UserError: ``import_unknown``, ``undo_impossible`` with the reason.
        """
        self._guard.require(actor, Permission.IMPORT)
        with self._database.read() as tx:
            row = self._row(tx, actor, import_id)
            refuse_impossible(tx, row)
            object_type = load_object_type(tx, row.object_name)
        path = scratch_path(self._folder)
        found = stage_import_undo(self._database, path, object_type, row.change_id)
        try:
            with self._database.staging(path) as tx:
                examples = tuple(_examples(tx, found))
        finally:
            path.unlink(missing_ok=True)
        return UndoPlan(
            import_id=import_id,
            name=row.name,
            object_name=row.object_name,
            hash=found.hash,
            deleted=found.deleted,
            restored=found.counts.records_changing,
            associations=found.associations,
            properties=found.counts.properties,
            left_alone=found.left_alone,
            examples=examples,
            samples=_masked(found, object_type),
            lock_seconds=found.counts.lock_seconds,
            undo_until=optional_from_text(row.undo_until),
        )

    def start(self, actor: Actor, import_id: str, plan_hash: str) -> str:
        """Queue the undo that a plan showed, and return its id among the imports.

        Raises:
            PermissionDenied: it deletes records, or writes sensitive values, and the actor may
                not.
            UserError: ``import_unknown``, ``undo_impossible``, ``undo_running``; the job fails
                with ``plan_outdated`` when the plan is no longer what would be written.
        """
        self._guard.require(actor, Permission.IMPORT)
        with self._database.read() as tx:
            row = self._row(tx, actor, import_id)
            needed = _needed(tx, row.change_id)
        for permission in needed:
            self._guard.require(actor, permission)
        undo_id = secrets.token_hex(8)
        with self._database.write() as tx:
            row = self._row(tx, actor, import_id)
            refuse_impossible(tx, row)
            params = {"undo_id": undo_id, "import_id": import_id, "plan_hash": plan_hash}
            job_id = self._jobs.enqueue(tx, actor, JobKind.IMPORT_UNDO, params)
            tx.execute(
                insert(imports).values(
                    id=undo_id,
                    job_id=job_id,
                    kind="undo",
                    name=f"Undo of {row.name}",
                    object_type_id=row.object_type_id,
                    object_name=row.object_name,
                    state=JobState.QUEUED.value,
                    created_at=tx.now_text,
                    user_id=actor.user_id,
                    file_name=row.file_name,
                )
            )
            tx.execute(insert(import_details).values(import_id=undo_id, undoes=import_id))
        return undo_id

    def _row(self, tx: Tx, actor: Actor, import_id: str) -> Row[Any]:
        row = tx.execute(
            select(imports, import_details.c.undo_until)
            .outerjoin(import_details, import_details.c.import_id == imports.c.id)
            .where(imports.c.id == import_id)
        ).first()
        everything = self._guard.allows(actor, Permission.SUPER_ADMIN)
        if row is None or not (everything or row.user_id == actor.user_id):
            raise import_unknown(import_id)
        return row


def _needed(tx: Tx, change_id: int | None) -> tuple[Permission, ...]:
    """What somebody must be allowed to do, beside importing, to take a change set back."""
    needed = []
    made = "SELECT 1 FROM record_history WHERE change_id = ? LIMIT 1"
    if tx.sql(made, (change_id,)).fetchone():
        needed.append(Permission.DELETE_RECORDS)
    if change_id is not None and touches_sensitive(tx, change_id):
        needed.append(Permission.EDIT_SENSITIVE)
    return tuple(needed)


def _examples(tx: Tx, found: UndoStage) -> Sequence[LeftAlone]:
    records = [
        (row[0], "", row[1])
        for row in tx.sql(
            "SELECT record_id, reason FROM stage.made WHERE reason <> '' "
            "ORDER BY record_id LIMIT ?",
            (_EXAMPLES,),
        )
    ]
    kept = [*records, *skipped_values(tx, found.stage, _EXAMPLES)][:_EXAMPLES]
    names = record_names(tx, found.stage.object_type, [record_id for record_id, _, _ in kept])
    return [
        LeftAlone(record_id, names.get(record_id, ""), name, reason)
        for record_id, name, reason in kept
    ]


def _masked(found: UndoStage, object_type: ObjectType) -> tuple[Sample, ...]:
    columns = object_type.by_name
    return tuple(
        Sample(
            each.record_id,
            each.property,
            hide(columns[each.property], each.old),
            hide(columns[each.property], each.new),
        )
        for each in found.counts.samples
    )
