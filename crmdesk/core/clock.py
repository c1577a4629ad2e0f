"""Time as the database keeps it: UTC, milliseconds, 24 characters of ISO 8601."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def to_text(at: datetime) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SS.mmmZ``; its order as text is its order in time."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def from_text(text: str) -> datetime:
    """Read what :func:`to_text` wrote, as an aware UTC datetime."""
    return datetime.fromisoformat(text)


def optional_from_text(text: str | None) -> datetime | None:
    """Like :func:`from_text`, for columns that may be empty."""
    return None if text is None else from_text(text)


def system_time() -> datetime:
    """Read the computer's clock, cut to milliseconds so that it survives storage."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class Clock:
    """Reads the time; the database turns it into one that never goes back.

    Waiting times and expiry must neither end early nor last for ever when somebody sets the
    computer's clock. They are reckoned on a *steady* time that advances only while the wall
    clock advances: a jump back adds nothing to it and takes nothing away.
    """

    def __init__(self, source: Callable[[], datetime] = system_time) -> None:
        self._source = source

    def now(self) -> datetime:
        """Wall-clock time, aware UTC."""
        return self._source()

    def steady(self, wall: datetime, last_wall: datetime, last_steady: datetime) -> datetime:
        """The steady time at ``wall``, given what was last stored."""
        return last_steady + max(wall - last_wall, timedelta(0))
