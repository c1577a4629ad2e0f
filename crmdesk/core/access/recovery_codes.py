"""Ten codes to sign in with when the authenticator app is gone, each good for one time."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable

from crmdesk.core.access import readable

HOW_MANY = 10
_BYTES = 10
_CHARACTERS = 16
_PURPOSE = b"crmdesk recovery code/"


def new_recovery_codes() -> tuple[str, ...]:
    """Ten codes of 80 random bits each, in four groups of four characters; shown once."""
    return tuple(readable.grouped(readable.encode(os.urandom(_BYTES))) for _ in range(HOW_MANY))


def looks_like_recovery_code(typed: str) -> bool:
    """Whether a text has the form of a recovery code, and so is not a code from an app."""
    plain = readable.normalise(typed)
    return len(plain) == _CHARACTERS and set(plain) <= set(readable.ALPHABET)


def hash_recovery_code(code: str) -> bytes:
    """SHA-256 of a code, however it was typed, to be kept in its place.

    A slow, salted hash is for passwords, which people choose from few. Against 80 random bits
    no guessing gets anywhere, at whatever speed, and no two people share a code.
    """
    plain = readable.normalise(code).encode("utf-8", "surrogatepass")
    return hashlib.sha256(_PURPOSE + plain).digest()


def matching_hash(typed: str, hashes: Iterable[bytes]) -> bytes | None:
    """The one of a person's unused hashes that a typed code belongs to, or None.

    The caller marks it as used in the transaction that lets the person in.
    """
    wanted = hash_recovery_code(typed)
    found = None
    for each in hashes:
        if hmac.compare_digest(each, wanted):
            found = each
    return found
