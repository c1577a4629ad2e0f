"""Puts messages into the outbox, in the transaction of what they tell of."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, update

from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import outbox
from crmdesk.core.mail.lines import refuse_control_characters
from crmdesk.core.mail.model import Letter, MailState

#: RFC 5321 section 4.5.4.1: "the give-up time generally needs to be at least 4-5 days".
GIVES_UP_AFTER = timedelta(days=5)
KEPT_FOR = timedelta(days=90)


def queue_mail(
    tx: Tx,
    letter: Letter,
    *,
    wait: timedelta = timedelta(),
    keep_trying: timedelta = GIVES_UP_AFTER,
) -> int:
    """Queue a message; both it and what it tells of are kept, or neither is. Returns its id.

    It is queued without a server, too: whoever configures one within the time for trying sends it.

    Args:
        wait: until it is due for the job that sends whatever is due.
        keep_trying: until it is given up.

    Raises:
        UserError: ``mail_header_invalid``.
    """
    refuse_control_characters(letter.recipient)
    refuse_control_characters(letter.subject)
    _forget_old(tx)
    inserted = tx.execute(
        insert(outbox).values(
            kind=letter.kind.value,
            user_id=letter.user_id,
            recipient=letter.recipient,
            subject=letter.subject,
            body=letter.body,
            secret=letter.secret,
            token=secrets.token_hex(16),
            created_at=tx.now_text,
            state=MailState.QUEUED.value,
            due_at=to_text(tx.steady_now + wait),
            gives_up_at=to_text(tx.steady_now + keep_trying),
        )
    )
    return int(inserted.lastrowid)


def recall_codes(tx: Tx, user_id: int) -> None:
    """Do not send one-time codes that are not good any more: used, replaced, or nobody's.

    One that is being handed over loses its code: if the server does not take it, it goes too.
    """
    unsent = outbox.c.state.in_([MailState.QUEUED.value, MailState.FAILED.value])
    with_code = and_(outbox.c.user_id == user_id, outbox.c.secret.is_not(None))
    tx.execute(delete(outbox).where(with_code, unsent))
    in_hand = outbox.c.state == MailState.SENDING.value
    tx.execute(update(outbox).where(with_code, in_hand).values(secret=None))


def is_due(tx: Tx, message_id: int | None = None) -> ColumnElement[bool]:
    """The condition of messages to be sent now: all whose time has come, or just the one."""
    queued = outbox.c.state == MailState.QUEUED.value
    if message_id is not None:
        return and_(queued, outbox.c.id == message_id)
    return and_(queued, outbox.c.due_at <= to_text(tx.steady_now))


def _forget_old(tx: Tx) -> None:
    """An account of what was sent, for a season and not for ever."""
    idle = outbox.c.state != MailState.SENDING.value
    long_over = outbox.c.gives_up_at < to_text(tx.steady_now - KEPT_FOR)
    tx.execute(delete(outbox).where(idle, long_over))
