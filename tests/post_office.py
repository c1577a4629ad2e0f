"""A mail server that a test can spoil: the real protocol over a real socket, in this process."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
USER, PASSWORD = "crm", "canary-in-the-post-4711-quite-unlikely"


# Without slots: aiosmtpd looks at each attribute, and before Python 3.11.3 one breaks with them.
@dataclass
class PostOffice:
    """What it was given, and how it answers.

    Attributes:
        answers: for MAIL, RCPT and DATA: the next answers in place of its own, used up in turn;
            an empty one is its own.
        hangs: the command after which it says nothing any more.
        taken: set when it has taken a message, for who waits for another process.
        before_thanks: called with the number of messages taken, before the sender hears of it.
    """

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    hangs: str = ""
    taken: threading.Event = field(default_factory=threading.Event)
    before_thanks: Callable[[int], object] = int

    @property
    def messages(self) -> list[EmailMessage]:
        """Every message it took, in order."""
        read = [
            message_from_bytes(each.content or b"", policy=policy.default)
            for each in self.envelopes
        ]
        return [each for each in read if isinstance(each, EmailMessage)]

    async def _said(self, command: str) -> str | None:
        if self.hangs == command:
            await asyncio.Event().wait()
        waiting = self.answers.get(command)
        return (waiting.pop(0) or None) if waiting else None

    # -- as the library calls it ---------------------------------------------------------------
    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, said: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        await self._said("EHLO")
        return said

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._said("MAIL")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        answer = await self._said("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        answer = await self._said("DATA")
        if answer is None:
            self.envelopes.append(envelope)
            self.taken.set()
            self.before_thanks(len(self.envelopes))
        return answer or "250 OK queued as 4711"

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        right = data.login.decode() == USER and data.password.decode() == PASSWORD
        return AuthResult(success=right, handled=right)


@contextmanager
def post_office(
    *,
    port: int = 0,
    certificate: Path | None = None,
    implicit: bool = False,
    login: bool = False,
) -> Iterator[PostOffice]:
    """A server that listens until the block ends.

    Args:
        port: a free one where none is named.
        certificate: a file with certificate and key; STARTTLS is then demanded, or the whole
            connection is encrypted.
        login: whether nothing is taken without one.
    """
    office = PostOffice(port or free_port())
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    options: dict[str, Any] = {}
    if login:
        options |= {"authenticator": office.authenticate, "auth_required": True}
        options |= {"auth_require_tls": certificate is not None and not implicit}
    if context is not None and not implicit:
        options |= {"tls_context": context, "require_starttls": True}
    controller = Controller(
        office, HOST, office.port, ssl_context=context if implicit else None, **options
    )
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        return int(taken.getsockname()[1])


def make_certificate(folder: Path) -> Path:
    """A certificate for this computer, signed by itself: trust it with ``SSL_CERT_FILE``."""
    key = ec.generate_private_key(ec.SECP256R1())
    this = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(this, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path
