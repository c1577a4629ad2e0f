"""The errors a person may see. Anything else that is raised is a bug."""

from __future__ import annotations


class UserError(Exception):
    """Something the user asked for cannot be done, and no code of ours is at fault.

    Args:
        code: stable snake_case name, e.g. ``"disk_full"``; faces may translate by it.
        message: one clear sentence that says what is wrong and what was kept.
        hint: what to do about it; empty when the message says it all.
        values: the numbers, names and dates inside the message, for translation.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, hint: str = "", **values: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.values = values


class WrongUsage(UserError):
    """The request itself is incomplete, e.g. a consequence was not accepted."""

    exit_code = 2


class NotSignedIn(UserError):
    """No session, an ended one, or wrong credentials."""

    exit_code = 3


class PermissionDenied(UserError):
    """The actor may not do this; the refusal has been logged."""

    exit_code = 3


class SecondFactorRefused(UserError):
    """A two-factor code is missing, wrong, used already or asked for too often."""

    exit_code = 4


class Busy(UserError):
    """Another restore runs, or another program holds the database."""

    exit_code = 5


class Cancelled(UserError):
    """The user cancelled; nothing was written."""

    exit_code = 130
