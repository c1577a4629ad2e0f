"""The e-mails that tell of files with many records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import workspace
from crmdesk.core.mail.lines import one_line
from crmdesk.core.mail.model import Letter, MailKind
from crmdesk.core.mail.queue import queue_mail
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.notify.large import LargeFile
from crmdesk.core.settings import read_setting


@dataclass(frozen=True, slots=True)
class _Words:
    mail: MailKind
    subject: str
    first: str
    last: str


_WORDS: Final = {
    NotificationKind.LARGE_EXPORT: _Words(
        MailKind.LARGE_EXPORT,
        "Large export: %1 records",
        "%2 exports %1 records from CRM Desk.",
        "To look at the export or to cancel it, open Import & Export in CRM Desk.",
    ),
    NotificationKind.LARGE_DOWNLOAD: _Words(
        MailKind.LARGE_DOWNLOAD,
        "Large file saved: %1 records",
        "%2 saved a file with %1 records from CRM Desk.",
        "To see who saved which file, open Audit Logs in CRM Desk.",
    ),
}


def queue_letter(tx: Tx, file: LargeFile, to: Row[Any]) -> None:
    """Put the letter to one of those who want to hear into the outbox.

    Args:
        to: their id, address and threshold.
    """
    queue_mail(tx, _letter(tx, file, to))


def _letter(tx: Tx, file: LargeFile, to: Row[Any]) -> Letter:
    words = _WORDS[file.kind]
    records = f"{file.records:,}"
    zone = str(read_setting(tx, "workspace.time_zone"))
    when = f"{tx.now.astimezone(ZoneInfo(zone)):%d %b %Y, %H:%M} ({zone})"
    facts = (
        ("File", file.name),
        ("Records from", file.source_name),
        ("When", when),
        ("Sensitive values", ", ".join(file.sensitive) or "none"),
        ("Your threshold", f"{to.records:,}"),
        ("Workspace", str(tx.scalar(select(workspace.c.name)) or "")),
    )
    body = [
        words.first.replace("%1", records).replace("%2", one_line(file.user) or "Somebody"),
        "",
        *(f"{name + ':':<18}{one_line(value)}" for name, value in facts if value),
        "",
        words.last,
        "Your threshold is changed under Settings, Import & Export.",
    ]
    # Nobody chooses a word of the subject: it becomes a header.
    subject = words.subject.replace("%1", records)
    text = "\n".join(body) + "\n"
    return Letter(words.mail, one_line(to.email), subject, text, user_id=to.id)
