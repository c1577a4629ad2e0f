"""Passwords: which ones are taken (NIST SP 800-63B), and how they are kept (Argon2id, RFC 9106)."""

from __future__ import annotations

import base64
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import argon2

from crmdesk.core.access.common_passwords import common_passwords
from crmdesk.core.access.password_strength import guesses_log10, score

SHORTEST_ALONE = 15
SHORTEST_WITH_SECOND_FACTOR = 8
LONGEST = 1024
_PREDICTABLE_BELOW = 5.0
_SHORTEST_PERSONAL_WORD = 3

# RFC 9106, 4: the second recommended option, 64 MiB in three passes by four lanes.
_HASHER = argon2.PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=4, hash_len=32, salt_len=16
)


class PasswordProblem(StrEnum):
    """Why a password is not taken."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    """It is among the passwords that everybody tries first."""
    PERSONAL = "personal"
    """It is the person's or the workspace's own name or address, dressed up."""
    PREDICTABLE = "predictable"
    """It is a run of keys, a repetition, or a common password dressed up."""
    UNREADABLE = "unreadable"
    """It holds half characters, as a broken terminal sends them."""


@dataclass(frozen=True, slots=True)
class PasswordAssessment:
    """What a chosen password is worth.

    Attributes:
        score: 0 (found at once) to 4 (very strong), an estimate.
        problem: why it is refused; None when it is taken.
    """

    score: int
    problem: PasswordProblem | None


def hash_password(password: str) -> str:
    """Return the Argon2id hash to be kept, with its parameters and a salt of its own."""
    return _HASHER.hash(_bytes(password))


def verify_password(stored_hash: str, password: str) -> bool:
    """Whether a password is the one that was hashed; takes about as long either way.

    A stored text that is no hash fits no password.
    """
    if not _is_readable(password):
        return False
    try:
        return _HASHER.verify(stored_hash, _bytes(password))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def verify_unknown(password: str) -> bool:
    """Spend as long on an unknown user's password as on a known one's; always False.

    Without it, the time of the answer tells who has an account.
    """
    verify_password(_hash_of_nobody(), password)
    return False


def needs_rehash(stored_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's, to be renewed at sign-in."""
    return _HASHER.check_needs_rehash(stored_hash)


def shortest_length(has_second_factor: bool) -> int:
    """How many characters a password needs: more when nothing else guards the account."""
    return SHORTEST_WITH_SECOND_FACTOR if has_second_factor else SHORTEST_ALONE


def is_too_short(password: str, *, has_second_factor: bool) -> bool:
    """Whether a password lacks characters, counted after Unicode's NFKC as when it was chosen."""
    return len(_normalised(password)) < shortest_length(has_second_factor)


def check_password(
    password: str, has_second_factor: bool, words: Sequence[str] = ()
) -> PasswordAssessment:
    """Assess a password that somebody wants to use. No mix of character kinds is asked for.

    Args:
        password: as typed; compared and counted after Unicode's NFKC.
        has_second_factor: whether two-factor sign-in guards the account as well.
        words: the person's name and e-mail address and the workspace's name.
    """
    if len(password) > LONGEST:
        return PasswordAssessment(0, PasswordProblem.TOO_LONG)
    if not _is_readable(password):
        return PasswordAssessment(0, PasswordProblem.UNREADABLE)
    plain = _normalised(password)
    is_long_enough = len(plain) >= shortest_length(has_second_factor)
    if is_long_enough and plain.casefold() in common_passwords():
        return PasswordAssessment(0, PasswordProblem.COMMON)
    personal = sorted(_personal_words(words), key=len, reverse=True)
    power = guesses_log10(plain, {**common_passwords(), **dict.fromkeys(personal, 1)})
    if not is_long_enough:
        # No verdict on how good it is so far, which a bar shows while somebody is typing.
        return PasswordAssessment(min(score(power), 1), PasswordProblem.TOO_SHORT)
    if _is_personal(plain.casefold(), personal):
        return PasswordAssessment(0, PasswordProblem.PERSONAL)
    if power < _PREDICTABLE_BELOW:
        return PasswordAssessment(0, PasswordProblem.PREDICTABLE)
    return PasswordAssessment(score(power), None)


def _personal_words(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        folded = _normalised(word).casefold()
        # The end of an address ("com") is nobody's own word.
        parts = re.split(r"[\W_]+", re.sub(r"(@[^@]*)\.[^.@]+$", r"\1", folded))
        yield from (each for each in (folded, *parts) if len(each) >= _SHORTEST_PERSONAL_WORD)


def _is_personal(folded: str, personal: Sequence[str]) -> bool:
    """Whether own words make up half of a password, or all of its letters."""
    rest = folded
    for word in personal:
        rest = rest.replace(word, "")
    if rest == folded:
        return False
    return len(rest) * 2 <= len(folded) or not any(map(str.isalpha, rest))


def _is_readable(password: str) -> bool:
    if len(password) > LONGEST:
        return False
    return not any("\ud800" <= each <= "\udfff" for each in password)


def _normalised(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _bytes(password: str) -> bytes:
    return _normalised(password).encode("utf-8")


def _hash_of_nobody() -> str:
    """A hash with today's parameters that belongs to no password, made without hashing."""
    salt, digest = (
        base64.b64encode(os.urandom(size)).decode("ascii").rstrip("=")
        for size in (_HASHER.salt_len, _HASHER.hash_len)
    )
    cost = f"m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"
