"""Reading a table of a zip forwards, and going on later where the last page ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from crmdesk.core.backup.cancel import cancelled_error
from crmdesk.core.errors import UserError

RawRow = tuple[Sequence[str], bool]
"""The cells of a row, and whether the row is damaged."""

_LOOK_EVERY = 256
_SKIPPED_AT_ONCE = 4_096
_MOST_HELD = 3


@dataclass(frozen=True, slots=True)
class TablePlace:
    """One table of one state of a file: another size, time or inode is another file."""

    path: Path
    size: int
    modified_ns: int
    inode: int
    file: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """Names of the columns, and what the file itself calls them."""

    names: tuple[str, ...]
    originals: tuple[str, ...]


class TableCursor:
    """A place in a table that only moves forwards.

    Args:
        rows: the rows below the heading; closing it closes the file.

    Attributes:
        position: how many rows were taken.
    """

    def __init__(
        self, place: TablePlace, heading: Heading, rows: Generator[RawRow, None, None]
    ) -> None:
        self.place = place
        self.heading = heading
        self.position = 0
        self._rows = rows
        self._ahead: RawRow | None = None
        self._refusal: UserError | None = None

    def take(self) -> RawRow | None:
        """The next row; None at the end.

        Raises:
            UserError: the file is damaged here.
        """
        if self._refusal is not None:
            raise self._refusal
        found, self._ahead = self._ahead or next(self._rows, None), None
        self.position += found is not None
        return found

    @property
    def ended(self) -> bool:
        """Whether there is no further row; damage ahead is told by the next :meth:`take`."""
        if self._ahead is None and self._refusal is None:
            try:
                self._ahead = next(self._rows, None)
            except UserError as refusal:
                self._refusal = refusal
        return self._ahead is None and self._refusal is None

    def skip_to(self, row: int, cancelled: Callable[[], bool]) -> None:
        """Pass over rows until ``row`` of them are behind.

        Raises:
            Cancelled: ``cancelled`` said so.
        """
        if self.position < row and self.take() is None:
            return
        while self.position < row:
            if cancelled():
                raise cancelled_error()
            wanted = min(row - self.position, _SKIPPED_AT_ONCE)
            passed = sum(1 for _ in islice(self._rows, wanted))
            self.position += passed
            if passed < wanted:
                return

    def stop_if(self, cancelled: Callable[[], bool]) -> None:
        """Ask now and then whether to stop.

        Raises:
            Cancelled: ``cancelled`` said so.
        """
        if self.position % _LOOK_EVERY == 0 and cancelled():
            raise cancelled_error()

    def close(self) -> None:
        """Close the file."""
        self._rows.close()


class CursorShelf:
    """Keeps a few cursors between pages, so that paging forwards reads nothing twice.

    A cursor belongs to one reader at a time: it is taken away, used and put back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: list[TableCursor] = []
        self._closings = 0

    @property
    def closings(self) -> int:
        """How often everything was closed; :meth:`put` wants the number as it was before."""
        return self._closings

    def take(self, place: TablePlace, after_row: int) -> TableCursor | None:
        """The cursor of a table that is nearest before a row; None when there is none."""
        with self._lock:
            fitting = [c for c in self._held if c.place == place and c.position <= after_row]
            if not fitting:
                return None
            nearest = max(fitting, key=lambda cursor: cursor.position)
            self._held.remove(nearest)
            return nearest

    def put(self, cursor: TableCursor, closings: int) -> None:
        """Keep a cursor for later; the longest unused makes room."""
        with self._lock:
            if closings != self._closings:
                leaving = [cursor]
            else:
                self._held.append(cursor)
                leaving, self._held = self._held[:-_MOST_HELD], self._held[-_MOST_HELD:]
        for each in leaving:
            each.close()

    def close_all(self) -> None:
        """Close every file; a cursor that is in use is closed when it is put back."""
        with self._lock:
            self._closings += 1
            leaving, self._held = self._held, []
        for each in leaving:
            each.close()
