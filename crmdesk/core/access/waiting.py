"""A waiting time in words, for messages."""

from __future__ import annotations

import math
from datetime import timedelta

_SECONDS_A_MINUTE = 60


def in_words(wait: timedelta) -> str:
    """E.g. ``"30 seconds"`` or ``"12 minutes"``, rounded up."""
    seconds = max(math.ceil(wait.total_seconds()), 1)
    if seconds <= 2 * _SECONDS_A_MINUTE:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{math.ceil(seconds / _SECONDS_A_MINUTE)} minutes"
