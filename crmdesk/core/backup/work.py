"""The backup job: writes the zip, proves it, and only then says that it is there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit import kinds
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup import shapes
from crmdesk.core.backup.contents import (
    backup_context,
    definitions_of,
    object_shapes,
    sensitive_labels,
)
from crmdesk.core.backup.engine import write_backup
from crmdesk.core.backup.estimate import estimate_bytes, estimate_parts
from crmdesk.core.backup.listed import list_backup
from crmdesk.core.backup.shapes import BackupResult, ObjectShape
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import backups
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import free_bytes
from crmdesk.core.files.copying import copy_file
from crmdesk.core.files.partial import partial_path
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import SUPER_ADMINS, Inbox, NotificationKind
from crmdesk.core.records.schema import ObjectType, load_object_types
from crmdesk.core.settings import Settings
from crmdesk.core.workspace_folder import refuse_lost

#: Space that stays free, so that the computer goes on working.
_FREE_SHARE = 0.05


class BackupWork:
    """Makes backups.

    Args:
        vault: the folder of the workspace's backups.
        workspace_id: as the manifest shall name it.
    """

    def __init__(
        self,
        database: Database,
        audit_log: AuditLog,
        settings: Settings,
        inbox: Inbox,
        anchors: AnchorKeeper,
        vault: Path,
        workspace_id: str,
        signing_key: SigningKey,
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._settings = settings
        self._inbox = inbox
        self._anchors = anchors
        self._vault = vault
        self._workspace_id = workspace_id
        self._signing_key = signing_key

    def run(self, context: JobContext) -> None:
        """Work of a backup job.

        Raises:
            UserError: ``folder_missing``, ``not_enough_space``, or what the engine found;
                nothing is left behind.
            Cancelled: nothing is left behind.
        """
        backup_id = str(context.params["backup_id"])
        complete = bool(context.params.get("complete"))
        target = self._vault / file_name(backup_id)
        refuse_lost(self._vault)
        context.report("counting")
        with self._database.read() as tx:
            object_types = load_object_types(tx)
            found = object_shapes(object_types)
            needed = estimate_bytes(tx, found, definitions_of(object_types))
            needed += estimate_parts(tx, found) if complete else 0
            name = self._settings.text(tx, "workspace.name")
        self._refuse_without_room(needed)
        try:
            result = write_backup(
                self._database.path,
                found,
                target,
                manifest_context=backup_context(
                    self._workspace_id,
                    name,
                    self._signing_key.public_key,
                    object_types,
                    self._anchors,
                ),
                sign=self._signing_key.sign,
                complete=complete,
                progress=lambda step: _report(context, step),
                cancelled=context.cancelled,
            )
            second = self._second_copy(target, result)
            with self._database.write() as tx:
                self._complete(tx, context, backup_id, result, found, object_types, second)
        except BaseException:
            # Whatever stopped it: no file may lie under the final name without its row, and no
            # row that was committed already may lose its file.
            if not self._is_complete(backup_id):
                target.unlink(missing_ok=True)
            raise

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Put the row of a backup that was not made in the job's state, and tell of it."""
        backup_id = str(job.params["backup_id"])
        error = None if job.error is None else job.error.to_json()
        tx.execute(
            update(backups)
            .where(backups.c.id == backup_id)
            .values(state=job.state.value, error=error)
        )
        list_backup(tx, backup_id)
        cancelled = job.state is JobState.CANCELLED
        self._audit_log.log(
            tx,
            actor,
            kinds.BACKUP_INTERRUPTED if cancelled else kinds.BACKUP_CREATED,
            result=Result.OK if cancelled else Result.FAILED,
            object_type="backup",
            object_id=backup_id,
            job_id=job.id,
            details={
                "state": job.state.value,
                "error": None if error is None else json.loads(error),
            },
        )
        if not cancelled:
            self._inbox.notify(
                tx,
                SUPER_ADMINS,
                NotificationKind.BACKUP_FAILED,
                {
                    "state": job.state.value,
                    "message": "" if job.error is None else job.error.message,
                },
                link=f"backups/{backup_id}",
            )
        target = self._vault / file_name(backup_id)
        tx.after_commit(lambda: _remove(target))

    def _is_complete(self, backup_id: str) -> bool:
        with self._database.read() as tx:
            state = tx.scalar(select(backups.c.state).where(backups.c.id == backup_id))
        return bool(state == JobState.SUCCEEDED.value)

    def _refuse_without_room(self, needed: int) -> None:
        free = free_bytes(self._vault)
        usable = int(free * (1 - _FREE_SHARE))
        if needed > usable:
            raise UserError(
                "not_enough_space",
                f"The backup needs about {needed:,} bytes, and {usable:,} can be used in "
                f"{self._vault}.",
                "Free some space, e.g. by deleting an old backup, and try again.",
                needed=needed,
                free=free,
                path=str(self._vault),
            )

    def _second_copy(self, target: Path, result: BackupResult) -> dict[str, str] | None:
        """A verified copy in the second folder; failing that is told and costs nothing else."""
        folder = self._settings.text(None, "backup.second_folder")
        if not folder:
            return None
        copy = Path(folder) / f"crmdesk-{result.snapshot_at:%Y-%m-%d-%H%M%S}.zip"
        try:
            copy_file(target, copy, sha256=result.sha256)
        except UserError as error:
            return {"error": error.message}
        return {"file": str(copy)}

    def _complete(
        self,
        tx: Tx,
        context: JobContext,
        backup_id: str,
        result: BackupResult,
        found: list[ObjectShape],
        object_types: list[ObjectType],
        second: dict[str, str] | None,
    ) -> None:
        keep = timedelta(days=self._settings.number(tx, "backup.keep_days"))
        properties = {shape.name: len(shape.columns) for shape in found}
        objects = {
            entry.object: {"records": entry.rows, "properties": properties[entry.object]}
            for entry in result.entries
        }
        complete = bool(context.params.get("complete"))
        held = [found for found in object_types if complete or found.name in objects]
        tx.execute(
            update(backups)
            .where(backups.c.id == backup_id)
            .values(
                state=JobState.SUCCEEDED.value,
                snapshot_at=to_text(result.snapshot_at),
                completed_at=tx.now_text,
                completed_steady=to_text(tx.steady_now),
                file_name=file_name(backup_id),
                sha256=result.sha256,
                bytes=result.bytes,
                records=result.records,
                objects=json.dumps(objects),
                expires_at=to_text(tx.steady_now + keep),
                verified_at=tx.now_text,
                verified_ok=1,
                sensitive=json.dumps(sensitive_labels(held)),
                second_copy=None if second is None else json.dumps(second),
            )
        )
        list_backup(tx, backup_id)
        facts: dict[str, Any] = {
            "backup_id": backup_id,
            "records": result.records,
            "bytes": result.bytes,
            "sha256": result.sha256,
            "snapshot_at": to_text(result.snapshot_at),
            "complete": complete,
            "objects": {name: counts["records"] for name, counts in objects.items()},
        }
        self._tell(tx, context, facts)
        context.succeed(tx, facts)

    def _tell(self, tx: Tx, context: JobContext, facts: Mapping[str, Any]) -> None:
        """Enter the backup in the log, and put it into the inbox of who asked for it."""
        backup_id = str(facts["backup_id"])
        self._audit_log.log(
            tx,
            context.actor,
            kinds.BACKUP_CREATED,
            object_type="backup",
            object_id=backup_id,
            job_id=context.job.id,
            link=f"backups/{backup_id}",
            details=facts,
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.BACKUP_DONE,
                {
                    "records": facts["records"],
                    "bytes": facts["bytes"],
                    "objects": len(facts["objects"]),
                },
                link=f"backups/{backup_id}",
            )


def file_name(backup_id: str) -> str:
    """Name of a backup's file in the vault."""
    return f"{backup_id}.zip"


def _remove(target: Path) -> None:
    target.unlink(missing_ok=True)
    partial_path(target).unlink(missing_ok=True)


def _report(context: JobContext, step: shapes.Progress) -> None:
    context.report(
        "writing" if step.object else "verifying",
        step.rows,
        step.rows_total,
        object=step.object,
        objects_done=step.objects_done,
        objects=step.objects,
        bytes=step.bytes,
    )
