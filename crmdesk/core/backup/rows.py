"""The records of one table as CSV, built by several connections, handed out in order."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from crmdesk.core.db import sqlite_backup
from crmdesk.core.db.driver import sqlite3

Made = TypeVar("Made")
CutT = TypeVar("CutT", bound="Cut")

LOWEST_ID = -(2**63)
# Bytes of CSV one piece aims at: large enough that a call costs nothing, small enough that
# all pieces on their way stay below a few megabytes.
PIECE_BYTES = 400_000
# Of all rows of a piece together, should they turn out to be much longer than those before.
MOST_BYTES = 16 << 20
# More than SQLite makes of one row.
LONGEST_ROW = 1 << 31
FEWEST_ROWS = 1
FIRST_ROWS = 250
MOST_ROWS = 4_000
MOST_THREADS = 8


class Cut(Protocol):
    """Some records of a table: at most so many, told to a query by its first two parameters."""

    @property
    def rows(self) -> int:
        """How many at most."""

    @property
    def bounds(self) -> tuple[object, object]:
        """The two parameters."""


@dataclass(frozen=True, slots=True)
class IdRange:
    """Records with ``low < id <= high``; at most ``rows`` of them are live."""

    low: int
    high: int
    rows: int

    @property
    def bounds(self) -> tuple[int, int]:
        """The two ids."""
        return self.low, self.high


class Cutter(ABC, Generic[CutT]):
    """Cuts records into pieces of about the wished size, in the order of their ids."""

    def __init__(self) -> None:
        self.rows = FIRST_ROWS

    @abstractmethod
    def cuts(self) -> Iterator[CutT]:
        """All of them; ``rows`` may be changed while they are taken."""

    @abstractmethod
    def halves(self, whole: CutT) -> tuple[CutT, CutT]:
        """Part a cut of at least two rows in two that together cover it."""

    def learn(self, rows: int, size: int) -> None:
        """Fit the number of rows to the size that the last piece turned out to have."""
        if rows:
            wished = PIECE_BYTES * rows // max(size, 1)
            self.rows = max(FEWEST_ROWS, min(MOST_ROWS, wished))


class RangeCutter(Cutter[IdRange]):
    """Cuts a table into ranges of ids, each with about the wished number of live records.

    The ids may be sparse: the bounds are ids of records.
    """

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        super().__init__()
        self._connection = connection
        self._boundary = sqlite_backup.boundary_query(table)
        found = connection.execute(sqlite_backup.last_id_query(table)).fetchone()[0]
        self._last: int | None = found

    def cuts(self) -> Iterator[IdRange]:
        """All ranges that hold a record."""
        low = LOWEST_ID
        while self._last is not None and low < self._last:
            cut = self._cut(low, self.rows, self._last)
            yield cut
            low = cut.high

    def halves(self, whole: IdRange) -> tuple[IdRange, IdRange]:
        """Part a range behind the record in its middle."""
        first = self._cut(whole.low, max(1, whole.rows // 2), whole.high)
        return first, IdRange(first.high, whole.high, whole.rows - first.rows)

    def _cut(self, low: int, rows: int, last: int) -> IdRange:
        found = self._connection.execute(self._boundary, (low, rows - 1)).fetchone()
        high = last if found is None else min(int(found[0]), last)
        return IdRange(low, high, rows)


class TooLong(Exception):
    """A cut with a row that is too long to stand beside as many others: cut it smaller."""


def query_cut(
    connection: sqlite3.Connection, query: str, cut: Cut, values: Sequence[object] = ()
) -> tuple[object, ...]:
    """Run a query over one cut; its last column says how many rows were left out as too long.

    Args:
        values: the query's further parameters.

    Raises:
        TooLong: it was at least one, and others stand in the range too.
    """
    longest = MOST_BYTES // cut.rows if cut.rows > 1 else LONGEST_ROW
    *row, too_long = connection.execute(query, (*cut.bounds, longest, *values)).fetchone()
    if too_long:
        raise TooLong
    return tuple(row)


def usual_threads() -> int:
    """As many as the computer has processors for us, within reason."""
    return max(1, min(MOST_THREADS, os.cpu_count() or 1))


class OrderedPieces(Generic[CutT]):
    """Runs one function over all cuts of a table in threads, results in order of ids.

    Only a few pieces are under way at any time, whatever the size of the table.
    """

    def __init__(
        self,
        readers: Sequence[sqlite3.Connection],
        cutter: Cutter[CutT],
        query: str,
        values: Sequence[object] = (),
    ) -> None:
        self._free: SimpleQueue[sqlite3.Connection] = SimpleQueue()
        for reader in readers:
            self._free.put(reader)
        self._threads = len(readers)
        self.cutter = cutter
        self._query = query
        self._values = values

    def run(self, make: Callable[[tuple[object, ...]], Made]) -> Generator[Made, None, None]:
        """Yield ``make(row)`` for each cut, where ``row`` is what the query gave."""
        under_way: deque[tuple[CutT, Future[Made]]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                for cut in self.cutter.cuts():
                    under_way.append((cut, pool.submit(self._one, cut, make)))
                    if len(under_way) > self._threads + 1:
                        yield from self._finished(*under_way.popleft(), make)
                while under_way:
                    yield from self._finished(*under_way.popleft(), make)
            finally:
                for _, future in under_way:
                    future.cancel()

    def _one(self, cut: CutT, make: Callable[[tuple[object, ...]], Made]) -> Made:
        reader = self._free.get()
        try:
            row = query_cut(reader, self._query, cut, self._values)
        finally:
            self._free.put(reader)
        return make(row)

    def _finished(
        self, cut: CutT, future: Future[Made], make: Callable[[tuple[object, ...]], Made]
    ) -> Iterator[Made]:
        try:
            made = future.result()
        except TooLong:
            yield from self._in_halves(cut, make)
        else:
            yield made

    def _in_halves(self, cut: CutT, make: Callable[[tuple[object, ...]], Made]) -> Iterator[Made]:
        """Make a cut of long records piece by piece, so that they never stand side by side."""
        for half in self.cutter.halves(cut):
            try:
                made = self._one(half, make)
            except TooLong:
                yield from self._in_halves(half, make)
            else:
                yield made
