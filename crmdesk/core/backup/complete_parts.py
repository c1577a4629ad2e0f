"""The parts of a complete backup: everything of a workspace beside the values in the CSVs.

Tables are printed as JSON lines, one object a row, because JSON tells an empty text from none;
records are printed as CSV like the files of the objects, to which they are joined by id. All of
it is printed inside SQLite, a row at a time, from the snapshot that the CSVs are printed from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.complete_tables import CARRIED, ONLY, SECRET_COLUMNS, SEQUENCES
from crmdesk.core.backup.csv_rows import LINE_END
from crmdesk.core.backup.kept_files import (
    FILES,
    file_name,
    file_pieces,
    is_file_entry,
    kept_files,
)
from crmdesk.core.backup.manifest import ManifestColumn, ManifestEntry
from crmdesk.core.backup.shapes import ObjectShape
from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_backup import SYSTEM_COLUMNS, quoted_name

TABLES = "complete/tables/"
LIVE = "complete/live/"
RECYCLE_BIN = "complete/recycle_bin/"
REMOVED_OBJECTS = "complete/removed_objects/"

_WHICH = {
    LIVE: "archived_at IS NULL",
    RECYCLE_BIN: "archived_at IS NOT NULL",
    REMOVED_OBJECTS: "true",
}
_PIECE_BYTES = 1 << 18
_ROWS_AT_A_TIME = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a complete backup.

    Attributes:
        file: its name in the zip.
        table: whose rows it holds.
        object: API name of the object whose records it holds; "" for any other table.
        columns: in the order of the rows; a type is ``text``, ``integer`` or ``bytes``.
        line: SQL for a whole line of bytes; ``which`` rows, by ``order``.
        heading: the first line, of CSV alone.
        path: of a file that is carried as it is; such a part has no rows.
    """

    file: str
    table: str
    object: str
    columns: tuple[ManifestColumn, ...]
    line: str
    which: str
    order: str
    heading: bytes = b""
    path: Path | None = None

    @property
    def query(self) -> str:
        """SQL for all lines in the order of the key."""
        return f"SELECT {self.line} FROM {self._rows} ORDER BY {self.order}"

    @property
    def count_query(self) -> str:
        """SQL for the number of lines."""
        return f"SELECT count(*) FROM {quoted_name(self.table)} WHERE {self.which}"

    @property
    def _rows(self) -> str:
        # The table of records is scanned in order of ids; the index of the bin is a detour.
        how = " NOT INDEXED" if self.object else ""
        return f"{quoted_name(self.table)}{how} WHERE {self.which}"


def complete_parts(connection: sqlite3.Connection, shapes: Sequence[ObjectShape]) -> list[Part]:
    """Every part, as the tables stand in the snapshot of ``connection``.

    Args:
        shapes: what the CSVs of the objects carry already.
    """
    parts = [_table_part(connection, table) for table in (*CARRIED, SEQUENCES)]
    by_table = {shape.table: shape for shape in shapes}
    found = connection.execute("SELECT name, table_name FROM object_types ORDER BY id").fetchall()
    for name, table in found:
        columns = [column for column, _ in _columns(connection, table)]
        shape = by_table.get(table)
        if shape is None:
            parts.append(_records_in(REMOVED_OBJECTS, f"{table}.csv", name, table, columns))
            continue
        told = {column.column_name for column in shape.columns[1:]}
        beside = [column for column in columns if column not in told]
        parts.append(_records_in(LIVE, shape.entry_name, name, table, beside))
        parts.append(_records_in(RECYCLE_BIN, shape.entry_name, name, table, columns))
    return parts + [_file(path) for path in kept_files(connection, ONLY["imports"])]


def part_pieces(connection: sqlite3.Connection, part: Part) -> Iterator[tuple[bytes, int]]:
    """The rows of a part as text, some hundred kilobytes at a time, with their number.

    The heading stands before the first; a part without rows yields nothing.
    """
    if part.path is not None:
        yield from file_pieces(part.path)
        return
    cursor = connection.execute(part.query)
    lines: list[bytes] = []
    size = rows = 0
    heading = part.heading
    while found := cursor.fetchmany(_ROWS_AT_A_TIME):
        lines += [line for (line,) in found]
        size += sum(len(line) for (line,) in found)
        rows += len(found)
        if size >= _PIECE_BYTES:
            yield heading + b"".join(lines), rows
            lines, size, rows, heading = [], 0, 0, b""
    if rows:
        yield heading + b"".join(lines), rows


def part_count(connection: sqlite3.Connection, part: Part) -> int:
    """How many rows a part has."""
    return int(connection.execute(part.count_query).fetchone()[0])


def part_sample(connection: sqlite3.Connection, part: Part) -> tuple[bytes, int]:
    """Some of the first rows as text, and their number."""
    query = f"{part.query} LIMIT {_ROWS_AT_A_TIME}"
    lines = [line for (line,) in connection.execute(query)]
    return b"".join(lines), len(lines)


def part_of(
    connection: sqlite3.Connection, entry: ManifestEntry, files: Path | None = None
) -> Part:
    """The part that an entry of a manifest describes, to be printed from a rebuilt workspace.

    Args:
        files: the folder into which carried files were taken out.
    """
    if files is not None and is_file_entry(entry):
        return _file(files / file_name(entry))
    columns = [(column.name, column.type) for column in entry.columns]
    if entry.file.startswith(TABLES):
        return _table(connection, entry.label, columns)
    which = _WHICH[entry.file[: entry.file.rindex("/") + 1]]
    return _records(entry.file, entry.object, entry.label, [name for name, _ in columns], which)


def _file(path: Path) -> Part:
    column = ManifestColumn("bytes", "bytes", "bytes", None)
    return Part(FILES + path.name, "imports", "", (column,), "", "", "", path=path)


def _table_part(connection: sqlite3.Connection, table: str) -> Part:
    if table == SEQUENCES:
        return _table(connection, table, [("name", "text"), ("seq", "integer")])
    hidden = SECRET_COLUMNS.get(table, frozenset())
    columns = [found for found in _columns(connection, table) if found[0] not in hidden]
    return _table(connection, table, columns)


def _table(connection: sqlite3.Connection, table: str, columns: Sequence[tuple[str, str]]) -> Part:
    key = ["name"] if table == SEQUENCES else _key(connection, table)
    values = ",".join(f"'{name}',{_value(name, kind)}" for name, kind in columns)
    return Part(
        file=f"{TABLES}{table}.jsonl",
        table=table,
        object="",
        columns=tuple(ManifestColumn(name, name, kind, None) for name, kind in columns),
        line=f"CAST(json_object({values})||char(10) AS BLOB)",
        which=ONLY.get(table, "true"),
        order=",".join(quoted_name(name) for name in key),
    )


def _value(name: str, kind: str) -> str:
    quoted = quoted_name(name)
    if kind != "bytes":
        return quoted
    return f"CASE WHEN {quoted} IS NOT NULL THEN lower(hex({quoted})) END"


def _records_in(folder: str, file: str, name: str, table: str, columns: Sequence[str]) -> Part:
    return _records(folder + file, name, table, columns, _WHICH[folder])


def _records(file: str, name: str, table: str, columns: Sequence[str], which: str) -> Part:
    row = sqlite_backup.row_expression(
        [(column, column not in SYSTEM_COLUMNS) for column in columns]
    )
    heading = ",".join(f'"{column}"' for column in columns).encode() + LINE_END
    return Part(
        file=file,
        table=table,
        object=name,
        columns=tuple(ManifestColumn(column, column, "text", None) for column in columns),
        line=f"CAST({row} AS BLOB)",
        which=which,
        order="id",
        heading=heading,
    )


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    """Names and types of a table's columns, in their order."""
    kinds = {"BLOB": "bytes", "INTEGER": "integer", "TEXT": "text"}
    rows = connection.execute(f"PRAGMA table_info({quoted_name(table)})").fetchall()
    return [(str(row[1]), kinds[str(row[2]).upper()]) for row in rows if row[2]]


def _key(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute(f"PRAGMA table_info({quoted_name(table)})").fetchall()
    return [str(row[1]) for row in sorted(rows, key=lambda row: int(row[5])) if row[5]]
