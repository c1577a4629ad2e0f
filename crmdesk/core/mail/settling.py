"""What becomes of a message after an attempt: sent, tried again later, or given up."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, or_, select, update

from crmdesk.core.access.actor import Actor
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import outbox, users
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.mail.model import FOR_ANYONE, WITH_CODE, MailProblem, MailState, Undelivered
from crmdesk.core.mail.queue import is_due

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
_DOUBLINGS = 6


def settle(tx: Tx, row: Row[Any], answer: str | Undelivered) -> MailState:
    """Write what became of an attempt; returns the state that the message is in now."""
    values: dict[str, Any] = {"job_id": None}
    if isinstance(answer, str):
        state = MailState.SENT
        values |= {"sent_at": tx.now_text, "problem": None, "reply": answer, "secret": None}
    elif _recalled(tx, row):
        tx.execute(delete(outbox).where(outbox.c.id == row.id))
        return MailState.FAILED
    else:
        due = tx.steady_now + waiting_time(row.attempts)
        over = answer.permanent or due > from_text(row.gives_up_at)
        state = MailState.FAILED if over else MailState.QUEUED
        values |= {"problem": answer.problem.value, "reply": answer.reply, "due_at": to_text(due)}
    tx.execute(update(outbox).where(outbox.c.id == row.id).values(state=state.value, **values))
    return state


def _recalled(tx: Tx, row: Row[Any]) -> bool:
    """Whether its one-time code was replaced, or used, while it was being handed over."""
    if row.kind not in [kind.value for kind in WITH_CODE]:
        return False
    return tx.scalar(select(outbox.c.secret).where(outbox.c.id == row.id)) is None


def waiting_time(attempts: int) -> timedelta:
    """How long after so many attempts the next one is made: from a minute, doubled, to an hour."""
    doubled: int = 2 ** min(max(attempts - 1, 0), _DOUBLINGS)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def give_up_unentitled(tx: Tx) -> None:
    """Whoever is no Super Admin any more, or gone, is told nothing that was meant for one."""
    entitled = select(users.c.id).where(
        users.c.super_admin == 1, users.c.active == 1, users.c.removed_at.is_(None)
    )
    tx.execute(
        update(outbox)
        .where(
            outbox.c.state == MailState.QUEUED.value,
            outbox.c.user_id.is_not(None),
            outbox.c.user_id.not_in(entitled),
            outbox.c.kind.not_in([kind.value for kind in FOR_ANYONE]),
        )
        .values(state=MailState.FAILED.value, problem=MailProblem.NOT_ENTITLED.value, reply="")
    )


def put_off(tx: Tx, problem: Undelivered, message_id: int | None) -> Counter[MailState]:
    """Without a connection: this was an attempt for everything that is due."""
    outcomes: Counter[MailState] = Counter()
    wanted = is_due(tx, message_id)
    counted = {"attempts": outbox.c.attempts + 1, "tried_at": tx.now_text}
    tx.execute(update(outbox).where(wanted).values(counted))
    for row in tx.execute(select(outbox).where(wanted)).all():
        outcomes[settle(tx, row, problem)] += 1
    return outcomes


def abandoned(tx: Tx, job: Job, actor: Actor) -> None:  # noqa: ARG001 - one form for every kind
    """Put back what a job that ended unfinished held; after a cancel nothing hurries.

    Nor after a failure: whatever broke that job would break the next one, begun at once.
    """
    only: int | None = job.params["message_id"]
    held = and_(outbox.c.job_id == job.id, outbox.c.state == MailState.SENDING.value)
    if only is not None:
        held = or_(held, is_due(tx, only))
    for row in tx.execute(select(outbox).where(held)).all():
        settle(tx, row, Undelivered(MailProblem.INTERRUPTED, ""))
    if job.state is JobState.FAILED and only is None:
        put_off(tx, Undelivered(MailProblem.INTERRUPTED, ""), only)
    if job.state is JobState.CANCELLED and only is None:
        rest(tx, LONGEST_WAIT)
    if job.state is JobState.INTERRUPTED and only is None:
        # What killed it, e.g. too little memory, kills the next one too.
        rest(tx, FIRST_WAIT)


def rest(tx: Tx, wait: timedelta) -> None:
    """Leave everything that is due alone for a while; it was no attempt."""
    later = to_text(tx.steady_now + wait)
    tx.execute(update(outbox).where(is_due(tx)).values(due_at=later))
