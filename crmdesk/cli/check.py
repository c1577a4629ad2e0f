"""``check``: whether the workspace is sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.output import Output
from crmdesk.cli.session import seat
from crmdesk.cli.waiting import watching_steps

if TYPE_CHECKING:
    from crmdesk.core.check import Check


def check(
    context: typer.Context,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out what reads every byte.")
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="Take the database as it is, after you changed it with another program.",
        ),
    ] = False,
) -> None:
    """Check database, files, key, audit log and disk."""
    from crmdesk.core.check import Watch, check_workspace
    from crmdesk.core.damage import accept_pages

    with seat(context, tells_damage=False) as here:
        if accept:
            workspace = here.workspace
            accept_pages(workspace.database, workspace.guard, workspace.audit_log, here.actor)
            here.output.remark("The database is taken as it is.")
        with watching_steps(here.output) as steps:
            found = check_workspace(
                here.workspace, here.actor, here.store, quick=quick, watch=Watch(*steps)
            )
        report(here.output, found)


def report(output: Output, checks: Sequence[Check]) -> None:
    """Print what was checked; anything that failed makes the exit code 1."""
    lines = [f"{'ok  ' if each.ok else 'FAIL'}  {each.name}: {each.detail}" for each in checks]
    output.result({"checks": [asdict(each) for each in checks]}, *lines)
    if not all(each.ok for each in checks):
        raise typer.Exit(1)
