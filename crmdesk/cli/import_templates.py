"""``import templates``: the list, and deleting one."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.documents import moment
from crmdesk.cli.parameters import JsonLines, Meant
from crmdesk.cli.session import seat


def templates(
    context: typer.Context,
    delete: Annotated[
        int | None, typer.Option("--delete", metavar="ID", help="Delete this template first.")
    ] = None,
    *,
    yes: Meant = False,
    as_lines: JsonLines = False,
) -> None:
    """List the templates of imports, the last used first."""
    with seat(context) as here:
        service = here.workspace.import_templates
        if delete is not None:
            ask_person(f"Delete template {delete}?", "The template was not deleted.", yes=yes)
            service.delete(here.actor, delete)
        documents = [
            {
                "template_id": each.id,
                "name": each.name,
                "object": each.object_name,
                "columns": each.columns,
                "user": each.user_name or None,
                "used_at": moment(each.used_at),
            }
            for each in service.list(here.actor)
        ]
        columns = ("template_id", "name", "object", "columns", "user", "used_at")
        here.output.items("templates", documents, columns, as_lines=as_lines)
