"""Time left in round words: exact ones would be wrong a second later."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

# Before this the rate is a guess.
KNOWN_AFTER_SECONDS = 5


def time_left(seconds: float, elapsed: float) -> str:
    """Say "about 2 min left"; empty while too little has run to know.

    Args:
        seconds: estimate of what is left.
        elapsed: how long it has run.
    """
    if elapsed < KNOWN_AFTER_SECONDS:
        return ""
    say = QCoreApplication.translate
    if seconds < 10:
        return say("TimeLeft", "a few seconds left")
    if seconds < 60:
        return say("TimeLeft", "about %n s left", "", max(10, round(seconds / 10) * 10))
    if seconds < 3600:
        return say("TimeLeft", "about %n min left", "", max(1, round(seconds / 60)))
    return say("TimeLeft", "about %n h left", "", max(1, round(seconds / 3600)))
