"""A code inside a message: it waits encrypted, since the outbox is read by more than one person."""

from __future__ import annotations

from crmdesk.core.access import keys


def sealed_code(secrets_key: bytes, code: str, recipient: str) -> bytes:
    """Encrypt a code for the one address that the message goes to."""
    return keys.encrypt(secrets_key, code.encode(), _for(recipient))


def opened_code(secrets_key: bytes, sealed: bytes, recipient: str) -> str:
    """The code of a message.

    Raises:
        DecryptionFailed: another key, or a row whose recipient was altered.
    """
    return keys.decrypt(secrets_key, sealed, _for(recipient)).decode()


def _for(recipient: str) -> bytes:
    return b"outbox:" + recipient.encode("utf-8", "surrogatepass")
