"""Proves that a rebuilt database holds what the backup held.

Every file of the backup is printed once more, from the rebuilt tables, and must have the digest
that the signed manifest names: equal then means equal to the last byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from crmdesk.core.backup.complete_parts import Part, part_of, part_pieces
from crmdesk.core.backup.csv_rows import LINE_END, heading_of
from crmdesk.core.backup.kept_files import is_file_entry
from crmdesk.core.backup.manifest import Manifest, ManifestEntry
from crmdesk.core.backup.problems import Problem, ProblemCode
from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3


def differing_files(
    connection: sqlite3.Connection,
    manifest: Manifest,
    printed: Callable[[int], None],
    files: Path | None = None,
) -> list[Problem]:
    """Files of a complete backup that the rebuilt database does not print the same.

    Args:
        printed: told how many rows were printed since it was told last; may raise to stop.
        files: where carried files were taken out to; they are passed over where they were not.
    """
    parts = [_values(connection, entry) for entry in manifest.entries]
    parts += [
        part_of(connection, entry, files)
        for entry in manifest.parts
        if files is not None or not is_file_entry(entry)
    ]
    described = dict(zip((entry.file for entry in manifest.files), manifest.files, strict=True))
    return [
        Problem(ProblemCode.ENTRY_CONTENT_DIFFERS, part.file)
        for part in parts
        if digest_of(connection, part, printed) != described[part.file].sha256
    ]


def digest_of(connection: sqlite3.Connection, part: Part, printed: Callable[[int], None]) -> str:
    """SHA-256 in hex of what a part prints."""
    digest = hashlib.sha256()
    for text, rows in part_pieces(connection, part):
        digest.update(text)
        printed(rows)
    return digest.hexdigest()


def values_part(table: str, entry: ManifestEntry, columns: list[str], which: str) -> Part:
    """The CSV of an object, to be printed from a table.

    Args:
        columns: of the table, in the order of the file.
    """
    row = sqlite_backup.row_expression(
        [(name, told.is_free_text) for name, told in zip(columns, entry.columns, strict=True)]
    )
    heading = ",".join(heading_of(name) for name in entry.column_names).encode() + LINE_END
    return Part(
        entry.file, table, entry.object, entry.columns, f"CAST({row} AS BLOB)", which, "id", heading
    )


def _values(connection: sqlite3.Connection, entry: ManifestEntry) -> Part:
    table = connection.execute(
        "SELECT table_name FROM object_types WHERE name = ? AND archived_at IS NULL",
        (entry.object,),
    ).fetchone()[0]
    rows = connection.execute("SELECT id, column_name FROM properties").fetchall()
    column_of = dict(rows)
    columns = [
        "id" if column.definition_id is None else str(column_of[column.definition_id])
        for column in entry.columns
    ]
    return values_part(str(table), entry, columns, "archived_at IS NULL")
