"""Whether there is mail to send: asked at the end of each command and every few seconds."""

from __future__ import annotations

from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx


def mail_is_due(tx: Tx) -> bool:
    """Whether a message's time has come and there is a server for it.

    Plain SQL, and nothing else of mail is imported for it: nearly always there is none.
    """
    row = tx.sql(
        "SELECT 1 FROM outbox WHERE state = 'queued' AND due_at <= ? "
        "AND EXISTS (SELECT 1 FROM mail_server) LIMIT 1",
        (to_text(tx.steady_now),),
    ).fetchone()
    return row is not None
