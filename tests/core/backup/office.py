"""A workspace whose recovery key is known, and the one that is rebuilt from its backup."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.rebuild import Rebuilt, rebuild_workspace
from crmdesk.core.workspace_key import load_key
from tests.builders import Desk, KeyBox


@dataclass
class Office:
    """A workspace whose recovery key is known, and the computer it lives on."""

    desk: Desk
    recovery_key: str
    box: KeyBox
    elsewhere: Path

    def backup(self) -> Path:
        made = self.desk.backup(complete=True)
        return self.desk.folder / "vault" / "backups" / made.file_name

    def rebuild(self, file: Path, box: KeyBox | None = None, **options: object) -> Rebuilt:
        store = box or KeyBox()
        return rebuild_workspace(
            file,
            self.elsewhere,
            self.recovery_key,
            lambda: store,
            **options,  # type: ignore[arg-type]
        )


class opened:  # noqa: N801 - reads as a word of the tests
    """The rebuilt workspace, with its Super Admin at work."""

    def __init__(self, office: Office, box: KeyBox) -> None:
        self._desk = Desk(office.elsewhere, load_key(office.elsewhere, box))

    def __enter__(self) -> Desk:
        return self._desk

    def __exit__(self, *_: object) -> None:
        self._desk.workspace.close()
