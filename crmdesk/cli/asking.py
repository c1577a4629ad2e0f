"""The last question before something is deleted for good."""

from __future__ import annotations

import sys

import typer

from crmdesk.core.errors import Cancelled, WrongUsage


def ask_for_good(*, yes: bool) -> None:
    """A person at a terminal is asked once more; a script has to have been told."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongUsage(
            "not_accepted",
            "Deleting for good has to be accepted.",
            "Look with --dry-run, then add --yes.",
        )
    if not typer.confirm("Delete for good?", err=True):
        raise Cancelled("cancelled", "Nothing was deleted.")
