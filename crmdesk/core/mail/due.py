"""Whether there is mail to send: asked at the end of each command and every few seconds."""

from __future__ import annotations

from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx


def mail_is_due(tx: Tx) -> bool:
    """Whether a message's time has come, or one is being sent, and there is a server.

    One that is being sent may be held by a process that is gone; whoever starts sending looks.
    Plain SQL, and nothing else of mail is imported for it: nearly always there is none.
    """
    row = tx.sql(
        "SELECT 1 FROM outbox WHERE state IN ('queued', 'sending') "
        "AND (state = 'sending' OR due_at <= ?) AND EXISTS (SELECT 1 FROM mail_server) LIMIT 1",
        (to_text(tx.steady_now),),
    ).fetchone()
    return row is not None
