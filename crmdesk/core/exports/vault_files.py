"""What an export leaves in the vault: its file, and what was cut off while it was made."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

#: A file or its partial is named by the export's id; a folder of pieces, a dot before it.
_OF_EXPORT = re.compile(r"\.?([0-9a-f]+)[.-].*", re.ASCII)


def pieces_prefix(target: Path) -> str:
    """Beginning of the name of a folder beside the file that is made from what lies in it."""
    return f".{target.stem}-"


def exports_in(vault: Path) -> set[str]:
    """The exports that have something in the vault."""
    found = (_OF_EXPORT.fullmatch(path.name) for path in vault.glob("*"))
    return {match[1] for match in found if match is not None}


def remove_files_of(vault: Path, export_ids: Collection[str]) -> None:
    """Remove everything that these exports have in the vault.

    What cannot be removed now goes at a later start: nobody waits for it.
    """
    for path in vault.glob("*"):
        found = _OF_EXPORT.fullmatch(path.name)
        if found is None or found[1] not in export_ids:
            continue
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
