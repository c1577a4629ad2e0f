"""What mail is: the server that takes it, the messages, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class MailSecurity(StrEnum):
    """How the connection to the server is protected."""

    TLS = "tls"
    """From its first byte (RFC 8314 section 3.3)."""
    STARTTLS = "starttls"
    """Begun in the clear, encrypted before anything is said; never left out."""
    NONE = "none"


#: Where a server listens for each (RFC 8314 section 7.3, RFC 6409 section 3.1, RFC 5321).
USUAL_PORTS = {MailSecurity.TLS: 465, MailSecurity.STARTTLS: 587, MailSecurity.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server as its page shows it: whether there is a password, and never which.

    Attributes:
        user: to log in as; empty for no login.
        sender: the address that messages come from.
    """

    host: str
    port: int
    security: MailSecurity
    user: str
    sender: str
    has_password: bool = False


@dataclass(frozen=True, slots=True)
class MailServerChange:
    """What a Super Admin wants the server to be.

    Attributes:
        password: None for the one that is kept already.
    """

    host: str
    port: int
    security: MailSecurity
    sender: str
    user: str = ""
    password: str | None = field(default=None, repr=False)


class MailState(StrEnum):
    """What became of a message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Given up: the server will not take it, or the days for trying are over."""
    UNCONFIGURED = "unconfigured"
    """Queued, and there is no server to send it to. Found when it is read, never stored."""


class MailProblem(StrEnum):
    """Why an attempt failed. What the server said, or the system, stands beside it."""

    NO_SERVER = "no_server"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    CONNECTION_LOST = "connection_lost"
    NO_ENCRYPTION = "no_encryption"
    NOT_TRUSTED = "not_trusted"
    LOGIN_REFUSED = "login_refused"
    PASSWORD_UNREADABLE = "password_unreadable"  # noqa: S105 - the name of a problem
    SENDER_REFUSED = "sender_refused"
    RECIPIENT_REFUSED = "recipient_refused"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"
    NOT_ENTITLED = "not_entitled"
    """Whoever it is for may not know of it any more."""


class MailKind(StrEnum):
    """What a message tells of."""

    LARGE_EXPORT = "large_export"
    LARGE_DOWNLOAD = "large_download"
    BACKUP_PROBLEMS = "backup_problems"
    RESTORES = "restores"
    APPROVALS = "approvals"
    MENTIONS = "mentions"
    REPORT = "report"
    TEST = "test"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a kind
    REGISTRATION = "registration"


#: For whoever they are written to; all others are for Super Admins.
WITH_CODE = (MailKind.PASSWORD_RESET, MailKind.REGISTRATION)
FOR_ANYONE = (MailKind.TEST, *WITH_CODE)
SECRET_PLACE = "{code}"  # noqa: S105 - where a code will stand
"""In the body of a message that has one: it is put there on the way out, and nowhere kept."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that somebody shall get.

    Attributes:
        subject: one line.
        body: plain text, lines ended by a line feed.
        user_id: whom it is for, where that is a user.
        secret: what stands in the body at :data:`SECRET_PLACE`, encrypted by :func:`sealed_code`.
    """

    kind: MailKind
    recipient: str
    subject: str
    body: str = field(repr=False)
    user_id: int | None = None
    secret: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One line of the outbox.

    Attributes:
        kind: a :class:`MailKind`; text, since a newer program may have written another.
        next_attempt: None unless it is queued.
        problem: of the last attempt, None where it went well or there was none.
        reply: the server's words, or what the system said in its place.
    """

    id: int
    kind: str
    recipient: str
    subject: str
    created_at: datetime
    state: MailState
    attempts: int
    next_attempt: datetime | None
    tried_at: datetime | None
    sent_at: datetime | None
    problem: MailProblem | None
    reply: str

    @property
    def retryable(self) -> bool:
        """Whether it can be sent at once when somebody asks for it."""
        return self.state in (MailState.QUEUED, MailState.FAILED)


@dataclass(frozen=True, slots=True)
class Access:
    """A server, with what it takes to get in."""

    host: str
    port: int
    security: MailSecurity
    sender: str
    user: str
    password: str = field(repr=False)


class Undelivered(Exception):
    """A message was not taken.

    Attributes:
        permanent: whether the server will not take it at another time either.
    """

    def __init__(self, problem: MailProblem, reply: str, *, permanent: bool = False) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.reply = reply
        self.permanent = permanent
