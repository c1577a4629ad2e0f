"""The SQLite text and connections of the backup road: rows as CSV, made inside the database.

Only this module knows how SQLite prints a row. Python never sees a single value of it: a
thousand rows leave the database as one blob, so that the interpreter lock is free meanwhile.
Nothing here needs SQLAlchemy: importing it would be a fifth of a small backup.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import Busy, UserError

# printf takes 127 arguments at most (SQLITE_MAX_FUNCTION_ARG); one is the format.
COLUMNS_PER_PRINTF = 100
BUSY_MILLISECONDS = 500
_READER_CACHE_KIB = 256
#: Records that are not in the recycle bin.
LIVE = "archived_at IS NULL"
_IN_RANGE = "id > ?1 AND id <= ?2"
# Of a text SQLite counts the characters; of a blob it knows the bytes.
_BYTES = "length(CAST(line AS BLOB))"
_TOO_LONG = f"count(*) FILTER (WHERE {_BYTES} > ?3)"
#: What the program itself keeps of each record; calculated properties stand on some of them.
SYSTEM_COLUMNS = ("id", "created_at", "updated_at", "archived_at", "archived_by", "version")


def quoted_name(name: str) -> str:
    """Return an SQL identifier that means exactly ``name``."""
    return '"' + name.replace('"', '""') + '"'


def row_expression(columns: Sequence[tuple[str | None, bool]]) -> str:
    """Return an SQL expression for one CSV row, its line end included.

    Args:
        columns: per field the column (None: the field stays blank) and whether it is free
            text. Free text stands in quotes (``%w`` doubles those inside); all other values
            were checked when written and cannot hold a comma, a quote or a line break.
    """
    return printed_row(
        [("''" if name is None else quoted_name(name), is_text) for name, is_text in columns]
    )


def printed_row(cells: Sequence[tuple[str, bool]]) -> str:
    """Return an SQL expression for one CSV row: :func:`row_expression` for any expressions.

    Args:
        cells: SQL of each field, and whether it is free text.
    """
    if not cells:
        raise ValueError("a row needs at least one column")
    parts: list[str] = []
    for start in range(0, len(cells), COLUMNS_PER_PRINTF):
        group = cells[start : start + COLUMNS_PER_PRINTF]
        last = start + len(group) == len(cells)
        layout = ",".join('"%w"' if is_text else "%s" for _, is_text in group)
        # %w prints "(NULL)" for NULL; %s prints nothing.
        arguments = [f"ifnull({sql},'')" if is_text else sql for sql, is_text in group]
        if last:
            parts.append(f"printf('{layout}%s',{','.join(arguments)},char(13,10))")
        else:
            parts.append(f"printf('{layout},',{','.join(arguments)})")
    return "||".join(parts)


def range_query(table: str, row: str, condition: str = LIVE) -> str:
    """Rows of ``low < id <= high`` as one blob of CSV, and their number.

    Rows longer than ``?3`` bytes are left out and counted in the last column.

    Args:
        condition: SQL over the table; its parameters are the fourth and following.
    """
    return _printed(_lines(table, row, f"{_IN_RANGE} AND ({condition})"))


def listed_query(table: str, row: str) -> str:
    """Like :func:`range_query`, of the records whose ids are the JSON array ``?1``."""
    return _printed(_lines(table, row, "id IN (SELECT value FROM json_each(?1))"))


def ids_query(table: str, condition: str) -> str:
    """The ids of a range for which the condition holds as a JSON array, and their number."""
    # The third parameter, which has no meaning here, has to stand somewhere.
    return (
        f"SELECT json_group_array(id), count(*), 0 FROM {quoted_name(table)} NOT INDEXED"
        f" WHERE {_IN_RANGE} AND ?3 > 0 AND ({condition})"
    )


def separated_range_query(table: str, row: str) -> str:
    """Like :func:`range_query`, rows parted by NUL, which no stored value holds; no number."""
    together = _together("char(0)")
    lines = _lines(table, row, f"{_IN_RANGE} AND {LIVE}")
    return f"SELECT {together}, {_TOO_LONG} FROM ({lines})"


def _printed(lines: str) -> str:
    together = _together("''")
    return f"SELECT {together}, count(*), {_TOO_LONG} FROM ({lines})"


def _together(between: str) -> str:
    return f"CAST(group_concat(line,{between}) FILTER (WHERE {_BYTES} <= ?3) AS BLOB)"


def _lines(table: str, row: str, where: str) -> str:
    """Lines in order of ids; ``NOT INDEXED`` keeps the planner on the table, which is."""
    return f"SELECT {row} AS line FROM {quoted_name(table)} NOT INDEXED WHERE {where} ORDER BY id"


def boundary_query(table: str) -> str:
    """The id that stands ``?2`` live records after the first one above ``?1``.

    Asked of the live records alone, the narrow index of the recycle bin answers; the table's own
    pages would otherwise be read here once more than they are printed.
    """
    return (
        f"SELECT id FROM {quoted_name(table)} WHERE id > ?1 AND archived_at IS NULL"
        " ORDER BY id LIMIT 1 OFFSET ?2"
    )


def last_id_query(table: str) -> str:
    """The greatest id, or NULL for an empty table."""
    return f"SELECT max(id) FROM {quoted_name(table)}"


def live_count_query(table: str) -> str:
    """How many records are not in the recycle bin."""
    return f"SELECT count(*) FROM {quoted_name(table)} WHERE archived_at IS NULL"


def open_reader(database: Path) -> sqlite3.Connection:
    """Open the database for reading only; it may be used from any one thread at a time.

    Raises:
        UserError: ``database_unreadable``.
    """
    return _open(database, "ro")


def _open(database: Path, mode: str) -> sqlite3.Connection:
    location = f"{database.absolute().as_uri()}?mode={mode}"
    try:
        connection = sqlite3.connect(
            location, uri=True, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    except sqlite3.Error as problem:
        raise unreadable(database) from problem
    return connection


def unreadable(database: Path) -> UserError:
    """The error for a database that is missing, damaged or none at all."""
    return UserError(
        "database_unreadable",
        f"The database {database} cannot be read.",
        "Check that the workspace folder is there, then run the check of the workspace.",
        path=str(database),
    )


class WriteGate:
    """Keeps writers out for the instant in which the readers take their snapshot."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._connection = _open(database, "rw")

    def close_for_writers(self) -> bool:
        """Take the write lock; False when another writer still holds it."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as problem:
            if is_busy(problem):
                return False
            raise unreadable(self._database) from problem
        except sqlite3.DatabaseError as problem:
            raise unreadable(self._database) from problem
        return True

    def open(self) -> None:
        """Let writers go on; nothing was written."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Give the connection back."""
        with closing(self._connection):
            self.open()


def begin_reading(connection: sqlite3.Connection) -> None:
    """Start a read transaction and pin it to the present state by a first read."""
    # Whole tables pass by once: what lies in the usual two megabytes is not asked for again.
    connection.execute(f"PRAGMA cache_size=-{_READER_CACHE_KIB}")
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def is_busy(problem: sqlite3.Error) -> bool:
    """Say whether another connection's lock was the reason."""
    return (problem.sqlite_errorcode & 0xFF) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def busy_error(seconds: float) -> Busy:
    """The error for a writer that does not give the database free."""
    return Busy(
        "database_busy",
        f"Another program has held the database for {seconds:.0f} seconds; nothing was written.",
        "Wait for the import or restore that is running, then try again.",
        seconds=seconds,
    )
