"""Reads the rows of a complete backup back into an empty database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crmdesk.core.backup.complete_parts import LIVE, RECYCLE_BIN, REMOVED_OBJECTS, TABLES, Part
from crmdesk.core.backup.complete_tables import CARRIED, SEQUENCES
from crmdesk.core.backup.manifest import Manifest, ManifestEntry
from crmdesk.core.backup.reader import BackupFile, content_error, read_rows
from crmdesk.core.backup.rebuild_proof import values_part
from crmdesk.core.db import sqlite
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_backup import SYSTEM_COLUMNS, quoted_name

_ROWS_AT_A_TIME = 2_000

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RecordTable:
    """An object type as its own rows describe it.

    Attributes:
        columns: of properties, in the order in which they were made.
        unique: those whose values no two live records share.
        column_of: column by id of the property's definition.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    unique: tuple[str, ...]
    column_of: Mapping[int, str]


class RowLoader:
    """Fills one empty database from one verified backup.

    Args:
        connection: on a database with the backup's schema and nothing in it; no other is open.
        loaded: told how many rows were read since it was told last; may raise to stop.
    """

    def __init__(
        self, connection: sqlite3.Connection, file: BackupFile, loaded: Callable[[int], None]
    ) -> None:
        if file.manifest is None:
            raise ValueError("a backup without a manifest cannot be read back")
        self._connection = connection
        self._file = file
        self._manifest: Manifest = file.manifest
        self._loaded = loaded

    def load(self) -> None:
        """Read everything, in one transaction.

        Raises:
            UserError: ``backup_damaged``: a row is not what the manifest describes.
        """
        self._connection.execute("BEGIN")
        for table in CARRIED:
            self._load_table(table)
        for found in self._record_tables():
            self._make(found)
            self._load_live(found)
            for folder in (RECYCLE_BIN, REMOVED_OBJECTS):
                self._load_whole(found, folder)
        # Filling the tables has moved the counters, and those that were ahead must be so again.
        self._load_table(SEQUENCES)
        self._refuse_loose_ends()
        self._connection.execute("COMMIT")

    def _load_table(self, table: str) -> None:
        entry = self._manifest.part(f"{TABLES}{table}.jsonl")
        # The database has the backup's own schema, which lacks what later ones carry.
        if entry is None and not self._has_table(table):
            return
        self._connection.execute(f"DELETE FROM {quoted_name(table)}")
        if entry is not None:
            names = [column.name for column in entry.columns]
            with closing(_json_rows(self._file, entry)) as rows:
                self._insert(table, names, rows)

    def _has_table(self, table: str) -> bool:
        found = self._connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'", (table,)
        )
        return found.fetchone() is not None

    def _record_tables(self) -> list[RecordTable]:
        found = self._connection.execute(
            "SELECT id, name, table_name FROM object_types ORDER BY id"
        )
        return [self._record_table(*row) for row in found.fetchall()]

    def _record_table(self, type_id: int, name: str, table: str) -> RecordTable:
        rows = self._connection.execute(
            "SELECT id, column_name, is_unique AND archived_at IS NULL FROM properties "
            "WHERE object_type_id = ? ORDER BY id",
            (type_id,),
        ).fetchall()
        own = [row for row in rows if row[1] not in SYSTEM_COLUMNS]
        return RecordTable(
            name,
            table,
            tuple(dict.fromkeys(column for _, column, _ in own)),
            tuple(column for _, column, unique in own if unique),
            {definition_id: column for definition_id, column, _ in rows},
        )

    def _make(self, found: RecordTable) -> None:
        self._connection.execute(sqlite.create_object_table(found.table, found.columns))
        self._connection.execute(sqlite.create_archive_index(found.table))
        for column in found.unique:
            self._connection.execute(sqlite.create_unique_index(found.table, column))

    def _load_live(self, found: RecordTable) -> None:
        """Live records: their values from the object's CSV, all else from the part beside it."""
        entry = self._manifest.entry(found.name)
        if entry is None:
            return
        beside = self._manifest.part(LIVE + entry.file)
        if beside is None:
            raise content_error(self._file, entry, "the file beside it is missing")
        names = [_column_of(found, column.definition_id) for column in entry.columns]
        further = [column.name for column in beside.columns[1:]]
        with (
            closing(_csv_rows(self._file, entry)) as values,
            closing(_csv_rows(self._file, beside)) as facts,
        ):
            joined = (
                (*told, *rest[1:])
                for told, rest in zip(values, facts, strict=True)
                if told[0] == rest[0] or _not_the_same(self._file, entry)
            )
            self._insert(found.table, [*names, *further], joined)

    def _load_whole(self, found: RecordTable, folder: str) -> None:
        """Records of which one part holds everything."""
        for entry in self._manifest.parts:
            if entry.file.startswith(folder) and entry.label == found.table:
                names = [column.name for column in entry.columns]
                with closing(_csv_rows(self._file, entry)) as rows:
                    self._insert(found.table, names, rows)

    def _insert(self, table: str, names: Sequence[str], rows: Iterator[Row]) -> None:
        insert_rows(self._connection, table, names, rows, self._loaded)

    def _refuse_loose_ends(self) -> None:
        loose = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        if loose is not None:
            entry = self._manifest.part(f"{TABLES}{loose[0]}.jsonl") or self._manifest.parts[0]
            raise content_error(self._file, entry, f"a row of it points at no row of {loose[2]}")


def load_values(
    connection: sqlite3.Connection,
    file: BackupFile,
    entry: ManifestEntry,
    table: str,
    loaded: Callable[[int], None],
) -> Part:
    """Read one object's CSV into a table of its own; returns how to print it again."""
    columns = ["id", *(f"c{place}" for place in range(1, len(entry.columns)))]
    named = ",".join(f"{name} TEXT" for name in columns[1:])
    more = f",{named}" if named else ""
    connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY{more}) STRICT")
    connection.execute("BEGIN")
    with closing(_csv_rows(file, entry)) as rows:
        insert_rows(connection, table, columns, rows, loaded)
    connection.execute("COMMIT")
    return values_part(table, entry, columns, "true")


def insert_rows(
    connection: sqlite3.Connection,
    table: str,
    names: Sequence[str],
    rows: Iterator[Row],
    loaded: Callable[[int], None],
) -> None:
    """Insert rows some thousands at a time."""
    columns = ",".join(quoted_name(name) for name in names)
    places = ",".join("?" * len(names))
    statement = f"INSERT INTO {quoted_name(table)} ({columns}) VALUES ({places})"
    while some := list(islice(rows, _ROWS_AT_A_TIME)):
        connection.executemany(statement, some)
        loaded(len(some))


def _column_of(found: RecordTable, definition_id: int | None) -> str:
    return "id" if definition_id is None else found.column_of[definition_id]


def _not_the_same(file: BackupFile, entry: ManifestEntry) -> bool:
    raise content_error(file, entry, "its records are not those of the file beside it")


def _csv_rows(file: BackupFile, entry: ManifestEntry) -> Generator[Row, None, None]:
    with file.open_entry(entry.file) as reading:
        try:
            rows = read_rows(reading)
            if tuple(next(rows, ())) != entry.column_names:
                raise content_error(file, entry, "its heading is another one")
            for row in rows:
                yield tuple(value or None for value in row)
        except (csv.Error, ValueError) as problem:
            raise content_error(file, entry, str(problem)) from problem


def _json_rows(file: BackupFile, entry: ManifestEntry) -> Generator[Row, None, None]:
    names = [column.name for column in entry.columns]
    binary = [column.name for column in entry.columns if column.type == "bytes"]
    with file.open_entry(entry.file) as reading:
        text = io.TextIOWrapper(reading, encoding="utf-8", newline="\n")
        try:
            for line in text:
                row = json.loads(line)
                for name in binary:
                    row[name] = None if row[name] is None else bytes.fromhex(row[name])
                yield tuple(row[name] for name in names)
        except (ValueError, KeyError, TypeError) as problem:
            raise content_error(file, entry, str(problem)) from problem
        finally:
            text.detach()
