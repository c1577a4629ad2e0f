"""The records that differ, in a file of their own, so that a million can be looked through."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from crmdesk.core.compare.model import Change, ComparedValue, DifferenceFilter, DifferingRecord
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import explain_errors

_TABLES = (
    "CREATE TABLE records (number INTEGER PRIMARY KEY, object TEXT NOT NULL, record_id INTEGER, "
    "name TEXT NOT NULL, change TEXT NOT NULL, cells TEXT NOT NULL) STRICT",
    "CREATE TABLE touched (object TEXT NOT NULL, property TEXT NOT NULL, number INTEGER NOT NULL, "
    "PRIMARY KEY (object, property, number)) STRICT, WITHOUT ROWID",
)
_INDEX = "CREATE INDEX ix_records_object ON records (object, change)"
_BATCH = 1_000
_PURGED = "WHERE object = ? AND record_id IN (SELECT id FROM purged)"


class DifferenceStore:
    """One comparison's records; written once, then read. It is scratch: nothing is journaled.

    Args:
        path: in the staging folder; readable by the owner only.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self, records: Iterator[DifferingRecord]) -> Iterator[int]:
        """Write the records; yields how many were written so far."""
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with explain_errors(self.path), closing(self._connect()) as connection:
            for statement in ("PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", *_TABLES):
                connection.execute(statement)
            connection.execute("BEGIN")
            rows: list[tuple[Any, ...]] = []
            written = 0
            for record in records:
                rows.append(_row(record))
                if record.change is Change.CHANGED:
                    connection.executemany(
                        "INSERT INTO touched VALUES (?, ?, ?)",
                        [(record.object, value.property, record.number) for value in record.values],
                    )
                written += 1
                if len(rows) >= _BATCH:
                    _insert(connection, rows)
                    rows = []
                    yield written
            _insert(connection, rows)
            connection.execute(_INDEX)
            connection.execute("COMMIT")
            yield written

    def numbers(self, wanted: DifferenceFilter) -> list[int]:
        """The numbers of the wanted records, in order."""
        where, values = _where(wanted)
        with explain_errors(self.path), closing(self._connect()) as connection:
            rows = connection.execute(
                f"SELECT number FROM records r WHERE {where} ORDER BY number", values
            )
            return [number for (number,) in rows]

    def records(self, numbers: Sequence[int]) -> list[DifferingRecord]:
        """Records by their numbers, in order of numbers."""
        marks = ",".join("?" * len(numbers))
        with explain_errors(self.path), closing(self._connect()) as connection:
            rows = connection.execute(
                f"SELECT * FROM records WHERE number IN ({marks}) ORDER BY number", list(numbers)
            ).fetchall()
        return [_record(row) for row in rows]

    def each(self, wanted: DifferenceFilter) -> Iterator[DifferingRecord]:
        """All wanted records in order, read as they are taken.

        In parts: whoever drops records meanwhile need not wait for the last one.
        """
        numbers = self.numbers(wanted)
        for start in range(0, len(numbers), _BATCH):
            yield from self.records(numbers[start : start + _BATCH])

    def drop(self, purged: Mapping[str, Sequence[int]]) -> list[DifferingRecord]:
        """Forget records by object and id, so that no byte of them stays in the file."""
        dropped: list[DifferingRecord] = []
        with explain_errors(self.path), closing(self._connect()) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("CREATE TEMP TABLE purged (id INTEGER PRIMARY KEY)")
            for name, ids in purged.items():
                connection.execute("DELETE FROM purged")
                connection.executemany("INSERT INTO purged VALUES (?)", ((each,) for each in ids))
                found = connection.execute(f"SELECT * FROM records {_PURGED}", [name]).fetchall()
                dropped += map(_record, found)
                numbers = [(name, row[0]) for row in found]
                connection.executemany(
                    "DELETE FROM touched WHERE object = ? AND number = ?", numbers
                )
                connection.execute(f"DELETE FROM records {_PURGED}", [name])
            connection.execute("COMMIT")
        return dropped

    def remove(self) -> None:
        """Give the disk its room back."""
        self.path.unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)


def _insert(connection: sqlite3.Connection, rows: list[tuple[Any, ...]]) -> None:
    connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", rows)


def _row(record: DifferingRecord) -> tuple[Any, ...]:
    cells = [[v.property, v.then, v.now, int(v.hidden)] for v in record.values]
    text = json.dumps(cells, ensure_ascii=False, separators=(",", ":"))
    change = record.change.value
    return record.number, record.object, record.record_id, record.name, change, text


def _record(row: tuple[Any, ...]) -> DifferingRecord:
    number, name, record_id, shown, change, text = row
    values = tuple(
        ComparedValue(cell[0], cell[1], cell[2], bool(cell[3])) for cell in json.loads(text)
    )
    return DifferingRecord(number, name, record_id, shown, Change(change), values)


def _where(wanted: DifferenceFilter) -> tuple[str, list[object]]:
    parts, values = ["true"], list[object]()
    if wanted.object:
        parts.append("r.object = ?")
        values.append(wanted.object)
    if wanted.change is not None:
        parts.append("r.change = ?")
        values.append(wanted.change.value)
    if wanted.property:
        parts.append(
            "EXISTS (SELECT 1 FROM touched t WHERE t.object = r.object AND t.property = ? "
            "AND t.number = r.number)"
        )
        values.append(wanted.property)
    return " AND ".join(parts), values
