"""The job that sends: takes messages one by one, and says of each what became of it.

A message is marked before it is handed over and marked again when the server has taken it. Where
the process dies between the two nobody can know which side of the server's answer it was on: the
message is then sent again, with the same Message-ID. Better twice than never, for a warning.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.access.keys import DecryptionFailed
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import outbox
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.mail.message import build_message
from crmdesk.core.mail.model import (
    SECRET_PLACE,
    Access,
    MailProblem,
    MailState,
    Undelivered,
)
from crmdesk.core.mail.queue import is_due
from crmdesk.core.mail.secret import opened_code
from crmdesk.core.mail.server import read_access
from crmdesk.core.mail.settling import FIRST_WAIT, give_up_unentitled, put_off, rest, settle
from crmdesk.core.mail.smtp import (
    ACCEPTANCE_SECONDS,
    ANSWER_SECONDS,
    Session,
    deliver,
    is_open,
    session,
)

#: Connections in a row that ended without a message taken.
_MOST_FRUITLESS = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for which a server that says nothing is waited for.

    Attributes:
        answer: to anything but a whole message.
        acceptance: to a whole message: whoever gives up sooner sends some of them twice.
    """

    answer: float = ANSWER_SECONDS
    acceptance: float = ACCEPTANCE_SECONDS


USUAL = Patience()


class MailWork:
    """Sends what is due.

    Args:
        secrets_key: 32 bytes derived for secrets in the database.
    """

    def __init__(self, database: Database, secrets_key: bytes, patience: Patience = USUAL) -> None:
        self._database = database
        self._key = secrets_key
        self._patience = patience

    def run(self, context: JobContext) -> None:
        """Work of a mail job. That a message could not be sent is told by its own row.

        Raises:
            Cancelled: what was not begun waits for an hour.
        """
        only: int | None = context.params["message_id"]
        context.report("connecting")
        outcomes: Counter[MailState] = Counter()
        with self._database.write() as tx:
            give_up_unentitled(tx)
        try:
            self._send_all(context, self._access(), only, outcomes)
        except Undelivered as problem:
            with self._database.write() as tx:
                outcomes += put_off(tx, problem, only)
        with self._database.write() as tx:
            context.succeed(tx, {state.value: count for state, count in outcomes.items()})

    def _access(self) -> Access:
        try:
            with self._database.read() as tx:
                access = read_access(tx, self._key)
        except DecryptionFailed:
            raise Undelivered(MailProblem.PASSWORD_UNREADABLE, "") from None
        if access is None:
            raise Undelivered(MailProblem.NO_SERVER, "")
        return access

    def _send_all(
        self,
        context: JobContext,
        access: Access,
        only: int | None,
        outcomes: Counter[MailState],
    ) -> None:
        """Until nothing is due; some servers end a connection after a number of messages.

        One that ends it at every message is left alone for a while.

        Raises:
            Undelivered: there is no connection.
        """
        fruitless = 0
        while fruitless < _MOST_FRUITLESS:
            before = outcomes[MailState.SENT]
            with session(access, self._patience.answer, self._patience.acceptance) as opened:
                if self._send_over(context, opened, access, only, outcomes):
                    return
            fruitless = 0 if outcomes[MailState.SENT] > before else fruitless + 1
        with self._database.write() as tx:
            rest(tx, FIRST_WAIT)

    def _send_over(
        self,
        context: JobContext,
        opened: Session,
        access: Access,
        only: int | None,
        outcomes: Counter[MailState],
    ) -> bool:
        """Send over one connection; whether nothing was due any more when it ended."""
        while is_open(opened):
            context.stop_if_cancelled()
            row = self._take(context.job.id, only)
            if row is None:
                return True
            context.report("sending", done=outcomes.total())
            answer = self._handed_over(opened, access, row)
            with self._database.write() as tx:
                outcomes[settle(tx, row, answer)] += 1
        return False

    def _take(self, job_id: str, only: int | None) -> Row[Any] | None:
        with self._database.write() as tx:
            row = tx.execute(
                select(outbox)
                .where(is_due(tx, only))
                # One that breaks the connection whenever it is tried holds up no other.
                .order_by(outbox.c.attempts, outbox.c.due_at, outbox.c.id)
                .limit(1)
            ).first()
            if row is None:
                return None
            tx.execute(
                update(outbox)
                .where(outbox.c.id == row.id)
                .values(
                    state=MailState.SENDING.value,
                    job_id=job_id,
                    attempts=row.attempts + 1,
                    tried_at=tx.now_text,
                )
            )
            return tx.execute(select(outbox).where(outbox.c.id == row.id)).one()

    def _handed_over(self, opened: Session, access: Access, row: Row[Any]) -> str | Undelivered:
        try:
            message = build_message(
                sender=access.sender,
                recipient=row.recipient,
                subject=row.subject,
                body=self._body(row),
                token=row.token,
                at=from_text(row.created_at),
            )
            return deliver(opened, access, message, row.recipient)
        except Undelivered as problem:
            return problem
        except (UserError, ValueError, DecryptionFailed) as refusal:
            # A row that somebody else wrote: it must not keep the others from being sent.
            return Undelivered(MailProblem.REFUSED, str(refusal), permanent=True)

    def _body(self, row: Row[Any]) -> str:
        if row.secret is None:
            return str(row.body)
        return str(row.body).replace(
            SECRET_PLACE, opened_code(self._key, row.secret, row.recipient)
        )
