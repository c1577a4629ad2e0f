"""A small database shaped as the real one, a signing key, and a backup of it in one call."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from crmdesk.core.backup.engine import write_backup
from crmdesk.core.backup.shapes import BackupContext, BackupResult, ColumnShape, ObjectShape
from crmdesk.core.db.driver import sqlite3

SYSTEM_COLUMNS = (
    "id INTEGER PRIMARY KEY AUTOINCREMENT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,"
    " archived_at TEXT, archived_by INTEGER, version INTEGER NOT NULL DEFAULT 1"
)
NOW = "2026-11-22T05:00:00.000Z"
CONTACT_TYPES = {"email": "string", "note": "string", "score": "number", "born": "date"}


class DeskOfRows:
    """Tables of records in a WAL database, and the key of one workspace."""

    def __init__(self, folder: Path, workspace: str = "w-1") -> None:
        self.folder = folder
        self.database = folder / "workspace.sqlite"
        self.key = Ed25519PrivateKey.generate()
        self.verify_key = self.key.public_key().public_bytes_raw()
        self.context = BackupContext(
            workspace, "Ward & Co", "0.1.0", self.verify_key, {"pipelines": []}, {"n": 7}
        )
        self.shapes: list[ObjectShape] = []
        with self.connect() as connection:
            connection.execute("PRAGMA journal_mode=WAL")

    def connect(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.database, isolation_level=None, timeout=30))

    def run(self, sql: str, *values: Any) -> None:
        with self.connect() as connection:
            connection.execute(sql, values)

    def add_object(self, name: str, types: dict[str, str], entry: str | None = None) -> ObjectShape:
        columns = "".join(f', "{column}" TEXT' for column in types)
        self.run(f'CREATE TABLE "obj_{name}" ({SYSTEM_COLUMNS}{columns}) STRICT')
        own = tuple(
            ColumnShape(column, column, kind, number, column.title())
            for number, (column, kind) in enumerate(types.items(), 10)
        )
        shape = ObjectShape(
            name,
            entry or f"{name}.csv",
            f"obj_{name}",
            (
                ColumnShape("hs_object_id", "id", "number", 1, "Record ID"),
                ColumnShape("createdate", "created_at", "datetime", 2, "Create date"),
                *own,
            ),
            name.title(),
        )
        self.shapes.append(shape)
        return shape

    def add(self, name: str, **values: Any) -> None:
        self.add_many(name, [values])

    def add_many(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        names = sorted({key for row in rows for key in row})
        columns = ",".join(f'"{column}"' for column in ["created_at", "updated_at", *names])
        marks = ",".join("?" * (len(names) + 2))
        with self.connect() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                f'INSERT INTO "obj_{name}" ({columns}) VALUES ({marks})',
                [[NOW, NOW, *(row.get(column) for column in names)] for row in rows],
            )
            connection.execute("COMMIT")

    def backup(self, name: str = "backup.zip", **options: Any) -> BackupResult:
        options = {"threads": 2, **options}
        return write_backup(
            self.database,
            self.shapes,
            self.folder / name,
            manifest_context=self.context,
            sign=self.key.sign,
            **options,
        )


def rows_in(path: Path, entry: str) -> list[list[str]]:
    """All rows of a CSV in a zip, read by Python's own zipfile and csv."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read(entry).decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))
