"""Times of the log as they are shown, whatever another program wrote in their place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from crmdesk.core.clock import from_text

BROKEN: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that is none: an entry that was altered is shown, and verifying tells of it."""


def readable_time(text: str) -> datetime:
    """A kept time, aware and such that any zone can show it; else :data:`BROKEN`."""
    try:
        found = from_text(text)
    except ValueError:
        return BROKEN
    return found if found.tzinfo is not None and 1 < found.year < 9999 else BROKEN
