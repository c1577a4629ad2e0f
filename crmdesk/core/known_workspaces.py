"""Which workspaces this user has opened on this computer, the last one first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crmdesk.core import platform
from crmdesk.core.clock import from_text, system_time, to_text
from crmdesk.core.errors import UserError
from crmdesk.core.files.atomic import atomic_write

FILE_NAME = "workspaces.json"
DEMO_MARK = "demo-passphrase.txt"
"""A file of this name makes a folder the workspace of a demonstration."""
_MOST = 20


@dataclass(frozen=True, slots=True)
class KnownWorkspace:
    """One workspace, as it was when it was last opened."""

    folder: Path
    name: str
    opened_at: datetime


class KnownWorkspaces:
    """The list, in the user's configuration folder; it holds no secrets.

    Losing it costs nothing but a choice: a damaged or unreadable file counts as empty.

    Args:
        path: the file; the usual one unless said otherwise.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or platform.config_folder() / FILE_NAME

    def list(self) -> list[KnownWorkspace]:
        """Every known workspace, the last opened first; its folder may be gone by now."""
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))["workspaces"]
            return [_known(entry) for entry in entries]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    def last(self) -> Path | None:
        """The folder that was opened last."""
        known = self.list()
        return known[0].folder if known else None

    def remember(self, folder: Path, name: str) -> None:
        """Put a workspace first; a demonstration is never remembered.

        Raises:
            UserError: the configuration folder cannot be written.
        """
        if _is_demo(folder):
            return
        with self._alone():
            self._put_first(folder, name)

    def add(self, folder: Path, name: str) -> Path:
        """Put a workspace into the list behind the last one opened; first where there is none.

        One that was only made must not take the place of the one that people work in.

        Returns:
            The folder that is opened when none is named: of this workspace, or the last one's.

        Raises:
            UserError: as :meth:`remember`.
        """
        with self._alone():
            known = self.list()
            last = known[0] if known else None
            if last is None or last.folder == folder.absolute() or not last.folder.is_dir():
                if not _is_demo(folder):
                    self._put_first(folder, name)
                return folder.absolute()
            added = KnownWorkspace(folder.absolute(), name, system_time())
            others = [each for each in known[1:] if each.folder != added.folder]
            self._write([last, added, *others][:_MOST])
            return last.folder

    def forget(self, folder: Path) -> None:
        """Take a workspace out of the list; the folder itself stays as it is.

        Raises:
            UserError: as :meth:`remember`.
        """
        with self._alone():
            self._write([each for each in self.list() if each.folder != folder.absolute()])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other programs from changing the list between our reading and writing it."""
        folder = self._path.parent
        with ExitStack() as stack:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = platform.exclusive_lock(self._path.with_name(self._path.name + ".lock"))
                stack.enter_context(lock)
            except OSError as error:
                raise UserError(
                    "config_folder_unwritable",
                    f"{folder} cannot be written to ({error.strerror}), so that the workspace is "
                    "not remembered.",
                    "Name it each time with --workspace, or make the folder writable.",
                ) from error
            yield

    def _put_first(self, folder: Path, name: str) -> None:
        opened = KnownWorkspace(folder.absolute(), name, system_time())
        others = [each for each in self.list() if each.folder != opened.folder]
        self._write([opened, *others][:_MOST])

    def _write(self, known: Sequence[KnownWorkspace]) -> None:
        text = json.dumps({"workspaces": [_entry(each) for each in known]}, ensure_ascii=False)
        with atomic_write(self._path) as file:
            file.write(text.encode("utf-8", "surrogateescape") + b"\n")


def _is_demo(folder: Path) -> bool:
    return (folder / DEMO_MARK).exists()


def _known(entry: Any) -> KnownWorkspace:
    return KnownWorkspace(
        Path(entry["folder"]), str(entry["name"]), from_text(str(entry["opened_at"]))
    )


def _entry(known: KnownWorkspace) -> dict[str, str]:
    return {
        "folder": str(known.folder),
        "name": known.name,
        "opened_at": to_text(known.opened_at),
    }
