"""What a job's row says, and how it is said: owner, actor, error, state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select

from crmdesk.core import platform
from crmdesk.core.access.actor import Actor, ActorKind, Place
from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import jobs
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobError, JobKind, JobState
from crmdesk.core.jobs.refusals import unknown


def owner_of(pid: int) -> dict[str, Any]:
    """The columns that name a process, so that another one of its number is not taken for it."""
    return {
        "owner_pid": pid,
        "owner_boot_id": platform.boot_id(),
        "owner_started_at": platform.process_started_at(pid),
    }


def owner_lives(row: Row[Any]) -> bool:
    """Whether the process that a job belongs to still runs."""
    if row.owner_boot_id != platform.boot_id():
        return False
    return platform.process_alive(row.owner_pid, row.owner_started_at)


def error_text(error: UserError) -> str:
    """Why a job ended, as its row keeps it."""
    return json.dumps({"code": error.code, "message": error.message, "hint": error.hint})


_NOT_KEPT = frozenset({"place", "kind"})


def actor_facts(actor: Actor) -> dict[str, Any]:
    """Who asked for a job, as its row keeps it."""
    facts = asdict(actor) | {"kind": actor.kind.value}
    # Whoever looks as another user starts no job.
    del facts["viewer"]
    return facts


def read_actor(facts: Mapping[str, Any]) -> Actor:
    """The actor as stored; the session may end while the job runs, so it is not asked again."""
    place = Place(**facts["place"])
    kept = {key: value for key, value in facts.items() if key not in _NOT_KEPT}
    return Actor(kind=ActorKind(facts["kind"]), place=place, **kept)


def is_ours(row: Row[Any]) -> bool:
    """Whether this program can have written a row; one put in by hand may say anything."""
    try:
        read_job(row, "")
        read_actor(json.loads(row.actor))
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def read_job(row: Row[Any], user_name: str) -> Job:
    """A row as a job."""
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        state=JobState(row.state),
        params=json.loads(row.params),
        user_id=row.user_id,
        user_name=user_name,
        phase=row.phase,
        done=row.done,
        total=row.total,
        detail=json.loads(row.detail),
        created_at=from_text(row.created_at),
        started_at=optional_from_text(row.started_at),
        finished_at=optional_from_text(row.finished_at),
        cancelled_by=row.cancel_requested_by,
        result=None if row.result is None else json.loads(row.result),
        error=None if row.error is None else JobError(**json.loads(row.error)),
    )


def row_as_it_is(tx: Tx, job_id: str) -> Row[Any] | None:
    """The row of a job, whoever wrote it."""
    return tx.execute(select(jobs).where(jobs.c.id == job_id)).first()


def row_of(tx: Tx, job_id: str) -> Row[Any]:
    """The row of a job.

    Raises:
        UserError: ``job_unknown``, also where this program cannot have written it.
    """
    row = row_as_it_is(tx, job_id)
    if row is None or not is_ours(row):
        raise unknown(job_id)
    return row
