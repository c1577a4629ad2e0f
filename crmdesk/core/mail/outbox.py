"""The outbox: what waits to be sent, what was, and what was given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, desc, func, select, update

from crmdesk.core.access.actor import SYSTEM, Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, optional_from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import jobs, mail_server, outbox, workspace
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import OPEN, JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.mail.due import mail_is_due
from crmdesk.core.mail.lines import one_line
from crmdesk.core.mail.model import (
    Letter,
    MailKind,
    MailProblem,
    MailState,
    OutboxMessage,
)
from crmdesk.core.mail.queue import GIVES_UP_AFTER, is_due, queue_mail
from crmdesk.core.mail.server import no_server
from crmdesk.core.records.addresses import is_email

#: A test message has a job of its own; nobody else takes it meanwhile.
_OWN_JOB_SENDS = timedelta(hours=1)
#: What another attempt may still bring to its reader.
_GIVEN_UP = and_(
    outbox.c.state == MailState.FAILED.value,
    outbox.c.kind != MailKind.TEST.value,
    func.coalesce(outbox.c.problem, "") != MailProblem.NOT_ENTITLED.value,
)
_OPEN_JOBS = tuple(state.value for state in OPEN)


class Outbox:
    """Lists messages, and starts the job that sends those whose time has come."""

    def __init__(
        self, database: Database, guard: Guard, audit_log: AuditLog, queue: JobQueue
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._jobs = queue

    # -- for Super Admins --------------------------------------------------------------------
    def list(
        self, actor: Actor, *, limit: int = 100, before: int | None = None
    ) -> Sequence[OutboxMessage]:
        """Messages, newest first.

        Args:
            before: id of the last one of the page before.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = select(outbox).order_by(desc(outbox.c.id)).limit(limit)
        if before is not None:
            wanted = wanted.where(outbox.c.id < before)
        with self._database.read() as tx:
            configured = _is_configured(tx)
            return [_message(tx, row, configured) for row in tx.execute(wanted).all()]

    def show(self, actor: Actor, message_id: int) -> OutboxMessage:
        """One message.

        Raises:
            UserError: ``message_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return _message(tx, _row(tx, message_id), _is_configured(tx))

    def waiting(self, actor: Actor) -> int:
        """How many messages are neither sent nor given up."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        over = (MailState.SENT.value, MailState.FAILED.value)
        with self._database.read() as tx:
            counted = select(func.count()).select_from(outbox).where(outbox.c.state.not_in(over))
            return int(tx.scalar(counted))

    def retry(self, actor: Actor, message_id: int) -> None:
        """Send a message at the next opportunity, also one that was given up.

        Raises:
            UserError: ``message_unknown``, ``message_sent``, ``mail_server_missing``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = _row(tx, message_id)
            if not _is_configured(tx):
                raise no_server()
            if row.state in (MailState.SENT.value, MailState.SENDING.value):
                sent = row.state == MailState.SENT.value
                raise UserError(
                    "message_sent",
                    f"The message {'was sent already' if sent else 'is being sent'}.",
                    "A message is sent once.",
                )
            tx.execute(update(outbox).where(outbox.c.id == message_id).values(_again(tx)))
            self._audit_log.log(
                tx,
                actor,
                kinds.MAIL_RETRIED,
                object_type="message",
                object_id=message_id,
                details={"kind": row.kind, "recipient": row.recipient},
            )

    def given_up(self, actor: Actor) -> int:
        """How many messages :meth:`retry_all` would take up that were given up."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return int(tx.scalar(select(func.count()).select_from(outbox).where(_GIVEN_UP)))

    def retry_all(self, actor: Actor) -> int:
        """Send what waits or was given up at the next opportunity; returns how many they are.

        Tests are left out, which are tried once, and what is for nobody any more.

        Raises:
            UserError: ``mail_server_missing``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            if not _is_configured(tx):
                raise no_server()
            again = _again(tx)
            waits = outbox.c.state == MailState.QUEUED.value
            given_up = tx.execute(update(outbox).where(_GIVEN_UP).values(again)).rowcount
            hurried = {"due_at": again["due_at"]}
            count = int(tx.execute(update(outbox).where(waits).values(hurried)).rowcount)
            if count:
                self._audit_log.log(
                    tx,
                    actor,
                    kinds.MAIL_RETRIED,
                    object_type="message",
                    details={"messages": count, "given_up": given_up},
                )
        return count

    def send_test(self, actor: Actor, recipient: str = "") -> tuple[int, str]:
        """Queue a test message and its job; returns the ids of both. It is tried once.

        Args:
            recipient: the actor's own address where none is given.

        Raises:
            UserError: ``mail_server_missing``, ``email_invalid``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        recipient = recipient.strip() or actor.email
        if not is_email(recipient):
            raise UserError(
                "email_invalid", "That is no e-mail address.", "Give one such as ann@example.org."
            )
        with self._database.write() as tx:
            if not _is_configured(tx):
                raise no_server()
            letter = _test_letter(tx, actor, recipient)
            message_id = queue_mail(tx, letter, wait=_OWN_JOB_SENDS, keep_trying=timedelta())
            self._audit_log.log(
                tx,
                actor,
                kinds.MAIL_TESTED,
                object_type="message",
                object_id=message_id,
                details={"recipient": recipient},
            )
            params = {"message_id": message_id}
            return message_id, self._jobs.enqueue(tx, actor, JobKind.MAIL, params)

    # -- for faces, whoever is signed in -----------------------------------------------------
    def start_if_due(self) -> str | None:
        """Queue the job that sends what is due, and return its id; None where nothing is to do.

        Nobody's permission is needed: a message was allowed when it was queued.
        """
        with self._database.read() as tx:
            if not mail_is_due(tx):
                return None
        # One whose process was killed would stand in the way of all that follow.
        self._jobs.recover()
        with self._database.read() as tx:
            if not _may_start(tx):
                return None
        with self._database.write() as tx:
            if not _may_start(tx):
                return None
            return self._jobs.enqueue(tx, SYSTEM, JobKind.MAIL, {"message_id": None})


def _is_configured(tx: Tx) -> bool:
    return tx.scalar(select(mail_server.c.id)) is not None


def _again(tx: Tx) -> dict[str, object]:
    """The columns of a message that begins anew."""
    return {
        "state": MailState.QUEUED.value,
        "due_at": to_text(tx.steady_now),
        "gives_up_at": to_text(tx.steady_now + GIVES_UP_AFTER),
        "problem": None,
        "reply": "",
    }


def _may_start(tx: Tx) -> bool:
    """Whether something waits, and no job sends whatever is due; a test sends nothing else."""
    waits = tx.scalar(select(outbox.c.id).where(is_due(tx)).limit(1)) is not None
    running = select(jobs.c.id).where(
        jobs.c.kind == JobKind.MAIL.value,
        jobs.c.user_id.is_(None),
        jobs.c.state.in_(_OPEN_JOBS),
    )
    return waits and _is_configured(tx) and tx.scalar(running.limit(1)) is None


def _row(tx: Tx, message_id: int) -> Row[Any]:
    row = tx.execute(select(outbox).where(outbox.c.id == message_id)).first()
    if row is None:
        raise UserError(
            "message_unknown",
            f"There is no message {message_id} in the outbox.",
            "Run `crmdesk outbox list`.",
        )
    return row


def _message(tx: Tx, row: Row[Any], configured: bool) -> OutboxMessage:
    state = MailState(row.state)
    queued = state is MailState.QUEUED
    if queued and not configured:
        state = MailState.UNCONFIGURED
    wait = from_text(row.due_at) - tx.steady_now
    return OutboxMessage(
        id=row.id,
        kind=row.kind,
        recipient=row.recipient,
        subject=row.subject,
        created_at=from_text(row.created_at),
        state=state,
        attempts=row.attempts,
        next_attempt=tx.now + max(wait, timedelta()) if state is MailState.QUEUED else None,
        tried_at=optional_from_text(row.tried_at),
        sent_at=optional_from_text(row.sent_at),
        problem=None if row.problem is None else MailProblem(row.problem),
        reply=row.reply,
    )


def _test_letter(tx: Tx, actor: Actor, recipient: str) -> Letter:
    name = one_line(str(tx.scalar(select(workspace.c.name)) or ""))
    return Letter(
        MailKind.TEST,
        recipient,
        "Test message from CRM Desk",
        f"{one_line(actor.full_name)} sent this from the workspace “{name}”.\n\n"
        "Mail from CRM Desk arrives here. Nothing else is to be done.\n",
        user_id=actor.user_id if recipient == actor.email else None,
    )
