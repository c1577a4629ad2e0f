"""Passwords, codes and keys: from standard input or a prompt, never from the arguments."""

from __future__ import annotations

import getpass
import sys

import typer

from crmdesk.cli.lines import read_line
from crmdesk.core.errors import SecondFactorRefused, WrongUsage


def read_password(from_stdin: bool, prompt: str = "Password", *, confirm: bool = False) -> str:
    """A password: the first line of standard input, or what is typed unseen.

    Raises:
        WrongUsage: ``password_missing``, nothing was given or nobody can be asked.
    """
    if from_stdin:
        return read_line("password_missing", "No password came on standard input.")
    if not sys.stdin.isatty():
        raise WrongUsage(
            "password_missing",
            "A password is needed, and there is nobody to ask for it.",
            "Give it on standard input with --password-stdin.",
        )
    typed = _ask_unseen(f"{prompt}: ")
    if confirm and _ask_unseen("Once more: ") != typed:
        raise WrongUsage("passwords_differ", "The two passwords differ.", "Type them again.")
    return typed


def read_recovery_key(from_stdin: bool) -> str:
    """A recovery key, in the same way.

    Raises:
        WrongUsage: ``recovery_key_missing``.
    """
    if from_stdin:
        return read_line("recovery_key_missing", "No recovery key came on standard input.")
    if not sys.stdin.isatty():
        raise WrongUsage(
            "recovery_key_missing",
            "The recovery key is needed, and there is nobody to ask for it.",
            "Give it on standard input with --recovery-key-stdin.",
        )
    return _ask_unseen("Recovery key: ")


def code_or_ask(code: str | None) -> str | None:
    """A two-factor code as given, or as typed now where somebody sits at a terminal."""
    if code is not None or not sys.stdin.isatty():
        return code
    return typer.prompt("Two-factor code", err=True)  # type: ignore[no-any-return]


def ask_passphrase() -> str:
    """The passphrase of the encrypted file that stands in for a keyring."""
    return _ask_unseen("Passphrase of the key file: ") if sys.stdin.isatty() else ""


def code_missing() -> SecondFactorRefused:
    """The refusal when a code is needed and none was given."""
    return SecondFactorRefused(
        "code_missing",
        "This needs a two-factor code.",
        "Give the six digits that your authenticator app shows: --otp CODE",
    )


def _ask_unseen(prompt: str) -> str:
    try:
        return getpass.getpass(prompt, stream=sys.stderr)
    except EOFError as error:
        raise typer.Abort from error
