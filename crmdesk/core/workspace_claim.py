"""Notes of who is making a workspace in a folder, so that what a killed maker left can be removed.

A note lies in the folder before anything else does. It names the process, the id that the
workspace will have, and which of our file names were there already and are somebody else's.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core import platform
from crmdesk.core.files.atomic import atomic_write

_PREFIX = "making-"


@dataclass(frozen=True, slots=True)
class Claim:
    """One maker's note.

    Attributes:
        workspace_id: of the workspace that is being made.
        found: names of ours that were in the folder before.
    """

    path: Path
    workspace_id: str
    found: frozenset[str]
    is_live: bool

    def withdraw(self) -> None:
        """Take the note away."""
        self.path.unlink(missing_ok=True)


def is_claim(name: str) -> bool:
    """Whether a file of this name is a maker's note, or was about to be one."""
    return name.startswith(_PREFIX)


def announce(folder: Path, workspace_id: str, names: Iterable[str]) -> Claim:
    """Leave a note of this process in the folder.

    Args:
        names: files that making a workspace writes; those that are there are noted.

    Raises:
        OSError, UserError: the folder cannot be written to.
    """
    pid = os.getpid()
    path = folder / f"{_PREFIX}{pid}"
    found = sorted(name for name in names if (folder / name).exists())
    facts = {
        "pid": pid,
        "boot": platform.boot_id(),
        "started": platform.process_started_at(pid),
        "id": workspace_id,
        "found": found,
    }
    with atomic_write(path) as file:
        file.write(json.dumps(facts).encode("utf-8"))
    return Claim(path, workspace_id, frozenset(found), is_live=True)


def claims(folder: Path) -> list[Claim]:
    """Every whole note in the folder; half-written ones are removed, as they claimed nothing."""
    found = []
    for path in sorted(folder.glob(f"{_PREFIX}*")):
        if path.suffix:
            if not _lives_by_name(path):
                path.unlink(missing_ok=True)
            continue
        with suppress(OSError, ValueError, KeyError, TypeError):
            found.append(_read(path))
    return found


def _read(path: Path) -> Claim:
    facts = json.loads(path.read_text(encoding="utf-8"))
    live = facts["boot"] == platform.boot_id() and platform.process_alive(
        facts["pid"], facts["started"]
    )
    return Claim(path, str(facts["id"]), frozenset(facts["found"]), live)


def _lives_by_name(path: Path) -> bool:
    """Whether the process whose note is still being written runs."""
    number = path.stem.removeprefix(_PREFIX)
    return number.isdigit() and platform.process_started_at(int(number)) is not None
