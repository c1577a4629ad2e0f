"""The sentences for errors: what happened, what was kept, what to do about it in the window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from crmdesk.core.errors import UserError


@dataclass(frozen=True, slots=True)
class Message:
    """An error as a banner shows it.

    Attributes:
        title: what happened and what was kept.
        advice: what to do; empty when the title says it all.
    """

    title: str
    advice: str = ""

    @property
    def sentence(self) -> str:
        """Both in one line."""
        return f"{self.title} {self.advice}".rstrip()


def message(error: Exception) -> Message:
    """The message for an error; what is no :class:`UserError` is a bug and says so."""
    if not isinstance(error, UserError):
        return Message(
            _say("Something went wrong inside CRM Desk, and nothing more was done."),
            _say("Try again. If it happens again, save the report from the Help menu."),
        )
    advice = _advice(error.code)
    return Message(error.message, error.hint if advice is None else advice)


def sentence(error: Exception) -> str:
    """The message in one line, for a field or a dialog."""
    return message(error).sentence


def _advice(code: str) -> str | None:
    """What to do in the window, where the core's own hint names a command."""
    ways = {
        "workspace_missing": _say("Choose another folder, or create a workspace."),
        "workspace_key_missing": _say("Bring it back with the recovery key."),
        "wrong_key": _say("Bring the right one back with the recovery key."),
        "not_signed_in": _say("Sign in first."),
        "session_ended": _say("Sign in again."),
        "job_unknown": "",
        "export_unknown": "",
        "notification_not_found": "",
    }
    return ways.get(code)


def _say(text: str) -> str:
    return QCoreApplication.translate("Messages", text)
