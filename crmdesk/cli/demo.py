"""``demo``: the main job with believable data, in a workspace of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from shlex import quote
from shutil import which
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.output import Output
from crmdesk.cli.screen import has_screen
from crmdesk.cli.session import call_of, here
from crmdesk.cli.waiting import watcher
from crmdesk.core.files.presence import absolute_path

if TYPE_CHECKING:
    from crmdesk.core.demo import Demo, DemoStep

_NEXT = (
    "",
    "The window opens with the damaged deals. Put them right: Restore, the backup, Deals, and",
    "one of the recovery codes above when it asks for a code.",
)


def demo(
    context: typer.Context,
    records: Annotated[
        int, typer.Option(min=20, metavar="N", help="How many contacts, and others with them.")
    ] = 2000,
    seed: Annotated[int, typer.Option(metavar="S", help="Another seed, other people.")] = 1,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Do the whole job here, without a window.")
    ] = False,
) -> None:
    """Show what CRM Desk does, with data made up for it."""
    from crmdesk.core.access import secret_file
    from crmdesk.core.demo import Demo, new_demo_folder

    call = call_of(context)
    named = None if call.workspace is None else absolute_path(call.workspace)
    shows_window = not no_window and has_screen()
    output = call.output
    with watcher(output) as watch:
        made = Demo(new_demo_folder(named), records, seed, here(), watch)
        try:
            steps = list(_told(output, made.prepare()))
            if not shows_window:
                steps += _told(output, made.repair())
        finally:
            made.close()
    document = {"workspace": str(made.folder), "steps": [asdict(step) for step in steps]}
    output.result(document, *_account(made), *(_NEXT if shows_window else ()))
    if not all(step.ok for step in steps):
        raise typer.Exit(1)
    if shows_window:
        # The window finds the key of the demo by this.
        os.environ[secret_file.ENVIRONMENT_NAME] = str(made.passphrase_file)
        call.window = made.folder


def _told(output: Output, steps: Iterator[DemoStep]) -> Iterator[DemoStep]:
    for step in steps:
        output.say(f"{'ok  ' if step.ok else 'FAIL'}  {step.name}: {step.detail}")
        yield step


def _account(made: Demo) -> list[str]:
    """How to go on with the demo; nothing of it is secret, and that is said."""
    from crmdesk.core.access import secret_file

    account = made.account
    return [
        "",
        f"The demo's workspace is {made.folder}; delete the folder to be rid of it.",
        "Its key lies in an encrypted file there and the passphrase beside it, so that the demo",
        "needs no keyring. Do not keep real data in it.",
        f"Sign in as {account.email} with the password {account.password}",
        f"Two-factor secret: {account.secret}",
        f"Recovery codes, each good once: {', '.join(account.recovery_codes[:3])}",
        f"Later: {secret_file.ENVIRONMENT_NAME}={quote(str(made.passphrase_file))} "
        f"{_program()} --workspace {quote(str(made.folder))}",
    ]


def _program() -> str:
    """How this program is called by hand: by its name only where a shell finds it."""
    beside = Path(sys.executable).with_name("crmdesk")
    if which("crmdesk") is not None:
        return "crmdesk"
    return quote(str(beside)) if beside.is_file() else f"{quote(sys.executable)} -m crmdesk"
