"""Notices that are also written to those who chose to be written to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import mail_choices, users, workspace
from crmdesk.core.links import DeepLink, may_be_linked
from crmdesk.core.mail.lines import one_line
from crmdesk.core.mail.model import Letter, MailKind
from crmdesk.core.mail.queue import queue_mail
from crmdesk.core.notify.inbox import NotificationKind

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class _Words:
    topic: MailKind
    subject: str
    text: str
    place: str = "Backup"


#: A name in braces is one of the notification's values.
MAILED: Final[Mapping[NotificationKind, _Words]] = {
    NotificationKind.BACKUP_FAILED: _Words(MailKind.BACKUP_PROBLEMS, "Backup failed", "{message}"),
    NotificationKind.VERIFY_FAILED: _Words(
        MailKind.BACKUP_PROBLEMS,
        "A backup is damaged",
        "A backup is not as it was written. Make a new one.",
    ),
    NotificationKind.DRILL_FAILED: _Words(
        MailKind.BACKUP_PROBLEMS,
        "A restore drill failed",
        "The newest backup could not be restored on trial. Make a new one.",
    ),
    NotificationKind.RESTORE_DONE: _Words(
        MailKind.RESTORES, "Restore finished", "Records changed: {records}", "Restore"
    ),
    NotificationKind.RESTORE_UNDONE: _Words(
        MailKind.RESTORES, "Restore undone", "Records changed: {records}", "Restore"
    ),
    NotificationKind.RESTORE_FAILED: _Words(
        MailKind.RESTORES, "Restore failed", "No value was changed.", "Restore"
    ),
    NotificationKind.EXPORT_WAITING: _Words(
        MailKind.APPROVALS,
        "An export waits for approval",
        "{user} wants to export records: {records}, as “{name}”.",
        "Import & Export",
    ),
    NotificationKind.MENTION: _Words(
        MailKind.MENTIONS,
        "You are mentioned in a comment",
        "{user} mentions you in a comment on entry {event} of the audit log: {text}",
        "Audit Logs",
    ),
}


def write_about(
    tx: Tx,
    kind: NotificationKind,
    user_ids: Iterable[int],
    values: Mapping[str, Any],
    link: str | None = None,
) -> None:
    """Queue a letter to each of the users who chose to be written to about such things.

    Args:
        link: the place that the notification leads to.
    """
    words = MAILED[kind]
    wanted = (
        select(users.c.id, users.c.email)
        .join(mail_choices, mail_choices.c.user_id == users.c.id)
        .where(
            mail_choices.c.topic == words.topic.value,
            users.c.id.in_(list(user_ids)),
            users.c.super_admin == 1,
        )
    )
    for row in tx.execute(wanted).all():
        body = _body(tx, words, values, link or "")
        letter = Letter(words.topic, one_line(row.email), words.subject, body, user_id=row.id)
        queue_mail(tx, letter)


def _body(tx: Tx, words: _Words, values: Mapping[str, Any], link: str) -> str:
    def shown(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        return f"{value:,}" if isinstance(value, int) else one_line(str(value))

    # In one go: a name that somebody chose may look like a place for another value.
    text = _PLACE.sub(shown, words.text)
    own = tx.execute(select(workspace.c.id, workspace.c.name)).one()
    place = f"Link:       {DeepLink(own.id, link)}\n" if may_be_linked(link) else ""
    return (
        f"{text or words.subject}\n\n"
        f"Workspace:  {one_line(own.name)}\n{place}\n"
        f"Open {words.place} in CRM Desk to see more. What you are written to about is chosen\n"
        "under Settings, E-mail.\n"
    )
