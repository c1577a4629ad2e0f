"""Walks two sides side by side, in order of ids, and tells what became of each record.

Both sides are printed in one layout. Where the bytes are the same the record is unchanged and
nobody looks into it; only rows that differ are parsed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from crmdesk.core.backup.cancel import cancelled_error
from crmdesk.core.backup.compare_rows import BackupText, parse_rows, record_id_of
from crmdesk.core.backup.manifest import ManifestColumn
from crmdesk.core.compare.model import Change
from crmdesk.core.compare.sides import BackupSide, Side

Cells = tuple[str | None, ...]


@dataclass(slots=True)
class Tally:
    """What was counted so far."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    unchanged: int = 0
    properties: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Met:
    """A record that differs, with all cells of the layout; None where the side has no record."""

    record_id: int
    change: Change
    then: Cells | None
    now: Cells | None


class Walk:
    """One object on two sides; iterate once, then read the tally.

    Args:
        layout: columns to print both sides in; the first is the record id.
        compared: places of the columns that count.
    """

    def __init__(
        self,
        name: str,
        earlier: Side,
        later: Side,
        layout: tuple[ManifestColumn, ...],
        compared: tuple[int, ...],
        cancelled: Callable[[], bool],
    ) -> None:
        self.tally = Tally()
        self._name = name
        self._earlier = earlier
        self._later = later
        self._layout = layout
        self._compared = compared
        self._cancelled = cancelled

    def __iter__(self) -> Iterator[Met]:
        """Yield the records that differ.

        Raises:
            UserError: ``backup_damaged``; what was yielded so far must not be used.
            Cancelled: ``cancelled`` said so.
        """
        with ExitStack() as stack:
            then = self._cursor(stack, self._earlier)
            now = _RowCursor(self._rows_of(stack, self._later))
            while True:
                if self._cancelled():
                    raise cancelled_error()
                if equal := then.pass_equal(now.rows, now.at):
                    self.tally.unchanged += equal
                    now.forward(equal)
                elif now.row is None and then.row is None:
                    break
                else:
                    yield from self._differing(then, now)

    def _cursor(self, stack: ExitStack, side: Side) -> _Cursor:
        """At the first row of a side; equal rows of a backup are not even parted."""
        if isinstance(side, BackupSide):
            text = side.text(self._name, self._layout)
            if text is not None:
                return _TextCursor(stack.enter_context(closing(text)))
        return _RowCursor(self._rows_of(stack, side))

    def _rows_of(self, stack: ExitStack, side: Side) -> Generator[list[bytes], None, None]:
        return stack.enter_context(closing(side.rows(self._name, self._layout)))

    def _differing(self, then: _Cursor, now: _Cursor) -> Iterator[Met]:
        before, after = then.record_id, now.record_id
        if after is None or (before is not None and before < after):
            self.tally.removed += 1
            yield Met(then.expect_id(), Change.REMOVED, _cells(then.expect_row()), None)
            then.advance()
        elif before is None or after < before:
            self.tally.added += 1
            yield Met(after, Change.ADDED, None, _cells(now.expect_row()))
            now.advance()
        else:
            yield from self._changed(before, then.expect_row(), now.expect_row())
            then.advance()
            now.advance()

    def _changed(self, record_id: int, then: bytes, now: bytes) -> Iterator[Met]:
        before, after = _cells(then), _cells(now)
        differing = [place for place in self._compared if before[place] != after[place]]
        if not differing:
            self.tally.unchanged += 1
            return
        self.tally.changed += 1
        for place in differing:
            name = self._layout[place].name
            self.tally.properties[name] = self.tally.properties.get(name, 0) + 1
        yield Met(record_id, Change.CHANGED, before, after)


class _Cursor(ABC):
    """The present row of a side."""

    @property
    @abstractmethod
    def row(self) -> bytes | None:
        """The row; None at the end."""

    @abstractmethod
    def advance(self) -> None:
        """Go to the next row."""

    @abstractmethod
    def pass_equal(self, rows: list[bytes], first: int) -> int:
        """Go past those rows from ``first`` on that stand next; return how many that were."""

    @property
    def record_id(self) -> int | None:
        """Id of the present row."""
        return None if self.row is None else record_id_of(self.row)

    def expect_id(self) -> int:
        """Id of a row that is known to be there."""
        return record_id_of(self.expect_row())

    def expect_row(self) -> bytes:
        """A row that is known to be there."""
        if self.row is None:
            raise ValueError("this side has ended")
        return self.row


class _TextCursor(_Cursor):
    """Over a backup's own text: the bytes of an equal row are passed without a look inside."""

    def __init__(self, text: BackupText) -> None:
        self._text = text
        self._row: bytes | None = None
        self._parted = False

    @property
    def row(self) -> bytes | None:
        if not self._parted:
            self._row, self._parted = self._text.row(), True
            if self._row is None:
                self._text.check_digest()
        return self._row

    def advance(self) -> None:
        self._text.advance(len(self.expect_row()))
        self._parted = False

    def pass_equal(self, rows: list[bytes], first: int) -> int:
        passed = self._text.pass_equal(rows, first)
        if passed:
            self._parted = False
        return passed


class _RowCursor(_Cursor):
    """Over rows that come some thousands at a time."""

    def __init__(self, coming: Generator[list[bytes], None, None]) -> None:
        self._coming = coming
        self.rows: list[bytes] = []
        self.at = -1
        self._row: bytes | None = None
        self.advance()

    @property
    def row(self) -> bytes | None:
        return self._row

    def advance(self) -> None:
        self.at += 1
        while self.at >= len(self.rows):
            more = next(self._coming, None)
            if more is None:
                self._row = None
                return
            self.rows, self.at = more, 0
        self._row = self.rows[self.at]

    def pass_equal(self, rows: list[bytes], first: int) -> int:
        passed = 0
        while first + passed < len(rows) and self._row == rows[first + passed]:
            self.advance()
            passed += 1
        return passed

    def forward(self, rows: int) -> None:
        """Go on by so many rows of those that are here."""
        self.at += rows - 1
        self.advance()


def _cells(row: bytes) -> Cells:
    return tuple(cell or None for cell in parse_rows(row)[0])
