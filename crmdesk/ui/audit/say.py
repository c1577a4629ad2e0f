"""Translation of what the Audit Logs tab says."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def say(text: str, count: int = -1) -> str:
    """A text in the language of the window; ``%Ln`` and ``%n`` become ``count``."""
    return QCoreApplication.translate("Audit", text, "", count)
