"""Restore drills: a backup is built up again in a scratch file, and the proof is kept.

A backup that was never restored is a hope. The drill reads the file through, builds every table
from it in a file of its own, prints all of it again and compares; nothing of the workspace is
touched, and the scratch file is removed whatever comes out.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, desc, insert, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.policy import read_backups
from crmdesk.core.backup.reader import read_backup
from crmdesk.core.backup.rebuild_database import RebuildProgress, build_database, rebuild_values
from crmdesk.core.backup.verify import verify_backup
from crmdesk.core.changes.stage import scratch_path
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import backup_drills, backups, jobs
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.jobs.job import OPEN, Job, JobKind, JobState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import SUPER_ADMINS, Inbox, NotificationKind
from crmdesk.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill.

    Attributes:
        records: that were read back.
        seconds: from opening the file to the proof: how long a real restore would take.
        problems: codes, with the file inside the zip they are about where there is one.
    """

    id: int
    backup_id: str
    at: datetime
    ok: bool
    records: int
    seconds: float
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of it."""

    problems: list[str]
    records: int
    milliseconds: int


class DrillService:
    """Starts drills and tells of them. Super Admins only."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        settings: Settings,
        queue: JobQueue,
        vault: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._settings = settings
        self._jobs = queue
        self._vault = vault

    def start(self, actor: Actor, backup_id: str = "") -> str:
        """Queue a drill, and return its job's id.

        Args:
            backup_id: the newest backup that can be restored where none is named.

        Raises:
            UserError: ``backup_unknown``, ``backup_without_file``, ``drill_running``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            return self._start(tx, actor, backup_id)

    def start_if_due(self, actor: Actor) -> str | None:
        """Queue the regular drill when its time has come; returns its job's id.

        The setting ``backup.drill_days`` says how often; 0 is never. Faces call it when a Super
        Admin has signed in.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        days = self._settings.number(None, "backup.drill_days")
        with self._database.read() as tx:
            due = bool(days) and self._is_due(tx, timedelta(days=days))
        if not due:
            return None
        with self._database.write() as tx:
            if not self._is_due(tx, timedelta(days=days)):
                return None
            return self._start(tx, actor, "")

    def list(self, actor: Actor) -> list[Drill]:
        """Every drill, newest first."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            rows = tx.execute(select(backup_drills).order_by(desc(backup_drills.c.id)))
            return [_drill(row) for row in rows]

    def _start(self, tx: Tx, actor: Actor, backup_id: str) -> str:
        open_states = [state.value for state in OPEN]
        running = tx.scalar(
            select(jobs.c.id).where(
                jobs.c.kind == JobKind.DRILL.value, jobs.c.state.in_(open_states)
            )
        )
        if running is not None:
            raise UserError("drill_running", "A drill is running.", "Wait until it is done.")
        chosen = self._chosen(tx, backup_id)
        return self._jobs.enqueue(tx, actor, JobKind.DRILL, {"backup_id": chosen})

    def _chosen(self, tx: Tx, backup_id: str) -> str:
        found = read_backups(tx, self._vault, backup_id or None)
        if backup_id and not found:
            raise UserError(
                "backup_unknown",
                f"There is no backup “{backup_id}”.",
                "Run `crmdesk backup list`.",
            )
        usable = [each for each in found if each.restorable]
        if not usable:
            raise UserError(
                "backup_without_file",
                "There is no file that a drill could restore.",
                "Create a backup first.",
            )
        return usable[0].id

    def _is_due(self, tx: Tx, every: timedelta) -> bool:
        usable = [each for each in read_backups(tx, self._vault) if each.restorable]
        if not usable:
            return False
        last = last_drill(tx)
        # Before the first drill the time runs from the oldest backup that is there.
        since = usable[-1].completed_at if last is None else last.at
        # What happened while the clock was ahead tells nothing of when.
        return since is not None and abs(tx.now - since) >= every


class DrillWork:
    """Does drills.

    Args:
        staging: the folder of scratch files.
        public_key: the key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        audit_log: AuditLog,
        inbox: Inbox,
        vault: Path,
        staging: Path,
        public_key: bytes,
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._vault = vault
        self._staging = staging
        self._public_key = public_key

    def run(self, context: JobContext) -> None:
        """Work of a drill; a damaged backup is a finding, and the job succeeds with it.

        Raises:
            UserError: the drill itself could not be done, e.g. for want of room.
            Cancelled: nothing is left behind; so too when the backup was deleted meanwhile.
        """
        backup_id = str(context.params["backup_id"])
        with self._database.read() as tx:
            _stop_if_deleted(tx, backup_id)
            name = tx.scalar(select(backups.c.file_name).where(backups.c.id == backup_id))
        outcome = self._drilled(context, self._vault / str(name))
        with self._database.write() as tx:
            _stop_if_deleted(tx, backup_id)
            verdict = int(not outcome.problems)
            tx.execute(
                update(backups)
                .where(backups.c.id == backup_id)
                .values(verified_at=tx.now_text, verified_ok=verdict)
            )
            drill_id = self._keep(tx, context.actor, context.job, backup_id, outcome)
            context.succeed(
                tx,
                {
                    "drill_id": drill_id,
                    "backup_id": backup_id,
                    "ok": bool(verdict),
                    "records": outcome.records,
                    "milliseconds": outcome.milliseconds,
                    "problems": outcome.problems,
                },
            )

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Keep that a drill could not be done.

        One that was cancelled proves nothing, nor does one whose backup was deleted meanwhile.
        """
        if job.state is JobState.CANCELLED or _is_deleted(tx, str(job.params["backup_id"])):
            return
        code = job.state.value if job.error is None else job.error.code
        self._keep(tx, actor, job, str(job.params["backup_id"]), _Outcome([code], 0, 0))

    def _drilled(self, context: JobContext, path: Path) -> _Outcome:
        started = time.monotonic()
        context.report("verifying")
        verdict = verify_backup(path, self._public_key, cancelled=context.cancelled)
        problems = [f"{each.code.value} {each.entry}".strip() for each in verdict.problems]
        if not problems:
            problems = self._rebuilt(context, path)
        return _Outcome(problems, verdict.records, round((time.monotonic() - started) * 1000))

    def _rebuilt(self, context: JobContext, path: Path) -> list[str]:
        def told(step: RebuildProgress) -> None:
            context.stop_if_cancelled()
            context.report(step.phase, step.rows, step.total)

        scratch = scratch_path(self._staging)
        file = read_backup(path, known_key=self._public_key)
        build = build_database if file.manifest and file.manifest.complete else rebuild_values
        try:
            build(file, scratch, told)
        except UserError as error:
            if error.code not in ("backup_damaged", "rebuild_not_proven"):
                raise
            return [error.code]
        finally:
            for ending in ("", "-wal", "-shm", "-journal"):
                scratch.with_name(scratch.name + ending).unlink(missing_ok=True)
        return []

    def _keep(self, tx: Tx, actor: Actor, job: Job, backup_id: str, outcome: _Outcome) -> int:
        ok = not outcome.problems
        row = tx.execute(
            insert(backup_drills).values(
                backup_id=backup_id,
                job_id=job.id,
                at=tx.now_text,
                ok=int(ok),
                records=outcome.records,
                milliseconds=outcome.milliseconds,
                problems=json.dumps(outcome.problems),
            )
        )
        self._audit_log.log(
            tx,
            actor,
            kinds.BACKUP_DRILLED,
            result=Result.OK if ok else Result.FAILED,
            object_type="backup",
            object_id=backup_id,
            job_id=job.id,
            link=f"backups/{backup_id}",
            details={
                "problems": outcome.problems,
                "records": outcome.records,
                "milliseconds": outcome.milliseconds,
            },
        )
        if not ok:
            self._inbox.notify(
                tx,
                SUPER_ADMINS,
                NotificationKind.DRILL_FAILED,
                {"problem": outcome.problems[0]},
                link=f"backups/{backup_id}",
            )
        return int(row.lastrowid)


def _is_deleted(tx: Tx, backup_id: str) -> bool:
    """Whether the file was removed on purpose: by a person, or when its time was over."""
    return tx.scalar(select(backups.c.expired_at).where(backups.c.id == backup_id)) is not None


def _stop_if_deleted(tx: Tx, backup_id: str) -> None:
    if _is_deleted(tx, backup_id):
        raise Cancelled(
            "backup_deleted",
            "The backup was deleted before its drill was done, so the drill ends without a result.",
            "Start a drill of another backup.",
        )


def last_drill(tx: Tx) -> Drill | None:
    """The newest drill of any backup."""
    row = tx.execute(select(backup_drills).order_by(desc(backup_drills.c.id)).limit(1)).first()
    return None if row is None else _drill(row)


def _drill(row: Row[Any]) -> Drill:
    return Drill(
        row.id,
        row.backup_id,
        from_text(row.at),
        bool(row.ok),
        row.records,
        row.milliseconds / 1000,
        tuple(json.loads(row.problems)),
    )
