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
    if seconds < 10:
        return _say("a few seconds left")
    if seconds < 60:
        return _say("about %n s left", max(10, round(seconds / 10) * 10))
    if seconds < 3600:
        return _say("about %n min left", max(1, round(seconds / 60)))
    return _say("about %n h left", max(1, round(seconds / 3600)))


def _say(text: str, count: int = -1) -> str:
    said = QCoreApplication.translate("TimeLeft", text, "", count)
    # Without a translation Qt leaves the number in only when it is not the default.
    return said.replace("%n", str(count))
