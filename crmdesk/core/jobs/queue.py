"""The rows of jobs: queued by services, claimed by workers, watched by faces."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, desc, insert, select, update

from crmdesk.core.access.actor import SYSTEM, Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import jobs, locks, users
from crmdesk.core.errors import Busy, Cancelled, PermissionDenied, UserError
from crmdesk.core.jobs.cancel_signs import CancelSigns
from crmdesk.core.jobs.grant import grant_mac, is_genuine
from crmdesk.core.jobs.job import (
    CANCELLED_BY_SUPER_ADMINS,
    OPEN,
    REQUIRED,
    Job,
    JobKind,
    JobState,
)
from crmdesk.core.jobs.lock_holder import LockHolder, find_holder
from crmdesk.core.jobs.patience import BEFORE_A_SIGN_SECONDS, LOCK_PATIENCE_SECONDS
from crmdesk.core.jobs.refusals import INTERRUPTED, ended, no_permission, unknown
from crmdesk.core.jobs.rows import (
    actor_facts,
    error_text,
    is_ours,
    owner_lives,
    owner_of,
    read_actor,
    read_job,
    row_as_it_is,
    row_of,
)

GRANT_LASTS = timedelta(hours=24)
_NAMES = {state.value for state in OPEN}

CleanUp = Callable[[Tx, Job, Actor], None]


class JobQueue:
    """Keeps every job on the way to exactly one final state.

    Args:
        grant_key: 32 bytes derived from the workspace key for grants alone.
        clean_up: tells, by kind, what is done in the same transaction when a job ends
            interrupted, failed or cancelled. It puts the domain's own row (backup, import,
            restore) in the job's state and is told who asked for the job.
        staging: the folder in which cancels are left for jobs that hold the write lock.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        grant_key: bytes,
        clean_up: Callable[[JobKind], CleanUp | None],
        staging: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._grant_key = grant_key
        self._clean_up = clean_up
        self._signs = CancelSigns(staging)

    # -- for services ----------------------------------------------------------------------
    def enqueue(self, tx: Tx, actor: Actor, kind: JobKind, params: Mapping[str, Any]) -> str:
        """Insert a job whose permission, and second factor, the calling service has settled.

        Until a worker claims it, it belongs to this process.
        """
        job_id = secrets.token_hex(8)
        stored = actor_facts(actor)
        expires = to_text(tx.steady_now + GRANT_LASTS)
        tx.execute(
            insert(jobs).values(
                id=job_id,
                kind=kind.value,
                state=JobState.QUEUED.value,
                params=json.dumps(params),
                actor=json.dumps(stored),
                user_id=actor.user_id,
                grant_mac=grant_mac(self._grant_key, job_id, kind.value, params, stored, expires),
                grant_expires_at=expires,
                created_at=tx.now_text,
                **owner_of(os.getpid()),
            )
        )
        return job_id

    def seal(self, name: str, facts: Mapping[str, Any]) -> str:
        """A MAC in hex over what shall become a job later, bound to the row it waits in."""
        return grant_mac(self._grant_key, name, "waiting", facts, {}, "").hex()

    def hand_over(self, job_id: str, pid: int) -> None:
        """Note which process will claim a waiting job, so that it is missed if it never does.

        While others write this waits, and no longer than until the job is claimed: the process
        may write by then, for a minute.

        Raises:
            Busy: neither came to pass in the time that the process itself would wait.
        """
        give_up = time.monotonic() + LOCK_PATIENCE_SECONDS
        while self._is_queued(job_id):
            try:
                with self._database.patient(BEFORE_A_SIGN_SECONDS), self._database.write() as tx:
                    tx.execute(
                        update(jobs)
                        .where(jobs.c.id == job_id, jobs.c.state == JobState.QUEUED.value)
                        .values(**owner_of(pid))
                    )
            except Busy:
                if time.monotonic() > give_up:
                    raise
            else:
                return

    def take_lock(self, tx: Tx, name: str, job_id: str, actor: Actor) -> None:
        """Hold a name until the job ends: one at a time, across processes.

        Raises:
            Busy: who holds it and since when, as ``user`` and ``since``.
        """
        held = tx.execute(
            select(locks.c.taken_at, users.c.full_name)
            .outerjoin(users, users.c.id == locks.c.user_id)
            .where(locks.c.name == name)
        ).first()
        if held is not None:
            raise Busy(
                f"{name}_running",
                f"{held.full_name or 'Somebody'} is running a {name} since {held.taken_at}.",
                "Wait until it is done: there is one at a time.",
                user=held.full_name,
                since=held.taken_at,
            )
        tx.execute(
            insert(locks).values(
                name=name, job_id=job_id, user_id=actor.user_id, taken_at=tx.now_text
            )
        )

    # -- for workers -----------------------------------------------------------------------
    def claim(self, job_id: str) -> tuple[Job, Actor]:
        """Take a queued job for this process, once its grant and its actor are found good.

        Raises:
            UserError: ``job_unknown``, ``job_not_waiting``, ``grant_invalid``.
            PermissionDenied: the user who asked is no longer active.
        """
        with self._database.write() as tx:
            row = row_of(tx, job_id)
            if row.state != JobState.QUEUED.value:
                raise UserError(
                    "job_not_waiting",
                    f"The job is {row.state} and cannot be started.",
                    "Start a new one.",
                )
            refusal = self._refusal(tx, row)
            if refusal is not None:
                self._end(tx, read_job(row, ""), JobState.FAILED, error=error_text(refusal))
            else:
                tx.execute(
                    update(jobs)
                    .where(jobs.c.id == job_id)
                    .values(
                        state=JobState.RUNNING.value,
                        grant_used_at=tx.now_text,
                        **owner_of(os.getpid()),
                        heartbeat_at=tx.now_text,
                        started_at=tx.now_text,
                    )
                )
        if refusal is not None:
            raise refusal
        return self._read(job_id), read_actor(json.loads(row.actor))

    def report(
        self, job_id: str, phase: str, done: int, total: int, detail: Mapping[str, Any]
    ) -> None:
        """Store how far a job is. Callers keep it to a few times a second."""
        with self._database.write() as tx:
            tx.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(
                    phase=phase,
                    done=done,
                    total=total,
                    detail=json.dumps(detail),
                    heartbeat_at=tx.now_text,
                )
            )

    def cancel_wanted(self, job_id: str) -> bool:
        """Whether somebody asked for this job to stop, or waits to; then it must stop."""
        with self._database.read() as tx:
            state = tx.scalar(select(jobs.c.state).where(jobs.c.id == job_id))
        return state == JobState.CANCELLING.value or self._signs.take(job_id)

    def succeed(self, tx: Tx, job_id: str, result: Mapping[str, Any]) -> None:
        """Finish in the transaction that writes the work: both stand, or neither does.

        Raises:
            Cancelled: a cancel came first; the transaction must not commit.
        """
        finished = (
            update(jobs)
            .where(jobs.c.id == job_id, jobs.c.state == JobState.RUNNING.value)
            .values(
                state=JobState.SUCCEEDED.value, finished_at=tx.now_text, result=json.dumps(result)
            )
        )
        if self._signs.take(job_id) or not tx.execute(finished).rowcount:
            raise Cancelled("cancelled", "It was cancelled. Nothing was changed.")
        tx.execute(locks.delete().where(locks.c.job_id == job_id))

    def end(self, job_id: str, state: JobState, error: UserError | None = None) -> None:
        """End a job that did not succeed; its domain row follows in the same transaction."""
        if state is JobState.CANCELLED:
            self._signs.wait_for_askers(job_id)
        with self._database.write() as tx:
            row = row_of(tx, job_id)
            if row.state in _NAMES:
                self._end(
                    tx, read_job(row, ""), state, error=None if error is None else error_text(error)
                )

    # -- for faces -------------------------------------------------------------------------
    def jobs(self, actor: Actor, *, only_open: bool = False, limit: int = 100) -> list[Job]:
        """Jobs, newest first: all of them for a Super Admin, else one's own."""
        self._guard.require(actor, Permission.SIGNED_IN)
        statement = select(jobs, users.c.full_name).outerjoin(users, users.c.id == jobs.c.user_id)
        if not self._guard.allows(actor, Permission.SUPER_ADMIN):
            statement = statement.where(jobs.c.user_id == actor.user_id)
        if only_open:
            statement = statement.where(jobs.c.state.in_(_NAMES))
        with self._database.read() as tx:
            rows = tx.execute(statement.order_by(desc(jobs.c.created_at)).limit(limit)).all()
        return [read_job(row, row.full_name or "") for row in rows if is_ours(row)]

    def job(self, actor: Actor, job_id: str) -> Job:
        """One job.

        Raises:
            UserError: ``job_unknown``, also for a job of somebody else's.
        """
        self._guard.require(actor, Permission.SIGNED_IN)
        found = self._read(job_id)
        if found.user_id != actor.user_id and not self._guard.allows(actor, Permission.SUPER_ADMIN):
            raise unknown(job_id)
        return found

    def lock_holder(self, actor: Actor) -> LockHolder | None:
        """Who keeps the database from being written at this moment; None when nobody does."""
        self._guard.require(actor, Permission.SIGNED_IN)
        return find_holder(self._database)

    def request_cancel(self, actor: Actor, job_id: str) -> JobState:
        """Ask a job to stop, and return the state it is in now.

        A waiting job is cancelled at once; a running one stops before it writes or while it does,
        or says that it was too late.

        Raises:
            UserError: ``job_unknown``, ``job_ended``.
            PermissionDenied: only a Super Admin stops an export.
        """
        found = self.job(actor, job_id)
        if found.kind in CANCELLED_BY_SUPER_ADMINS:
            self._guard.require(actor, Permission.SUPER_ADMIN)
        with suppress(Busy), self._database.patient(BEFORE_A_SIGN_SECONDS):
            return self._note_cancel(actor, found)
        # It may be the job itself that holds the lock.
        with self._signs.left(job_id) as sign:
            try:
                return self._note_cancel(actor, found)
            except Busy:
                if not sign.was_taken():
                    raise
                # It stops: others write, and the log has to say who asked.
                with self._database.patient(LOCK_PATIENCE_SECONDS):
                    return self._note_cancel(actor, found)

    def recover(self) -> list[Job]:
        """Find open jobs whose process is gone, and end them as interrupted.

        Called at every start; cheap when there is nothing to do. A row that this program did
        not write is ended as failed, and nothing is made of what it says.
        """
        with self._database.read() as tx:
            rows = tx.execute(select(jobs).where(jobs.c.state.in_(_NAMES))).all()
        foreign = [row for row in rows if not is_ours(row)]
        if foreign:
            self._end_foreign(foreign)
        gone = [row for row in rows if row.owner_pid is not None and not owner_lives(row)]
        found = []
        for row in gone:
            with self._database.write() as tx:
                fresh = row_as_it_is(tx, row.id)
                if fresh is None or not is_ours(fresh):
                    continue
                if fresh.state in _NAMES and not owner_lives(fresh):
                    job = read_job(fresh, "")
                    self._end(tx, job, JobState.INTERRUPTED, error=error_text(INTERRUPTED))
                    self._audit_log.log(
                        tx,
                        read_actor(json.loads(fresh.actor)),
                        kinds.JOB_INTERRUPTED,
                        job_id=job.id,
                        details={"kind": job.kind.value},
                    )
                    found.append(job)
        return found

    # -- within ----------------------------------------------------------------------------
    def _note_cancel(self, actor: Actor, found: Job) -> JobState:
        with self._database.write() as tx:
            row = row_of(tx, found.id)
            if row.state not in _NAMES:
                raise ended(row.state)
            tx.execute(
                update(jobs)
                .where(jobs.c.id == found.id)
                .values(
                    state=JobState.CANCELLING.value,
                    cancel_requested_at=tx.now_text,
                    cancel_requested_by=actor.user_id,
                )
            )
            self._audit_log.log(
                tx, actor, kinds.JOB_CANCELLED, job_id=found.id, details={"kind": found.kind.value}
            )
            if row.state == JobState.QUEUED.value:
                self._end(tx, read_job(row_of(tx, found.id), ""), JobState.CANCELLED, error=None)
                return JobState.CANCELLED
        return JobState.CANCELLING

    def _end_foreign(self, rows: Sequence[Row[Any]]) -> None:
        with self._database.write() as tx:
            for row in rows:
                tx.execute(
                    update(jobs)
                    .where(jobs.c.id == row.id)
                    .values(
                        state=JobState.FAILED.value,
                        finished_at=tx.now_text,
                        error=error_text(no_permission()),
                    )
                )
                tx.execute(locks.delete().where(locks.c.job_id == row.id))
                details = {"kind": str(row.kind)[:40], "reason": "grant_invalid"}
                self._audit_log.log(
                    tx, SYSTEM, kinds.JOB_INTERRUPTED, job_id=str(row.id), details=details
                )

    def _end(self, tx: Tx, job: Job, state: JobState, error: str | None) -> None:
        tx.execute(
            update(jobs)
            .where(jobs.c.id == job.id)
            .values(state=state.value, finished_at=tx.now_text, error=error)
        )
        tx.execute(locks.delete().where(locks.c.job_id == job.id))
        clean_up = self._clean_up(job.kind)
        row = row_of(tx, job.id)
        # A row that nobody was granted says nothing about what is to be cleaned up.
        if clean_up is not None and is_genuine(self._grant_key, row):
            clean_up(tx, read_job(row, ""), read_actor(json.loads(row.actor)))

    def _refusal(self, tx: Tx, row: Row[Any]) -> UserError | None:
        lapsed = from_text(row.grant_expires_at) <= tx.steady_now or row.grant_used_at is not None
        if lapsed or not is_genuine(self._grant_key, row):
            return no_permission()
        standing = None if row.user_id is None else self._guard.standing(tx, row.user_id)
        asked_by_person = row.user_id is not None
        if asked_by_person and (
            standing is None or not standing.allows(REQUIRED[JobKind(row.kind)])
        ):
            return PermissionDenied(
                "not_active",
                "Whoever asked for this is no longer active or allowed to, so it was not done.",
                "Ask a Super Admin.",
            )
        return None

    def _is_queued(self, job_id: str) -> bool:
        with self._database.read() as tx:
            state = tx.scalar(select(jobs.c.state).where(jobs.c.id == job_id))
        return bool(state == JobState.QUEUED.value)

    def _read(self, job_id: str) -> Job:
        with self._database.read() as tx:
            row = tx.execute(
                select(jobs, users.c.full_name)
                .outerjoin(users, users.c.id == jobs.c.user_id)
                .where(jobs.c.id == job_id)
            ).first()
        if row is None or not is_ours(row):
            raise unknown(job_id)
        return read_job(row, row.full_name or "")
