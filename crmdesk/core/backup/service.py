"""Backups: make one, list them, save a copy, verify, keep, delete, open a file from anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import insert, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.step_up import StepUpPurpose, spend_step_up
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.cancel import never
from crmdesk.core.backup.contents import definitions_of, object_shapes, sensitive_labels
from crmdesk.core.backup.downloads import count_download
from crmdesk.core.backup.estimate import count_records, estimate_bytes, estimate_parts
from crmdesk.core.backup.health import read_health
from crmdesk.core.backup.listed import list_backup
from crmdesk.core.backup.model import (
    Backup,
    BackupEstimate,
    BackupHealth,
    ObjectEstimate,
    OpenedFile,
)
from crmdesk.core.backup.opened_file import not_downloadable, opened_file
from crmdesk.core.backup.policy import (
    next_possible,
    read_backups,
    refuse_second,
    refuse_too_soon,
)
from crmdesk.core.backup.reader import read_backup
from crmdesk.core.backup.verify import Verification, verify_backup
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import backups
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import free_bytes
from crmdesk.core.files.copying import copy_file
from crmdesk.core.jobs.job import OPEN, JobKind, JobState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.notify.inbox import SUPER_ADMINS, Inbox, NotificationKind
from crmdesk.core.records.schema import load_object_types
from crmdesk.core.reserve import cures_a_full_disk
from crmdesk.core.settings import Settings
from crmdesk.core.workspace_folder import refuse_inside


class BackupService:
    """The vault of backups. Super Admins only.

    Args:
        vault: the folder of the workspace's backups.
        public_key: the key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        settings: Settings,
        jobs: JobQueue,
        inbox: Inbox,
        vault: Path,
        public_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._settings = settings
        self._jobs = jobs
        self._inbox = inbox
        self._vault = vault
        self._public_key = public_key

    # -- making ----------------------------------------------------------------------------
    def estimate(self, actor: Actor) -> BackupEstimate:
        """What a backup made now would hold, how large it would be, and whether it may be."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            object_types = load_object_types(tx)
            shapes = object_shapes(object_types)
            interval = self._settings.backup_interval(tx)
            keep_days = self._settings.number(tx, "backup.keep_days")
            values_bytes = estimate_bytes(tx, shapes, definitions_of(object_types))
            return BackupEstimate(
                objects=tuple(
                    ObjectEstimate(
                        found.name,
                        found.plural_label,
                        found.icon,
                        count_records(tx, shape),
                        len(shape.columns),
                    )
                    for found, shape in zip(object_types, shapes, strict=True)
                ),
                bytes=values_bytes,
                complete_bytes=values_bytes + estimate_parts(tx, shapes),
                free_bytes=free_bytes(self._vault),
                sensitive=tuple(sensitive_labels(object_types)),
                next_possible_at=next_possible(tx, interval),
                interval_hours=interval.total_seconds() / 3600,
                edition=self._settings.edition(tx).value,
                keep_days=keep_days,
                kept_until=tx.now + timedelta(days=keep_days),
            )

    def create(self, actor: Actor, *, complete: bool = False) -> str:
        """Queue a backup of all values, and return its id.

        Args:
            complete: also of everything else, so that a whole workspace can be built from it.

        Raises:
            UserError: ``backup_too_soon`` with ``next_possible_at``.
            Busy: a backup is being made.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup_id = secrets.token_hex(8)
        with self._database.write() as tx:
            refuse_second(tx)
            refuse_too_soon(tx, self._settings.backup_interval(tx))
            job_id = self._jobs.enqueue(
                tx, actor, JobKind.BACKUP, {"backup_id": backup_id, "complete": complete}
            )
            tx.execute(
                insert(backups).values(
                    id=backup_id,
                    job_id=job_id,
                    state=JobState.QUEUED.value,
                    created_at=tx.now_text,
                    created_by=actor.user_id,
                    complete=int(complete),
                )
            )
            list_backup(tx, backup_id)
        return backup_id

    # -- looking ---------------------------------------------------------------------------
    def list(self, actor: Actor) -> list[Backup]:
        """Every backup, newest first; also failed, cancelled and expired ones."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return read_backups(tx, self._vault)

    def show(self, actor: Actor, backup_id: str) -> Backup:
        """One backup.

        Raises:
            UserError: ``backup_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return self._read(tx, backup_id)

    def health(self, actor: Actor) -> BackupHealth:
        """How well the data is protected."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            found = read_backups(tx, self._vault)
            interval = self._settings.backup_interval(tx)
            drills = timedelta(days=self._settings.number(None, "backup.drill_days"))
            return read_health(tx, found, interval, drills, self._vault)

    def open_file(
        self, actor: Actor, path: Path, *, cancelled: Callable[[], bool] = never
    ) -> OpenedFile:
        """Open any backup file: ours is verified, any other is marked unverified.

        Raises:
            UserError: the file is no zip, or its structure is not to be trusted.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        verdict = verify_backup(path, self._public_key, cancelled=cancelled)
        file = read_backup(path, known_key=self._public_key)
        return opened_file(file, verdict)

    def verify_file(
        self, actor: Actor, path: Path, *, cancelled: Callable[[], bool] = never
    ) -> Verification:
        """Read a backup file from anywhere through; nothing is kept of it.

        Raises:
            UserError: there is no such file.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return verify_backup(path, self._public_key, cancelled=cancelled)

    # -- using -----------------------------------------------------------------------------
    def download(
        self,
        actor: Actor,
        backup_id: str,
        target: Path,
        *,
        step_up_id: str = "",
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Path:
        """Save a copy of a backup, its digest checked on the way; every one is logged.

        Args:
            step_up_id: needed when ``security.step_up_downloads`` is on and sensitive values
                are inside (purpose ``download_sensitive``, bound to the backup's id).

        Raises:
            UserError: ``backup_unknown``, ``backup_not_downloadable``, ``target_in_workspace``,
                or what the disk said.
            SecondFactorRefused: the code is missing or was given for something else.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        refuse_inside(self._database.path.parent, target)
        with self._database.read() as tx:
            found = self._read(tx, backup_id)
            step_up = self._settings.flag(tx, "security.step_up_downloads")
        if not found.downloadable:
            raise not_downloadable(found)
        if step_up and found.sensitive:
            with self._database.write() as tx:
                spend_step_up(tx, actor, step_up_id, StepUpPurpose.DOWNLOAD_SENSITIVE, backup_id)
        source = self._vault / found.file_name
        copy_file(
            source,
            target,
            progress,
            cancelled,
            sha256=found.sha256,
            before_named=partial(
                count_download, self._database, self._audit_log, self._inbox, actor, found
            ),
        )
        return target

    def verify(
        self, actor: Actor, backup_id: str, *, cancelled: Callable[[], bool] = never
    ) -> Verification:
        """Read a backup through and keep the verdict.

        Raises:
            UserError: ``backup_unknown``, ``backup_without_file``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            found = self._read(tx, backup_id)
        path = self._vault / found.file_name
        if not found.file_name or not path.is_file():
            raise UserError(
                "backup_without_file",
                "The file of this backup is not in the vault, so there is nothing to verify.",
                "Verify a saved copy of it instead: open it as a backup file.",
            )
        verdict = verify_backup(path, self._public_key, cancelled=cancelled)
        with self._database.write() as tx:
            if self._read(tx, backup_id).expired_at is not None:
                # What was missing of it is no damage that anybody should hear of.
                raise UserError(
                    "backup_without_file",
                    "The backup was deleted while it was read, so that it was not verified.",
                    "Verify another one.",
                )
            tx.execute(
                update(backups)
                .where(backups.c.id == backup_id)
                .values(verified_at=tx.now_text, verified_ok=int(verdict.ok))
            )
            self._audit_log.log(
                tx,
                actor,
                kinds.BACKUP_VERIFIED,
                result=Result.OK if verdict.ok else Result.FAILED,
                object_type="backup",
                object_id=backup_id,
                details={"problems": [problem.code.value for problem in verdict.problems]},
            )
            if not verdict.ok:
                # Whoever looked knows; the others must hear of it too.
                self._inbox.notify(
                    tx,
                    SUPER_ADMINS,
                    NotificationKind.VERIFY_FAILED,
                    link=f"backups/{backup_id}",
                )
        return verdict

    def pin(self, actor: Actor, backup_id: str, *, pinned: bool = True) -> Backup:
        """Keep a backup until it is unpinned; unpinned, its old expiry counts again.

        Raises:
            UserError: ``backup_unknown``; ``backup_without_file``, where one is to be pinned.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            found = self._read(tx, backup_id)
            if pinned and not found.restorable:
                raise UserError(
                    "backup_without_file",
                    "This backup has no file that could be kept.",
                    "Pin one that can be restored.",
                )
            tx.execute(
                update(backups)
                .where(backups.c.id == backup_id)
                .values(pinned=int(pinned), expiry_seen_at=None)
            )
            self._audit_log.log(
                tx,
                actor,
                kinds.BACKUP_PINNED,
                object_type="backup",
                object_id=backup_id,
                link=f"backups/{backup_id}",
                details={"old": found.pinned, "new": pinned},
            )
            return self._read(tx, backup_id)

    @cures_a_full_disk
    def delete(self, actor: Actor, backup_id: str) -> None:
        """Delete a backup's file; its row stays and says so. Copies saved elsewhere stay too.

        Raises:
            UserError: ``backup_unknown``, ``backup_without_file``, ``backup_running``,
                ``backup_pinned``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            found = self._read(tx, backup_id)
            if found.expired_at is not None:
                raise UserError(
                    "backup_without_file",
                    "The file of this backup was removed before.",
                    "Nothing was changed.",
                )
            if found.state in OPEN:
                raise UserError(
                    "backup_running", "This backup is still being made.", "Cancel it first."
                )
            if found.pinned:
                raise UserError(
                    "backup_pinned", "This backup is pinned and stays.", "Unpin it first."
                )
            # A lapsed one that a person deletes was not removed by the retention.
            tx.execute(
                update(backups)
                .where(backups.c.id == backup_id)
                .values(expired_at=tx.now_text, expiry_seen_at=None)
            )
            list_backup(tx, backup_id)
            self._audit_log.log(
                tx,
                actor,
                kinds.BACKUP_DELETED,
                object_type="backup",
                object_id=backup_id,
                details={"bytes": found.bytes, "records": found.records},
            )
            path = self._vault / (found.file_name or f"{backup_id}.zip")
            tx.after_commit(lambda: path.unlink(missing_ok=True))

    # -- within ----------------------------------------------------------------------------
    def _read(self, tx: Tx, backup_id: str) -> Backup:
        found = read_backups(tx, self._vault, backup_id)
        if not found:
            raise UserError(
                "backup_unknown",
                f"There is no backup “{backup_id}”.",
                "Run `crmdesk backup list`.",
            )
        return found[0]
