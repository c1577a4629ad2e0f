"""Where a command writes a file: never silently over one that is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_folder

OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file of that name.")]


def refuse_target(path: Path | None, *, force: bool) -> None:
    """Refuse a place for a file before anything is done for it, not after; None is none.

    Args:
        force: a file that is there may be replaced.

    Raises:
        UserError: ``file_exists``, ``target_is_a_folder``, ``target_is_not_a_file``,
            ``folder_missing``, ``folder_read_only``, ``file_name_too_long``.
    """
    if path is None:
        return
    from crmdesk.core.files.targets import refuse_closed

    if os.path.lexists(path) and not is_folder(path) and not force:
        raise UserError(
            "file_exists",
            f"{path} is there already, and was left as it is.",
            "Choose another name, or say --force to replace it.",
        )
    refuse_closed(path.absolute())
