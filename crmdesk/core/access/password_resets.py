"""Codes with which people set a new password, sent to them or shown once to be handed over."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.user import User, read_user
from crmdesk.core.access.user_rules import ONE_TIME_CODE_LASTS, make_one_time_code
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import mail_server, workspace
from crmdesk.core.errors import UserError
from crmdesk.core.mail.lines import one_line
from crmdesk.core.mail.model import SECRET_PLACE, Letter, MailKind
from crmdesk.core.mail.queue import queue_mail, recall_codes
from crmdesk.core.mail.secret import sealed_code

_RESET = """\
{actor} let you choose a new password in the workspace “{workspace}”.

Type this one-time code in place of the password, within {days} days:

    {code}

On the command line: crmdesk password set {email}

Until then your present password stays good. If you did not expect this, tell a Super Admin.
"""
_REGISTRATION = """\
{actor} gave you access to the workspace “{workspace}”.

Sign in as {email} and type this one-time code in place of a password, within {days} days:

    {code}

On the command line: crmdesk password set {email}
"""


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A code that was made.

    Attributes:
        code: to be handed over, shown once; None where it was sent.
        sent_to: the address it was queued for; "" where it is shown.
        message_id: of the message in the outbox.
    """

    code: str | None = field(repr=False)
    sent_to: str = ""
    message_id: int | None = None


class PasswordResets:
    """For Super Admins.

    Args:
        secrets_key: 32 bytes derived for secrets in the database.
    """

    def __init__(
        self, database: Database, guard: Guard, audit_log: AuditLog, secrets_key: bytes
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._key = secrets_key

    def issue(self, actor: Actor, email: str, *, show: bool = False) -> IssuedCode:
        """Make a code, good for a week and for one time, with which a user sets a password.

        It is sent where there is a mail server, and then nobody but its reader learns it. The
        old password stays good until then; an earlier code does not.

        Args:
            show: hand it over in person, even where it could be sent.

        Raises:
            UserError: ``user_unknown``, ``user_not_active``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            user = read_user(tx, email)
            if not user.active:
                raise UserError(
                    "user_not_active",
                    f"{user.name} is deactivated and could not sign in with a new password.",
                    "Reactivate the user first.",
                )
            code = make_one_time_code(tx, user.id)
            recall_codes(tx, user.id)
            message_id = None
            if not show and tx.scalar(select(mail_server.c.id)) is not None:
                message_id = queue_mail(tx, self._letter(tx, actor, user, code))
            self._audit_log.log(
                tx,
                actor,
                kinds.ONE_TIME_CODE_MADE if user.has_password else kinds.REGISTRATION_SENT,
                object_type="user",
                object_id=user.id,
                details={"email": user.email, "name": user.name, "sent": message_id is not None},
            )
        if message_id is None:
            return IssuedCode(code)
        return IssuedCode(None, user.email, message_id)

    def _letter(self, tx: Tx, actor: Actor, user: User, code: str) -> Letter:
        name = one_line(str(tx.scalar(select(workspace.c.name)) or ""))
        subject = "A new password for CRM Desk" if user.has_password else "Your access to CRM Desk"
        return Letter(
            MailKind.PASSWORD_RESET if user.has_password else MailKind.REGISTRATION,
            user.email,
            subject,
            (_RESET if user.has_password else _REGISTRATION).format(
                actor=one_line(actor.full_name),
                workspace=name,
                days=ONE_TIME_CODE_LASTS.days,
                email=user.email,
                code=SECRET_PLACE,
            ),
            user.id,
            sealed_code(self._key, code, user.email),
        )
