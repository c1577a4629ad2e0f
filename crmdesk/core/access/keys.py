"""What is made of the workspace key: keys for one purpose each, encryption, MACs, signatures.

A workspace has one random key of 256 bits. It is never used itself: each use derives a key of
its own from it (HKDF, RFC 5869), so that what one part of the program signs or encrypts means
nothing to another. Python cannot wipe memory; keys live until the process ends.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from enum import StrEnum

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crmdesk.core.access import readable
from crmdesk.core.errors import UserError

KEY_BYTES = 32
_ENVELOPE = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_LENGTH_BYTES = 8
_FINGERPRINT_BYTES = 20


class KeyPurpose(StrEnum):
    """What a derived key is for. A value is part of the key: it must never change."""

    DATABASE_SECRETS = "database-secrets"
    """Encrypts TOTP secrets and mail and single-sign-on passwords in the database."""
    SIGNING_KEY = "signing-key"
    """Wraps the workspace's Ed25519 key."""
    AUDIT_CHAIN = "audit-chain"
    """MACs of audit entries."""
    JOB_GRANTS = "job-grants"
    """MACs of the permission a queued job carries."""
    TOMBSTONES = "tombstones"
    """Keyed hashes of the e-mail addresses of purged contacts."""
    UNKNOWN_NAMES = "unknown-names"
    """Counts failed sign-ins under names that nobody has, without keeping the names."""
    KEY_CHECK = "key-check"
    """May be stored in the open: tells whether a key is the workspace's."""


class DecryptionFailed(UserError):
    """The key is another one, or the data was changed; which of the two cannot be told."""

    def __init__(self) -> None:
        super().__init__(
            "decryption_failed",
            "A protected value cannot be read with this workspace's key.",
            "Run `crmdesk keyring status` to see whether the keyring holds this workspace's key.",
        )


def new_workspace_key() -> bytes:
    """Return 256 random bits from the operating system."""
    return os.urandom(KEY_BYTES)


def key_to_text(key: bytes) -> str:
    """Write a key for a store that keeps text only, such as a keyring: 64 hexadecimal digits."""
    return _checked(key).hex()


def key_from_text(text: str) -> bytes:
    """Read what :func:`key_to_text` wrote.

    Raises:
        UserError: ``key_damaged``, the stored text is not a key.
    """
    try:
        return _checked(bytes.fromhex(text))
    except ValueError:
        raise UserError(
            "key_damaged",
            "The workspace key in the keyring is damaged.",
            "Run `crmdesk keyring recover` and give the recovery key.",
        ) from None


def derive(key: bytes, purpose: KeyPurpose) -> bytes:
    """Derive the 256-bit key for one purpose."""
    info = b"crmdesk/v1/" + purpose.value.encode("ascii")
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(_checked(key))


def encrypt(key: bytes, plaintext: bytes, associated_data: bytes) -> bytes:
    """Encrypt with AES-256-GCM (NIST SP 800-38D) under a random nonce.

    Args:
        key: 256 bits, derived for one purpose.
        plaintext: what to hide.
        associated_data: what the value belongs to, e.g. ``b"totp/17"``; not stored, and asked
            for again by :func:`decrypt`, so that a value cannot be moved to another place.

    Returns:
        One version byte, 12 bytes of nonce, the ciphertext, 16 bytes of tag.
    """
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(_checked(key)).encrypt(nonce, plaintext, _ENVELOPE + associated_data)
    return _ENVELOPE + nonce + sealed


def decrypt(key: bytes, envelope: bytes, associated_data: bytes) -> bytes:
    """Return what :func:`encrypt` hid.

    Raises:
        DecryptionFailed: wrong key, wrong place, changed or cut data.
    """
    if envelope[:1] != _ENVELOPE or len(envelope) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise DecryptionFailed
    nonce, sealed = envelope[1 : 1 + _NONCE_BYTES], envelope[1 + _NONCE_BYTES :]
    try:
        return AESGCM(_checked(key)).decrypt(nonce, sealed, _ENVELOPE + associated_data)
    except InvalidTag:
        raise DecryptionFailed from None


def mac(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA-256 over parts, each behind its length: ("ab", "c") is not ("a", "bc")."""
    message = b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts)
    return hmac.digest(_checked(key), message, "sha256")


def fingerprint(public_key: bytes) -> str:
    """160 bits of a public key's SHA-256 in eight groups of four, to print and compare."""
    digest = hashlib.sha256(public_key).digest()[:_FINGERPRINT_BYTES]
    return readable.grouped(readable.encode(digest))


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the private half signed ``message`` (Ed25519, RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class SigningKey:
    """A workspace's Ed25519 key; shows itself by its fingerprint only."""

    __slots__ = ("_private",)

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @classmethod
    def generate(cls) -> SigningKey:
        """Make a new key from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def unwrap(cls, workspace_key: bytes, wrapped: bytes) -> SigningKey:
        """Return the key that :meth:`wrap` hid.

        Raises:
            DecryptionFailed: another workspace's key, or changed data.
        """
        seed = decrypt(derive(workspace_key, KeyPurpose.SIGNING_KEY), wrapped, b"ed25519")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def wrap(self, workspace_key: bytes) -> bytes:
        """Encrypt the private half, to be kept in the database."""
        seed = self._private.private_bytes_raw()
        return encrypt(derive(workspace_key, KeyPurpose.SIGNING_KEY), seed, b"ed25519")

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that anyone may have."""
        return self._private.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """The public half in short, see :func:`fingerprint`."""
        return fingerprint(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """Return 64 bytes that :func:`verify_signature` accepts for this message alone."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(fingerprint={self.fingerprint!r})"


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")
    return key
