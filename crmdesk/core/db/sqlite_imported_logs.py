"""The staging of an imported log in SQLite, and how it comes into the list beside the own log.

The stage is a file of its own, attached as schema ``stage`` (see ``Database.staging``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from crmdesk.core.db.engine import Tx

_READ_AT_ONCE = 1_000
#: As in ``imported_events``, in the order in which rows are given.
COLUMNS = (
    "line",
    "identity",
    "at",
    "category",
    "subcategory",
    "action",
    "result",
    "user_email",
    "object_type",
    "object_id",
    "address",
    "country",
    "region",
    "agent",
    "sign_in_type",
    "detail",
)
#: In the stage stands also what a row without a number of its own says, as a digest.
STAGED = (*COLUMNS, "said")
_NAMES = ", ".join(COLUMNS)
_AT_ONCE = 50_000
_CACHE_KIB = 32 << 10
#: A row of the stage is new if its entry is neither in the log yet nor further up in the file.
_NEW = (
    "e.rowid = (SELECT min(f.rowid) FROM stage.entries f WHERE f.identity = e.identity) "
    "AND NOT EXISTS (SELECT 1 FROM main.imported_events k WHERE k.identity = e.identity)"
)


def make(tx: Tx) -> None:
    """Make the stage's table.

    Its indexes grow with it, in its file: one that is made afterwards is sorted in memory, all of
    it, and so is whatever has to be put in order without one.
    """
    tx.sql(f"CREATE TABLE stage.entries ({', '.join(STAGED)})")
    tx.sql("CREATE INDEX stage.by_identity ON entries (identity)")
    tx.sql("CREATE INDEX stage.by_time ON entries (at)")


def cache_for_filling(tx: Tx) -> None:
    """Keep more of the stage in memory for this transaction: its indexes are written all over."""
    tx.sql(f"PRAGMA stage.cache_size = -{_CACHE_KIB}")


def add(tx: Tx, rows: Sequence[Sequence[object]]) -> None:
    """Put rows into the stage, their cells in the order of :data:`STAGED`."""
    marks = ", ".join("?" * len(STAGED))
    tx.driver.executemany(f"INSERT INTO stage.entries VALUES ({marks})", rows)


def number_repeated(tx: Tx, identity: Callable[[bytes, int], bytes]) -> None:
    """Give rows that say the same an identity each, once all of them are there.

    Args:
        identity: of a row without a number of its own, by what it says and how often that was
            said before and with it.
    """
    entries = tx.sql(
        "SELECT rowid, identity, said FROM stage.entries WHERE identity IN ("
        "SELECT identity FROM stage.entries GROUP BY identity HAVING count(*) > 1) "
        "ORDER BY identity, rowid"
    )
    before, nth = None, 0
    again: list[tuple[bytes, int]] = []
    while some := entries.fetchmany(_AT_ONCE):
        for entry, known, said in some:
            before, nth = known, nth + 1 if known == before else 1
            if nth > 1 and said is not None:
                again.append((identity(said, nth), entry))
    tx.driver.executemany("UPDATE stage.entries SET identity = ? WHERE rowid = ?", again)


def count_new(tx: Tx) -> int:
    """How many entries of the stage are not in the log yet."""
    return int(tx.sql(f"SELECT count(*) FROM stage.entries e WHERE {_NEW}").fetchone()[0])


def span(tx: Tx) -> tuple[str | None, str | None]:
    """The first and the last time in the stage."""
    first, last = tx.sql("SELECT min(at), max(at) FROM stage.entries").fetchone()
    return first, last


def by_category(tx: Tx) -> dict[str, int]:
    """How many entries of the stage are of each category, the most frequent first."""
    counted = "SELECT category, count(*) FROM stage.entries GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(tx.sql(counted).fetchall())


def take(tx: Tx, log_id: int) -> int:
    """Put what is new into the log; returns how many entries that were."""
    tx.sql("CREATE TABLE stage.places (at TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID")
    times = tx.sql("SELECT DISTINCT at FROM stage.entries ORDER BY at")
    while some := times.fetchmany(_AT_ONCE):
        found = places(tx, [row[0] for row in some])
        tx.driver.executemany("INSERT INTO stage.places VALUES (?, ?)", found)
    # In the order of the index, whatever the planner thinks of it.
    done = tx.sql(
        f"INSERT INTO main.imported_events (log_id, place, {_NAMES}) "
        f"SELECT ?, p.place, {', '.join(f'e.{name}' for name in COLUMNS)} "
        "FROM stage.entries e INDEXED BY by_time CROSS JOIN stage.places p ON p.at = e.at "
        f"WHERE e.at >= '' AND {_NEW} ORDER BY e.at, e.rowid",
        (log_id,),
    )
    return done.rowcount


def places(tx: Tx, times: Sequence[str]) -> list[tuple[str, int]]:
    """For each time, in ascending order, the number of the first own entry that is later.

    Entries are numbered without a gap and ``at_order`` never goes back: halving the log and the
    times together reads few of ten million entries.
    """
    first, last = tx.sql("SELECT min(id), max(id) FROM audit_events").fetchone()
    found: list[tuple[str, int]] = []
    parts = [(first or 1, (last or 0) + 1, times)]
    while parts:
        low, high, wanted = parts.pop()
        if not wanted:
            continue
        if high - low <= _READ_AT_ONCE:
            found += _placed(tx, low, high, wanted)
            continue
        middle = (low + high) // 2
        order = tx.sql("SELECT at_order FROM audit_events WHERE id = ?", (middle,)).fetchone()
        # Of an entry that somebody took out the time is not known: all is then looked for below.
        cut = len(wanted) if order is None else bisect_left(wanted, order[0])
        parts.append((low, middle, wanted[:cut]))
        parts.append((middle, high, wanted[cut:]))
    return found


def _placed(tx: Tx, low: int, high: int, times: Sequence[str]) -> Iterator[tuple[str, int]]:
    rows = tx.sql(
        "SELECT id, at_order FROM audit_events WHERE id >= ? AND id < ? ORDER BY id", (low, high)
    ).fetchall()
    position = 0
    for at in times:
        while position < len(rows) and rows[position][1] <= at:
            position += 1
        yield at, rows[position][0] if position < len(rows) else high
