"""Where a command writes a file: never silently over one that is there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from crmdesk.core.errors import UserError

OutFile = Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file of that name.")]


def refuse_target(path: Path | None, *, force: bool) -> None:
    """Refuse a place for a file before anything is done for it, not after; None is none.

    Args:
        force: a file that is there may be replaced.

    Raises:
        UserError: ``target_is_a_folder``, ``folder_missing``, ``file_exists``.
    """
    if path is None:
        return
    if path.is_dir():
        raise UserError("target_is_a_folder", f"{path} is a folder.", "Name a file in it.")
    if not path.absolute().parent.is_dir():
        raise UserError(
            "folder_missing",
            f"The folder {path.absolute().parent} does not exist.",
            "Create it, or choose another one.",
        )
    if os.path.lexists(path) and not force:
        raise UserError(
            "file_exists",
            f"{path} is there already, and was left as it is.",
            "Choose another name, or say --force to replace it.",
        )
