"""Walks two sides side by side, in order of ids, and tells what became of each record.

Both sides are printed in one layout. Where the bytes are the same the record is unchanged and
nobody looks into it; only rows that differ are parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from crmdesk.core.backup.cancel import cancelled_error
from crmdesk.core.backup.compare_rows import parse_rows, record_id_of
from crmdesk.core.backup.manifest import ManifestColumn
from crmdesk.core.compare.model import Change
from crmdesk.core.compare.sides import Side

_STEPS_BETWEEN_LOOKS = 1_000

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
        with (
            closing(self._earlier.rows(self._name, self._layout)) as before,
            closing(self._later.rows(self._name, self._layout)) as after,
        ):
            then, now = _Cursor(before), _Cursor(after)
            steps = 0
            while then.row is not None or now.row is not None:
                if steps % _STEPS_BETWEEN_LOOKS == 0 and self._cancelled():
                    raise cancelled_error()
                steps += 1
                if then.row == now.row:
                    self.tally.unchanged += 1
                    then.advance()
                    now.advance()
                else:
                    yield from self._differing(then, now)

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


class _Cursor:
    """The present row of a side."""

    def __init__(self, coming: Generator[list[bytes], None, None]) -> None:
        self._coming = coming
        self._rows: list[bytes] = []
        self._at = -1
        self.row: bytes | None = None
        self.advance()

    def advance(self) -> None:
        self._at += 1
        while self._at >= len(self._rows):
            more = next(self._coming, None)
            if more is None:
                self.row = None
                return
            self._rows, self._at = more, 0
        self.row = self._rows[self._at]

    @property
    def record_id(self) -> int | None:
        return None if self.row is None else record_id_of(self.row)

    def expect_id(self) -> int:
        return record_id_of(self.expect_row())

    def expect_row(self) -> bytes:
        if self.row is None:
            raise ValueError("this side has ended")
        return self.row


def _cells(row: bytes) -> Cells:
    return tuple(cell or None for cell in parse_rows(row)[0])
