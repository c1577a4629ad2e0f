"""The staging table: the values that a job wants to write, beside the records they are for.

It lives in a file of its own, so that filling it neither holds the database's write lock nor
passes its log. From :func:`settle <crmdesk.core.changes.plan.settle>` on, each row of outcome
``update`` holds in ``c0 … cn`` the values its record shall have.

Two tables and a view: ``verdicts`` says what is to become of each row, ``cells`` holds its values
``c0 … cn``, and ``rows`` shows both as one. Deciding writes and reads the narrow table only:
SQLite leaves ``cells`` out of whatever names none of its columns.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.core import platform
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import explain_errors, quoted, read_only
from crmdesk.core.files.disk_errors import as_user_error
from crmdesk.core.records.object_type import ObjectType, Property

if TYPE_CHECKING:
    from crmdesk.core.db.engine import Tx

# Large pages: the file is written and read from end to end, a third faster than in 4 kB.
PAGE_BYTES = 32_768
VERDICT_COLUMNS = (
    "row INTEGER PRIMARY KEY, line INTEGER, record_id INTEGER, base_version INTEGER, "
    "source_id TEXT, outcome TEXT, reason TEXT"
)
#: By what an import finds the record of a row, without its case: a narrow copy of one column.
#: Without a type, or no index over lower() would be taken for the comparison.
KEY_COLUMNS = "row INTEGER PRIMARY KEY, value"
#: Which row has a key first.
FIRST_ROW_COLUMNS = "value PRIMARY KEY, row INTEGER"
PROBLEM_COLUMNS = "row INTEGER, line INTEGER, column TEXT, type TEXT, message TEXT, value TEXT"


def cells_columns(many: int) -> str:
    """The columns of ``cells`` in SQL, for a stage of so many."""
    return "row INTEGER PRIMARY KEY" + "".join(f", c{index} TEXT" for index in range(many))


class Outcome(StrEnum):
    """What is to become of a staged row."""

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Stage:
    """A staging file and the properties its columns stand for, in order.

    Attributes:
        path: readable by the owner only.
        blank_keeps: a blank leaves the value alone (import) instead of clearing it (restore).
        schema: the name under which the file is attached.
        keys: a file of several stages that knows in which row each key stands first; without
            one the stage knows it by itself.
    """

    path: Path
    object_type: ObjectType
    columns: tuple[Property, ...]
    blank_keeps: bool
    schema: str = "stage"
    keys: Path | None = None

    @property
    def beside(self) -> dict[str, Path]:
        """Files to be attached with the stage while its rows are judged, by their schemas."""
        return {} if self.keys is None else {"keys": self.keys}

    @property
    def first_rows(self) -> str:
        """The table, in SQL, that knows in which row each key stands first."""
        return f"{'stage' if self.keys is None else 'keys'}.first_rows"

    def column(self, index: int) -> str:
        """The staged value of column ``index`` of a row ``r``."""
        return f"r.c{index}"

    def target(self, index: int) -> str:
        """The value that the record ``o`` shall have, as SQL over ``r`` and ``o``."""
        live = f"o.{quoted(self.columns[index].column)}"
        return f"coalesce(r.c{index}, {live})" if self.blank_keeps else f"r.c{index}"

    def live(self, index: int) -> str:
        """The value that the record ``o`` has now."""
        return f"o.{quoted(self.columns[index].column)}"

    def changed(self, index: int) -> str:
        """SQL that is true where the record would change in this column."""
        live = self.live(index)
        if self.blank_keeps:
            return f"(r.c{index} IS NOT NULL AND r.c{index} IS NOT {live})"
        return f"(r.c{index} IS NOT {live})"

    @property
    def join(self) -> str:
        """Rows of outcome update with their records."""
        return (
            f"{self.schema}.rows r JOIN main.{quoted(self.object_type.table)} o "
            "ON o.id = r.record_id "
            "AND r.outcome = 'update'"
        )

    def add(self, tx: Tx, rows: Iterable[Sequence[object]]) -> None:
        """Insert ``(record_id, c0 … cn)`` as rows of that number; blank cells must be ``None``."""
        kept = list(rows)
        marks = ", ?" * len(self.columns)
        tx.driver.executemany(f"INSERT INTO stage.cells VALUES (?{marks})", kept)
        self.add_records(tx, (row[0] for row in kept))

    def add_records(self, tx: Tx, record_ids: Iterable[object]) -> None:
        """Insert rows of those numbers, whose values are not looked at; known ones stay."""
        tx.driver.executemany(
            "INSERT OR IGNORE INTO stage.verdicts (row, line, record_id) VALUES (?1, ?1, ?1)",
            ((record_id,) for record_id in record_ids),
        )


def create_stage(
    path: Path, object_type: ObjectType, columns: Sequence[Property], *, blank_keeps: bool
) -> Stage:
    """Make an empty staging file, readable by the owner only.

    Raises:
        UserError: ``disk_full`` or what else the disk said; no file is left.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _make(path, columns, blank_keeps)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stage(path, object_type, tuple(columns), blank_keeps)


def create_keys(path: Path) -> None:
    """Make the file by which several stages know each other's keys.

    Raises:
        UserError: what the disk said.
    """
    make_scratch(path)
    with explain_errors(path), closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        connection.execute(f"CREATE TABLE first_rows ({FIRST_ROW_COLUMNS}) WITHOUT ROWID")


def make_scratch(path: Path) -> None:
    """Make an empty file that its owner alone can read, in place of one that was left behind.

    Raises:
        UserError: what the disk said.
    """
    path.unlink(missing_ok=True)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise as_user_error(error, path, 0) from error


def _make(path: Path, columns: Sequence[Property], blank_keeps: bool) -> None:
    make_scratch(path)
    shown = "".join(f", c.c{index}" for index in range(len(columns)))
    with explain_errors(path), closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(
            f"""
            PRAGMA page_size={PAGE_BYTES};
            PRAGMA journal_mode=OFF;
            CREATE TABLE verdicts ({VERDICT_COLUMNS});
            CREATE TABLE cells ({cells_columns(len(columns))});
            CREATE VIEW rows AS SELECT v.row, v.line, v.record_id, v.base_version, v.source_id,
                v.outcome, v.reason{shown} FROM verdicts v LEFT JOIN cells c ON c.row = v.row;
            CREATE TABLE skips (row INTEGER, record_id INTEGER, position INTEGER, reason TEXT,
                UNIQUE (row, position, reason));
            CREATE TABLE row_keys ({KEY_COLUMNS});
            CREATE TABLE first_rows ({FIRST_ROW_COLUMNS}) WITHOUT ROWID;
            CREATE TABLE problems ({PROBLEM_COLUMNS});
            CREATE TABLE bad_values (position INTEGER, value TEXT, PRIMARY KEY (position, value));
            CREATE TABLE equal_values (position INTEGER, value TEXT, live TEXT);
            CREATE TABLE bad_pairs (pipeline TEXT, stage TEXT);
            CREATE TABLE repeated (value TEXT PRIMARY KEY);
            CREATE TABLE info (columns TEXT, blank_keeps INTEGER);
            """
        )
        definition = json.dumps([[p.id, p.version] for p in columns])
        connection.execute("INSERT INTO info VALUES (?, ?)", (definition, int(blank_keeps)))


def scratch_path(folder: Path) -> Path:
    """A new name for a staging file of this process, which is swept when the process is gone."""
    return folder / f"scratch-{os.getpid()}-{secrets.token_hex(8)}.sqlite3"


def staging_files(folder: Path) -> list[Path]:
    """Everything that lies among staging files, to be asked for before who keeps them."""
    return list(folder.glob("*.sqlite3*"))


def sweep_scratch(found: Iterable[Path], kept: Collection[str]) -> None:
    """Remove staging files that no live process fills and whose stem is not in ``kept``."""
    for path in found:
        parts = path.name.split(".")[0].split("-")
        if parts[0] == "scratch" and len(parts) == 3 and parts[1].isdigit():
            if platform.process_alive(int(parts[1])):
                continue
        elif path.name.split(".")[0] in kept:
            continue
        path.unlink(missing_ok=True)


def reopen_stage(path: Path, object_type: ObjectType) -> Stage | None:
    """Open a staging file of an earlier process.

    Returns ``None`` when it is gone or a definition has changed since: the plan is outdated.
    """
    if not path.exists():
        return None
    connection = sqlite3.connect(read_only(path), uri=True)
    try:
        text, blank_keeps = connection.execute("SELECT columns, blank_keeps FROM info").fetchone()
    finally:
        connection.close()
    current = {(p.id, p.version): p for p in object_type.properties}
    found = [current.get((item[0], item[1])) for item in json.loads(text)]
    columns = tuple(p for p in found if p is not None)
    if len(columns) != len(found):
        return None
    return Stage(path, object_type, columns, bool(blank_keeps))
