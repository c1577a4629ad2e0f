"""Notices of files with many records: in the program and by e-mail, to whoever wants to hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import export_thresholds, users, workspace
from crmdesk.core.mail.lines import one_line
from crmdesk.core.mail.model import Letter, MailKind
from crmdesk.core.mail.queue import queue_mail
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.settings import read_setting


@dataclass(frozen=True, slots=True)
class LargeFile:
    """A file of records that leaves, or is about to.

    Attributes:
        user: the name of who takes it.
        source_name: what the records are taken from, e.g. the name of a segment.
        sensitive: labels of the sensitive properties inside.
        link: where it is shown in the program.
        state: of the job that makes it, where one does.
    """

    kind: NotificationKind
    name: str
    user: str
    records: int
    source_name: str
    sensitive: Sequence[str]
    link: str
    state: str = "succeeded"


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


def tell_large_file(tx: Tx, inbox: Inbox, file: LargeFile) -> int:
    """Tell every Super Admin whose threshold is passed, once each; returns how many.

    Call it once a file. The one who takes it is told like the others. Notice and e-mail stand in
    the transaction of what they tell of: neither is lost, whatever the mail server does.
    """
    wanted = _who_wants(tx, file.records)
    values = {
        "name": file.name,
        "user": file.user,
        "records": file.records,
        "source_name": file.source_name,
        "sensitive": list(file.sensitive),
        "state": file.state,
    }
    inbox.notify(tx, [row.id for row in wanted], file.kind, values, file.link)
    for row in wanted:
        queue_mail(tx, _letter(tx, file, row))
    return len(wanted)


def _who_wants(tx: Tx, records: int) -> Sequence[Row[Any]]:
    return tx.execute(
        select(users.c.id, users.c.email, export_thresholds.c.records)
        .join(export_thresholds, export_thresholds.c.user_id == users.c.id)
        .where(
            users.c.super_admin == 1,
            users.c.active == 1,
            users.c.removed_at.is_(None),
            export_thresholds.c.records < records,
        )
        .order_by(users.c.id)
    ).all()


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
