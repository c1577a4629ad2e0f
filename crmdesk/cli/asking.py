"""The last question before something is gone for good."""

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


def ask_person(question: str, kept: str, *, yes: bool) -> None:
    """Ask a person at a terminal; a script that names what goes means it.

    Args:
        kept: what is said after a no.

    Raises:
        Cancelled: the answer was no.
    """
    if not yes and sys.stdin.isatty() and not typer.confirm(question, err=True):
        raise Cancelled("cancelled", kept)
