"""Six-digit codes from an authenticator app (RFC 6238), and what a code is good for.

The checks here are pure: the caller keeps the last accepted step of each person and stores the
new one in the transaction that lets the person in, or the same code would open twice.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import pyotp

STEP_SECONDS = 30
DIGITS = 6
_SECRET_BYTES = 20
# RFC 6238, 5.2: one step to either side allows for the way and for a clock slightly off.
_WINDOW = 1
_DRIFT_REACH = 10


class Algorithm(StrEnum):
    """Hashes the standard knows. Enrolment uses SHA-1: most apps ignore any other wish."""

    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA512 = "sha512"


_DIGESTS = {
    Algorithm.SHA1: hashlib.sha1,
    Algorithm.SHA256: hashlib.sha256,
    Algorithm.SHA512: hashlib.sha512,
}


@dataclass(frozen=True, slots=True)
class ClockDrift:
    """A right code at the wrong time.

    Attributes:
        seconds: how far the code's time is ahead (negative: behind) of this computer's clock.
        step: the code's step. The caller keeps it as the last step, so that a code whose time
            is yet to come is not given away to whoever was guessing.
    """

    seconds: int
    step: int


def new_secret() -> str:
    """Return 160 random bits (RFC 4226, 4) in base 32, as authenticator apps take them."""
    return base64.b32encode(os.urandom(_SECRET_BYTES)).decode("ascii")


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """Return the ``otpauth://`` address that an app reads from a QR code; it holds the secret.

    Args:
        secret: what :func:`new_secret` gave.
        account: the person's e-mail address.
        issuer: what the app shows above the code, e.g. ``"CRM Desk (Example Ltd)"``. Colons
            become spaces: the address format uses them to part issuer and account.
    """
    name = " ".join(issuer.replace(":", " ").split())
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=name)


def step_at(at: datetime) -> int:
    """The number of whole half minutes from 1970 to an aware time."""
    return int(at.timestamp() // STEP_SECONDS)


def code_at_step(
    secret: str, step: int, digits: int = DIGITS, algorithm: Algorithm = Algorithm.SHA1
) -> str:
    """The code an app shows during one step."""
    return pyotp.OTP(secret, digits=digits, digest=_DIGESTS[algorithm]).generate_otp(step)


def match_step(
    secret: str,
    code: str,
    at: datetime,
    last_step: int | None,
    algorithm: Algorithm = Algorithm.SHA1,
) -> int | None:
    """The step a typed code belongs to, or None when it is not accepted.

    Codes of the present step and its two neighbours are accepted, of steps after ``last_step``
    only: no code works twice, and none earlier than the last one works any more.

    Args:
        secret: the person's secret.
        code: as typed; spaces and full-width digits are fine.
        at: now, aware.
        last_step: the last step that was accepted for this person; None before the first.
        algorithm: SHA-1 for everything enrolled here.
    """
    return _matching(secret, code, _steps_around(at, _WINDOW), last_step, algorithm)


def clock_drift_hint(
    secret: str, code: str, at: datetime, last_step: int | None
) -> ClockDrift | None:
    """Tell a clock that is up to five minutes off from a wrong code; accepts nothing.

    Ask only after :func:`match_step` refused, and keep the step that is found as the last one.
    """
    steps = _steps_around(at, _DRIFT_REACH)
    step = _matching(secret, code, steps, last_step, Algorithm.SHA1)
    if step is None or step in _steps_around(at, _WINDOW):
        return None
    return ClockDrift(seconds=(step - step_at(at)) * STEP_SECONDS, step=step)


def _steps_around(at: datetime, reach: int) -> range:
    # A computer whose clock battery is flat believes in 1970, before which there is no step.
    now = step_at(at)
    return range(max(now - reach, 0), max(now + reach + 1, 0))


def _matching(
    secret: str, code: str, steps: range, last_step: int | None, algorithm: Algorithm
) -> int | None:
    typed = _digits(code)
    found = None
    # All steps are tried whatever was found, so that the time tells nothing; the latest one
    # counts, so that a code which happens to belong to two steps is used up for both.
    for step in steps:
        right = hmac.compare_digest(code_at_step(secret, step, algorithm=algorithm), typed)
        if right and (last_step is None or step > last_step):
            found = step
    return found


def _digits(code: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", code).split())
    return plain if len(plain) == DIGITS and plain.isascii() and plain.isdigit() else ""
