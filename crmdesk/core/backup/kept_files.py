"""Files that lie beside the database and go into a complete backup: what was imported.

The file of each import and its list of refused rows are carried as they are, so that a workspace
that was brought back can still show them. Files of earlier backups stay out: each would hold the
ones before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from crmdesk.core.backup.manifest import ManifestEntry
from crmdesk.core.backup.reader import BackupFile, content_error
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.files.atomic import atomic_write

FILES = "complete/files/imports/"
SETTING = "backup.import_files"
VAULT = Path("vault") / "imports"

_PIECE = 1 << 18
# As imports name them: a digest or an id, and an ending. Anything else is not ours to write.
_NAME = re.compile(r"[0-9a-z][0-9a-z._-]{0,99}", re.ASCII)
_NAMES = (
    "SELECT stored_file FROM imports WHERE stored_file IS NOT NULL AND {finished} UNION "
    "SELECT error_file FROM imports WHERE error_file IS NOT NULL AND {finished} ORDER BY 1"
)


def kept_files(connection: sqlite3.Connection, finished: str) -> list[Path]:
    """Every file that imports have in the vault; none where the workspace leaves them out.

    Args:
        connection: to the workspace's own database; the vault lies beside it.
        finished: SQL that tells imports which are over.
    """
    row = connection.execute("SELECT value FROM settings WHERE key = ?", (SETTING,)).fetchone()
    if row is not None and json.loads(row[0]) is False:
        return []
    main = next(each for each in connection.execute("PRAGMA database_list") if each[1] == "main")
    folder = Path(str(main[2])).parent / VAULT
    names = [str(name) for (name,) in connection.execute(_NAMES.format(finished=finished))]
    return [folder / name for name in names if is_kept_name(name) and (folder / name).is_file()]


def is_kept_name(name: str) -> bool:
    """Whether an import may have called a file so."""
    return _NAME.fullmatch(name) is not None


def is_file_entry(entry: ManifestEntry) -> bool:
    """Whether an entry of a manifest is a file that is carried as it is."""
    return entry.file.startswith(FILES)


def file_name(entry: ManifestEntry) -> str:
    """The name of such a file in the vault."""
    return entry.file.removeprefix(FILES)


def take_out(file: BackupFile, folder: Path, taken: Callable[[int], None]) -> None:
    """Write the carried files of a verified backup into a folder.

    Args:
        taken: told of each file; may raise to stop.

    Raises:
        UserError: ``backup_damaged`` for a name that no import gives; what the disk said.
    """
    for entry in () if file.manifest is None else filter(is_file_entry, file.manifest.parts):
        if not is_kept_name(file_name(entry)):
            raise content_error(file, entry, "no import names a file so")
        with file.open_entry(entry.file) as reading, atomic_write(folder / file_name(entry)) as out:
            while piece := reading.read(_PIECE):
                out.write(piece)
        taken(1)


def file_pieces(path: Path) -> Iterator[tuple[bytes, int]]:
    """A file's bytes, counted as one row; nothing of one that is gone or empty by now."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        first = 1
        while piece := file.read(_PIECE):
            yield piece, first
            first = 0
