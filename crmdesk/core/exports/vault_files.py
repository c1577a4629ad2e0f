"""What an export leaves in the vault: its file, and what was cut off while it was made."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

#: A file and its partial are named by the export's id.
_OF_EXPORT = re.compile(r"([0-9a-f]+)\..*", re.ASCII)


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
        if found is not None and found[1] in export_ids:
            with suppress(OSError):
                path.unlink(missing_ok=True)
