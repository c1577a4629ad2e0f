"""The key on paper that gets a workspace back when the keyring is gone.

It is 160 random bits in eight groups of four characters, and a ninth group that is computed
from them, so that a slip of the typing hand is told apart from the key of another workspace.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crmdesk.core.access import readable
from crmdesk.core.access.keys import KEY_BYTES, DecryptionFailed, decrypt, encrypt
from crmdesk.core.errors import UserError

_SECRET_BYTES = 20
_SECRET_CHARACTERS = 32
_CHECK_CHARACTERS = 4
_SALT_BYTES = 16
_HEADER_BYTES = 1 + _SALT_BYTES
_VERSION = b"\x01"
_PURPOSE = b"crmdesk/v1/recovery-key"
_TYPE_AGAIN = (
    "Compare it with the sheet group by group; spaces, hyphens and small letters are fine."
)


@dataclass(frozen=True, slots=True)
class RecoveryKey:
    """A recovery key; what it is stays out of its ``repr``, and so out of logs.

    Attributes:
        secret: 160 random bits.
    """

    secret: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """As printed on the sheet: nine groups of four characters, joined by hyphens."""
        characters = readable.encode(self.secret)
        return readable.grouped(characters + _check(characters))


def generate() -> RecoveryKey:
    """Make a new key from the operating system's randomness."""
    return RecoveryKey(os.urandom(_SECRET_BYTES))


def parse(typed: str) -> RecoveryKey:
    """Read a key as a person typed it: case, spaces and hyphens do not matter, O is 0.

    Raises:
        UserError: ``recovery_key_incomplete`` or ``recovery_key_too_long`` by its length,
            ``recovery_key_mistyped`` when a character must be wrong. What was typed is not in it.
    """
    characters = readable.normalise(typed)
    expected = _SECRET_CHARACTERS + _CHECK_CHARACTERS
    if len(characters) != expected:
        raise _wrong_length(len(characters), expected)
    secret, check = characters[:_SECRET_CHARACTERS], characters[_SECRET_CHARACTERS:]
    if set(characters) - set(readable.ALPHABET) or check != _check(secret):
        raise UserError(
            "recovery_key_mistyped", "The recovery key has a typing slip in it.", _TYPE_AGAIN
        )
    return RecoveryKey(readable.decode(secret))


def wrap(workspace_key: bytes, recovery_key: RecoveryKey) -> bytes:
    """Encrypt the workspace key so that only this recovery key gives it back.

    A slow hash such as scrypt makes guessing dear where people choose a password. Nobody can
    guess 160 random bits at any speed, so the fast HKDF is enough here.

    Returns:
        One version byte, 16 bytes of salt, and an envelope of :func:`keys.encrypt`.
    """
    salt = os.urandom(_SALT_BYTES)
    key = _wrapping_key(recovery_key, salt)
    return _VERSION + salt + encrypt(key, workspace_key, _VERSION + _PURPOSE)


def unwrap(wrapped: bytes, recovery_key: RecoveryKey) -> bytes:
    """Return the workspace key.

    Raises:
        UserError: ``recovery_key_wrong``, the key is correctly typed but not this workspace's.
    """
    version, salt, envelope = wrapped[:1], wrapped[1:_HEADER_BYTES], wrapped[_HEADER_BYTES:]
    try:
        # The version is part of the associated data: another one fails like another key.
        return decrypt(_wrapping_key(recovery_key, salt), envelope, version + _PURPOSE)
    except DecryptionFailed:
        raise UserError(
            "recovery_key_wrong",
            "This recovery key has no typing slip but does not open this workspace.",
            "Look for the sheet that bears this workspace's name and id.",
        ) from None


def _wrapping_key(recovery_key: RecoveryKey, salt: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=salt, info=_PURPOSE).derive(recovery_key.secret)


def _check(characters: str) -> str:
    digest = hashlib.sha256(b"crmdesk recovery key check/" + characters.encode("ascii", "replace"))
    # 20 bits: one slip in a million goes unseen here, and is then met as a wrong key.
    return readable.encode(digest.digest()[:5])[:_CHECK_CHARACTERS]


def _wrong_length(found: int, expected: int) -> UserError:
    if found < expected:
        code, word = "recovery_key_incomplete", "too short"
    else:
        code, word = "recovery_key_too_long", "too long"
    return UserError(
        code,
        f"The recovery key is {word}: it has {expected} characters, {found} were typed.",
        _TYPE_AGAIN,
        expected=expected,
        found=found,
    )
