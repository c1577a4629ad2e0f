"""Whether things may move: the system's wish, unless the user said otherwise in settings."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle

RING_MS = 1200

_reduced: list[bool] = []


def set_reduced_motion(reduced: bool | None) -> None:
    """Remember the user's choice; ``None`` goes back to what the system says."""
    _reduced[:] = [] if reduced is None else [reduced]


def motion_allowed() -> bool:
    """Whether rings may turn and panels may slide."""
    if _reduced:
        return not _reduced[0]
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return QApplication.style().styleHint(hint) > 0


def duration(milliseconds: int) -> int:
    """The length of a movement: as asked, or nothing at all."""
    return milliseconds if motion_allowed() else 0
