"""The e-mail to whoever asked for a report of the audit log: that it is there, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import exports, users, workspace
from crmdesk.core.links import DeepLink
from crmdesk.core.mail.lines import one_line
from crmdesk.core.mail.model import Letter, MailKind
from crmdesk.core.mail.queue import queue_mail

# Nobody chooses a word of it: it becomes a header.
_SUBJECT = "Your report of the audit log is ready"


def write_to_asker(tx: Tx, user_id: int, facts: Mapping[str, Any]) -> None:
    """Put the letter into the outbox; the report itself stays in the workspace.

    Args:
        facts: of the export that is done: ``export_id``, ``name``, ``records``.
    """
    email = tx.scalar(select(users.c.email).where(users.c.id == user_id))
    home = tx.execute(select(workspace.c.id, workspace.c.name)).one()
    until = select(exports.c.expires_at).where(exports.c.id == facts["export_id"])
    lines = (
        ("Report", str(facts["name"])),
        ("Entries", f"{facts['records']:,}"),
        ("Kept until", str(tx.scalar(until) or "")[:10]),
        ("Workspace", str(home.name)),
        ("Link", str(DeepLink(home.id, f"exports/{facts['export_id']}"))),
    )
    body = [
        "The report that you asked for is made. Its file is not sent by mail.",
        "",
        *(f"{name + ':':<12}{one_line(value)}" for name, value in lines if value),
        "",
        "To save a copy, open the link with CRM Desk, or look under Import & Export.",
    ]
    text = "\n".join(body) + "\n"
    queue_mail(tx, Letter(MailKind.REPORT, one_line(str(email)), _SUBJECT, text, user_id=user_id))
