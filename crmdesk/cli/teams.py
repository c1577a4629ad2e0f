"""``team``: groups of users by name."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.parameters import JsonLines, Meant, group
from crmdesk.cli.session import seat

app = group("List, add and remove teams.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the team.")]


@app.command("list")
def list_teams(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every team."""
    with seat(context) as here:
        documents = [
            {"id": team.id, "name": team.name, "members": list(team.members)}
            for team in here.workspace.teams.list(here.actor)
        ]
        here.output.items("teams", documents, ("id", "name", "members"), as_lines=as_lines)


@app.command("add")
def add(context: typer.Context, name: Name) -> None:
    """Add a team."""
    with seat(context) as here:
        team = here.workspace.teams.add(here.actor, name)
        document = {"id": team.id, "name": team.name, "members": list(team.members)}
        here.output.result(document, f"The team “{team.name}” is added.")


@app.command("remove")
def remove(context: typer.Context, name: Name, *, yes: Meant = False) -> None:
    """Remove a team; its members stay users."""
    with seat(context) as here:
        ask_person(f"Remove the team “{name}”?", "The team was not removed.", yes=yes)
        here.workspace.teams.remove(here.actor, name)
        here.output.result({"name": name}, f"The team “{name}” is removed.")
