"""Times as they are typed."""

from __future__ import annotations

from datetime import UTC, datetime

from crmdesk.core.errors import WrongUsage


def instant(text: str | None) -> datetime | None:
    """A time as given; one without a zone is in UTC.

    Raises:
        WrongUsage: ``time_invalid``.
    """
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(
            "time_invalid",
            f"“{text}” is not a time.",
            "Write it as 2026-11-22 or 2026-11-22T09:30:00Z.",
        ) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
