"""Making a workspace, as a child does it that may be killed."""

from __future__ import annotations

import json
from pathlib import Path

from crmdesk.core.founding import NewWorkspace
from crmdesk.core.workspace import create_workspace
from tests.builders import PASSWORD, KeyBox
from tests.faults.operation import Operation

WANTED = NewWorkspace("Northwind", "ann@example.org", "Ann Lee", PASSWORD, {})


class BoxInFile(KeyBox):
    """A place for keys that outlives the child, as a keyring does."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if path.exists():
            self.values = json.loads(path.read_text())

    def set(self, name: str, value: str) -> None:
        """Keep a value."""
        super().set(name, value)
        self._write()

    def delete(self, name: str) -> None:
        """Forget a value."""
        super().delete(name)
        self._write()

    def _write(self) -> None:
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(self.values))
        fresh.rename(self._path)


def store_beside(folder: Path) -> BoxInFile:
    """The keys of whoever makes a workspace in ``folder``."""
    return BoxInFile(folder.with_suffix(".keys"))


def init(folder: str) -> None:
    """Make a workspace."""
    create_workspace(Path(folder), WANTED, store_beside(Path(folder))).workspace.close()


FIRST_RUN: dict[str, Operation] = {"init": init}
