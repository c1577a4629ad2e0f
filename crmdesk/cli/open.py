"""``open``: shows in the window what a link leads to."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from crmdesk.cli.screen import has_screen
from crmdesk.cli.session import call_of
from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import absolute_path


def open_link(
    context: typer.Context,
    link: Annotated[str, typer.Argument(metavar="crmdesk://…", help="As it was copied.")],
) -> None:
    """Open a link in the window: the one of its workspace that is open, else a new one."""
    from crmdesk.core.links import folder_of, parse_link

    call = call_of(context)
    wanted = parse_link(link)
    # Qt can also paint into memory, which tests and servers ask for.
    if not has_screen() and "QT_QPA_PLATFORM" not in os.environ:
        raise UserError(
            "screen_missing",
            "There is no screen here to open a window on.",
            "Open the link in a desktop session.",
        )
    named = None if call.workspace is None else absolute_path(call.workspace)
    folder = folder_of(wanted, named)
    document = {"workspace": str(folder), "place": wanted.place}
    call.output.result(document, f"Opening {wanted.place} in {folder}.")
    call.window, call.place = folder, wanted.place
