"""The mail server of the workspace, and the password that only a worker sees."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from crmdesk.core.access import keys
from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import mail_server, outbox
from crmdesk.core.errors import UserError
from crmdesk.core.mail.lines import wire_domain
from crmdesk.core.mail.model import Access, MailSecurity, MailServer, MailServerChange, MailState
from crmdesk.core.records.addresses import is_email

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
_LONGEST = 255
MOST_PORT = 65_535


class MailServerService:
    """Who takes the workspace's mail. Super Admins only.

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

    def get(self, actor: Actor) -> MailServer | None:
        """The server of now; None where none is configured."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            row = _row(tx)
        return None if row is None else _server(row)

    def set(self, actor: Actor, change: MailServerChange) -> MailServer:
        """Configure it; what waits is tried at once. The log says that the password changed.

        Raises:
            UserError: ``mail_server_invalid`` with ``field``; ``mail_password_needed``, it is
                another host than the one the kept password is for; ``mail_password_in_the_clear``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        wanted = _checked(change)
        with self._database.write() as tx:
            row = _row(tx)
            password = self._password(row, wanted)
            _refuse_in_the_clear(wanted, password)
            hidden = keys.encrypt(self._key, password.encode(), _for(wanted)) if password else None
            _store(tx, wanted, hidden)
            tx.execute(
                update(outbox)
                .where(outbox.c.state == MailState.QUEUED.value)
                .values(due_at=to_text(tx.steady_now))
            )
            stored = _row(tx)
            assert stored is not None  # noqa: S101 - for the type checker
            new, old = _server(stored), None if row is None else _server(row)
            dropped = old is not None and old.has_password and not new.has_password
            self._log(tx, actor, old, new, password_changed=bool(wanted.password) or dropped)
        return new

    def forget(self, actor: Actor) -> None:
        """Send no mail any more; what is queued waits.

        Raises:
            UserError: ``mail_server_missing``, there is none.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = _row(tx)
            if row is None:
                raise no_server()
            tx.execute(delete(mail_server))
            self._log(tx, actor, _server(row), None, password_changed=row.password is not None)

    def _password(self, row: Row[Any] | None, wanted: MailServerChange) -> str:
        if wanted.password or not wanted.user:
            return wanted.password or ""
        kept = wanted.password is None and row is not None and row.password is not None
        # Whoever points it at a server of their own must not be handed the password there.
        if kept and row is not None and row.host == wanted.host:
            return _revealed(self._key, row)
        raise UserError(
            "mail_password_needed",
            "The password for this user at this server is missing.",
            "Type it; a password that was kept is for the server it was typed for.",
            field="password",
        )

    def _log(
        self,
        tx: Tx,
        actor: Actor,
        old: MailServer | None,
        new: MailServer | None,
        *,
        password_changed: bool,
    ) -> None:
        details: dict[str, object] = {
            "old": None if old is None else asdict(old),
            "new": None if new is None else asdict(new),
        }
        if password_changed:
            details |= {"password": "changed"}
        self._audit_log.log(
            tx,
            actor,
            kinds.MAIL_SERVER_CHANGED,
            object_type="setting",
            object_id="mail",
            link="settings/mail",
            details=details,
        )


def read_access(tx: Tx, secrets_key: bytes) -> Access | None:
    """For the worker: the server with its password; None where none is configured.

    Raises:
        DecryptionFailed: another program changed the row; the password goes nowhere.
    """
    row = _row(tx)
    if row is None:
        return None
    password = "" if row.password is None else _revealed(secrets_key, row)
    security = MailSecurity(row.security)
    return Access(row.host, row.port, security, row.sender, row.user_name, password)


def no_server() -> UserError:
    """The refusal of what takes a mail server."""
    return UserError(
        "mail_server_missing",
        "No mail server is configured.",
        "A Super Admin configures one under Settings, E-mail, or by `crmdesk outbox server set`.",
    )


def _row(tx: Tx) -> Row[Any] | None:
    return tx.execute(select(mail_server)).first()


def _server(row: Row[Any]) -> MailServer:
    return MailServer(
        row.host,
        row.port,
        MailSecurity(row.security),
        row.user_name,
        row.sender,
        has_password=row.password is not None,
    )


def _store(tx: Tx, wanted: MailServerChange, hidden: bytes | None) -> None:
    values = {
        "host": wanted.host,
        "port": wanted.port,
        "security": wanted.security.value,
        "user_name": wanted.user,
        "password": hidden,
        "sender": wanted.sender,
    }
    statement = upsert(mail_server).values(id=1, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _for(server: MailServerChange | Row[Any]) -> bytes:
    """What a password belongs to: a row whose host or encryption was altered yields none."""
    return f"mail/{MailSecurity(server.security).value}/{server.host}".encode()


def _revealed(secrets_key: bytes, row: Row[Any]) -> str:
    return keys.decrypt(secrets_key, row.password, _for(row)).decode()


def _checked(change: MailServerChange) -> MailServerChange:
    host, user, sender = change.host.strip(), change.user.strip(), change.sender.strip()
    if not _HOST.fullmatch(host) and _address(host) is None:
        raise _invalid("host", "That is no name of a server.", "Give one such as smtp.example.com.")
    if not 1 <= change.port <= MOST_PORT:
        raise _invalid("port", f"A port is a number from 1 to {MOST_PORT}.", "587 is usual.")
    if not _is_sendable(sender):
        raise _invalid("sender", "That is no e-mail address.", "Give one such as crm@example.com.")
    # Python's library logs in with ASCII alone; better said now than at the first message.
    for name, text in (("user", user), ("password", change.password or "")):
        if len(text) > _LONGEST or not text.isascii() or not all(map(str.isprintable, text)):
            raise _invalid(
                name,
                f"The {name} has a character that cannot be used to log in.",
                "Use letters, digits and signs of ASCII.",
            )
    if change.password and not user:
        raise _invalid("user", "A password needs a user to log in as.", "Name the user.")
    return replace(change, host=host.lower(), user=user, sender=sender)


def _is_sendable(sender: str) -> bool:
    try:
        # Before the “@” the library writes ASCII alone (RFC 6531 is not everybody's).
        local = sender.rpartition("@")[0]
        return is_email(sender) and local.isascii() and bool(wire_domain(sender))
    except UnicodeError:
        return False


def _invalid(name: str, message: str, hint: str) -> UserError:
    return UserError("mail_server_invalid", message, hint, field=name)


def _refuse_in_the_clear(wanted: MailServerChange, password: str) -> None:
    if not password or wanted.security is not MailSecurity.NONE or _is_this_computer(wanted.host):
        return
    raise UserError(
        "mail_password_in_the_clear",
        "Without encryption everybody on the way could read the password.",
        "Choose TLS or STARTTLS, or log in without a user.",
        field="security",
    )


def _is_this_computer(host: str) -> bool:
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
