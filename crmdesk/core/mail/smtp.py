"""Talks to a mail server, and tells what it says in terms of problems.

Certificates are checked against those that the operating system trusts (or the file that
``SSL_CERT_FILE`` names), and nothing switches that off.
"""

from __future__ import annotations

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from crmdesk.core.mail.lines import one_line, wire_domain
from crmdesk.core.mail.model import Access, MailProblem, MailSecurity, Undelivered
from crmdesk.core.platform import System, current_system

#: Until a server that says nothing counts as gone.
ANSWER_SECONDS = 30.0
#: RFC 5321 section 4.5.3.2.6: whoever waits less for the last answer sends some messages twice.
ACCEPTANCE_SECONDS = 600.0
_PERMANENT = range(500, 600)
_LONGEST_REPLY = 500
#: Where Debian, Fedora, SUSE and macOS keep what they trust.
BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


class _Patience:
    """Waits longer for the one answer after which a message is the server's, and keeps it."""

    accepted = ""
    acceptance_seconds = ACCEPTANCE_SECONDS
    sock: Any

    def data(self, msg: Any) -> tuple[int, bytes]:
        usual = self.sock.gettimeout()
        self.sock.settimeout(self.acceptance_seconds)
        try:
            # The method of the class of smtplib that stands beside this one.
            code, reply = super().data(msg)  # type: ignore[misc]
        finally:
            # Also where it will not have the message: it answers the next command sooner.
            if self.sock is not None:
                self.sock.settimeout(usual)
        self.accepted = words(code, reply)
        return code, reply


class _Plain(_Patience, smtplib.SMTP):
    pass


class _Encrypted(_Patience, smtplib.SMTP_SSL):
    pass


Session = _Plain | _Encrypted


@contextmanager
def session(
    access: Access,
    answer_seconds: float = ANSWER_SECONDS,
    acceptance_seconds: float = ACCEPTANCE_SECONDS,
) -> Iterator[Session]:
    """A connection that is encrypted and logged in as the settings say, or none at all.

    Raises:
        Undelivered: why there is none.
    """
    with _told_of(access):
        opened = _connect(access, answer_seconds)
    opened.acceptance_seconds = acceptance_seconds
    try:
        with _told_of(access):
            _secure_and_log_in(opened, access)
        yield opened
    finally:
        with suppress(OSError, smtplib.SMTPException):
            if opened.sock is not None:
                # It has what it was given; a farewell is not waited for.
                opened.sock.settimeout(min(answer_seconds, 2.0))
                opened.quit()
        opened.close()


def deliver(opened: Session, access: Access, message: EmailMessage, recipient: str) -> str:
    """Hand over one message; returns what the server said when it took it.

    Raises:
        Undelivered: it did not; :func:`is_open` tells whether it may be asked again.
    """
    with _told_of(access):
        opened.send_message(message, access.sender, [recipient])
    return _masked(access, opened.accepted)


def is_open(opened: Session) -> bool:
    """Whether the server still listens."""
    return opened.sock is not None


def _connect(access: Access, seconds: float) -> Session:
    # Without a name of its own, smtplib asks the network for one, which may take its time.
    try:
        us = wire_domain(access.sender)
        if access.security is MailSecurity.TLS:
            return _Encrypted(access.host, access.port, us, timeout=seconds, context=trusting())
        return _Plain(access.host, access.port, us, timeout=seconds)
    except UnicodeError as error:
        # No name that the network could look up: somebody else wrote it into the row.
        raise Undelivered(MailProblem.UNREACHABLE, one_line(str(error))) from None


def _secure_and_log_in(opened: Session, access: Access) -> None:
    if access.security is MailSecurity.STARTTLS:
        opened.starttls(context=trusting())
    if access.user:
        opened.login(access.user, access.password)


def trusting() -> ssl.SSLContext:
    """Trust what the system trusts, also where the library was built for another system's paths."""
    context = ssl.create_default_context()
    known = ssl.get_default_verify_paths()
    # Each is None where there is nothing at its path.
    if current_system() is not System.WINDOWS and not (known.cafile or known.capath):
        bundle = next((each for each in BUNDLES if Path(each).is_file()), None)
        if bundle is not None:
            context.load_verify_locations(bundle)
    return context


@contextmanager
def _told_of(access: Access) -> Iterator[None]:
    """Turn what the library raises into :class:`Undelivered`, with the password in none of it."""
    try:
        yield
    except (smtplib.SMTPException, OSError) as error:
        told = _undelivered(access, error)
        raise Undelivered(
            told.problem, _masked(access, told.reply), permanent=told.permanent
        ) from None


def _undelivered(access: Access, error: smtplib.SMTPException | OSError) -> Undelivered:
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, reply = next(iter(error.recipients.values()))
            return _answered(MailProblem.RECIPIENT_REFUSED, code, reply, final=True)
        case smtplib.SMTPResponseException():
            problem = _ANSWERS.get(type(error), MailProblem.REFUSED)
            final = isinstance(error, smtplib.SMTPDataError)
            return _answered(problem, error.smtp_code, error.smtp_error, final=final)
        case smtplib.SMTPNotSupportedError():
            return _unsupported(access, error)
        case smtplib.SMTPException():
            return _lost(error)
        case _:
            return _unreachable(error)


_ANSWERS: dict[type[Exception], MailProblem] = {
    smtplib.SMTPSenderRefused: MailProblem.SENDER_REFUSED,
    smtplib.SMTPAuthenticationError: MailProblem.LOGIN_REFUSED,
}


def _masked(access: Access, reply: str) -> str:
    """What a server said, in case it repeated the login that it was given."""
    if not access.password:
        return reply
    login = f"\0{access.user}\0{access.password}"
    spellings = (b64encode(text.encode()).decode() for text in (login, access.password))
    for secret in (*spellings, access.password):
        reply = reply.replace(secret, "***")
    return reply


def _answered(
    problem: MailProblem, code: int, reply: bytes | str, *, final: bool = False
) -> Undelivered:
    return Undelivered(problem, words(code, reply), permanent=final and code in _PERMANENT)


def _unsupported(access: Access, error: smtplib.SMTPException) -> Undelivered:
    reply = one_line(str(error))
    if access.security is MailSecurity.STARTTLS and "STARTTLS" in reply:
        return Undelivered(MailProblem.NO_ENCRYPTION, reply)
    if "AUTH" in reply:
        return Undelivered(MailProblem.LOGIN_REFUSED, reply)
    # The address has letters beyond ASCII (RFC 6531), and the server does not take such.
    return Undelivered(MailProblem.RECIPIENT_REFUSED, reply, permanent=True)


def _lost(error: smtplib.SMTPException) -> Undelivered:
    if isinstance(error.__context__, TimeoutError):
        return Undelivered(MailProblem.NO_ANSWER, "")
    return Undelivered(MailProblem.CONNECTION_LOST, one_line(str(error))[:_LONGEST_REPLY])


def _unreachable(error: OSError) -> Undelivered:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Undelivered(MailProblem.NOT_TRUSTED, one_line(error.verify_message))
    if isinstance(error, TimeoutError):
        return Undelivered(MailProblem.NO_ANSWER, "")
    said = one_line(error.strerror or str(error))
    if isinstance(error, ssl.SSLError):
        return Undelivered(MailProblem.NO_ENCRYPTION, said)
    return Undelivered(MailProblem.UNREACHABLE, said)


def words(code: int, reply: bytes | str) -> str:
    """What a server said, on one line and not without end."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return one_line(f"{code} {text}" if code > 0 else text)[:_LONGEST_REPLY]
