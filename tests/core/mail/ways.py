"""What tests of mail do: say where it goes, write a message, send what is due, look at it."""

from __future__ import annotations

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose
from crmdesk.core.jobs.worker import run_job
from crmdesk.core.mail.model import (
    Letter,
    MailKind,
    MailSecurity,
    MailServerChange,
    OutboxMessage,
)
from crmdesk.core.mail.queue import queue_mail
from crmdesk.core.mail.work import MailWork, Patience
from tests.builders import Desk
from tests.post_office import HOST, USER

PLAIN, STARTTLS, TLS = MailSecurity.NONE, MailSecurity.STARTTLS, MailSecurity.TLS
SENDER = "crm@northwind.example"


def configure(
    desk: Desk, port: int, security: MailSecurity = PLAIN, password: str | None = None
) -> None:
    """Send to this computer."""
    user = "" if password is None else USER
    change = MailServerChange(HOST, port, security, SENDER, user, password)
    desk.workspace.mail_server.set(desk.admin, change)


def write(desk: Desk, subject: str = "Large export", to: str = "ann@northwind.example") -> int:
    """Queue a message, as a notice would."""
    letter = Letter(MailKind.LARGE_EXPORT, to, subject, "Ærlig talt.\n.\nMany records.\n")
    with desk.workspace.database.write() as tx:
        return queue_mail(tx, letter)


def send(desk: Desk) -> bool:
    """What a face does every few seconds, by a worker that does not wait long."""
    job_id = desk.workspace.outbox.start_if_due()
    if job_id is not None:
        key = keys.derive(desk.key, KeyPurpose.DATABASE_SECRETS)
        hasty = MailWork(desk.workspace.database, key, Patience(0.2, 0.2))
        run_job(desk.workspace.jobs, lambda _: hasty.run, job_id)
    return job_id is not None


def shown(desk: Desk, message_id: int) -> OutboxMessage:
    """A message as a Super Admin sees it."""
    return desk.workspace.outbox.show(desk.admin, message_id)
