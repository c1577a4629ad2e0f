"""Calls of the mail server and the outbox that change something, as in ``logged_calls``."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.mail.model import Letter, MailKind, MailSecurity, MailServerChange
from crmdesk.core.mail.queue import queue_mail
from tests.builders import Desk

Act = Callable[[], object]

_SERVER = MailServerChange("mail.northwind.example", 25, MailSecurity.NONE, "crm@northwind.example")


def _configured(act: Callable[[Desk, int], object]) -> Callable[[Desk], Act]:
    def prepare(desk: Desk) -> Act:
        desk.workspace.mail_server.set(desk.admin, _SERVER)
        with desk.workspace.database.write() as tx:
            letter = Letter(MailKind.LARGE_EXPORT, desk.admin.email, "Large export", "Many.\n")
            message_id = queue_mail(tx, letter)
        return lambda: act(desk, message_id)

    return prepare


MAIL: dict[str, Callable[[Desk], Act]] = {
    "mail_server.forget": _configured(lambda d, _: d.workspace.mail_server.forget(d.admin)),
    "mail_server.set": lambda d: lambda: d.workspace.mail_server.set(d.admin, _SERVER),
    "outbox.retry": _configured(lambda d, number: d.workspace.outbox.retry(d.admin, number)),
    "outbox.retry_all": _configured(lambda d, _: d.workspace.outbox.retry_all(d.admin)),
    "outbox.send_test": _configured(lambda d, _: d.workspace.outbox.send_test(d.admin)),
}
MAIL_READS = frozenset(
    {
        "mail_choices.own",
        "mail_server.get",
        "outbox.given_up",
        "outbox.list",
        "outbox.show",
        "outbox.waiting",
    }
)
