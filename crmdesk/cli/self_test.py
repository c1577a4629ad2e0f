"""``self-test``: whether this installation works, in a scratch folder."""

from __future__ import annotations

import typer

from crmdesk.cli.check import report
from crmdesk.cli.session import call_of, here
from crmdesk.cli.waiting import watcher


def self_test(context: typer.Context) -> None:
    """Go through the main job in a scratch folder, and look at what ships with the program."""
    from crmdesk.core.self_test import run_self_test

    call = call_of(context)
    with watcher(call.output) as watch:
        checks = run_self_test(here(), watch)
    report(call.output, checks)
