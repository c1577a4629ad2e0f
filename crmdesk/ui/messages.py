"""The sentences for errors: what happened, what was kept, what to do about it in the window."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from crmdesk.core.errors import UserError

#: What is chosen from a list in the window, and unknown when somebody removed it meanwhile.
_SEEN_IN_A_LIST = (
    *("backup_unknown", "import_unknown", "restore_unknown", "imported_log_not_found"),
    *("user_unknown", "team_unknown", "message_unknown"),
)


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
        "key_damaged": _say("Bring it back with the recovery key."),
        "folder_in_use": _say("Open it, or choose another folder."),
        "config_folder_unwritable": _say("Make the folder writable."),
        "mail_server_missing": _say("A Super Admin configures one under Settings, E-mail."),
        "association_limit_reached": _say(
            "Remove one first, or change the limit under Settings, Objects."
        ),
        "file_too_large": _say("Split the file, or raise the limit in the settings."),
        "not_signed_in": _say("Sign in first."),
        "session_ended": _say("Sign in again."),
        **dict.fromkeys(_SEEN_IN_A_LIST, _say("Look at the list again: it may be gone.")),
        "job_unknown": "",
        "export_unknown": "",
        "notification_not_found": "",
    }
    return ways.get(code)


def _say(text: str) -> str:
    return QCoreApplication.translate("Messages", text)
