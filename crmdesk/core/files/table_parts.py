"""Cuts a large text table into parts that several processes read at once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECE = 1 << 20
_LINES_TRIED = 10_000
_LOOKED_AT = 1 << 18
#: So many rows in a row are no chance.
_ROWS_SEEN = 50
_LONE_RETURN = re.compile(rb"\r(?!\n)")


@dataclass(frozen=True, slots=True)
class TablePart:
    """Bytes ``start`` to ``end`` of a file."""

    start: int
    end: int


def cut_table(
    path: Path,
    size: int,
    shares: Sequence[float],
    lead: int = 0,
    is_row: Callable[[bytes], bool] = lambda _: False,
) -> list[TablePart]:
    """Cut a table behind lines that seem to end rows.

    A line seems to end a row where many lines behind it are rows each, or else where an even
    number of quotes stands before it. Whoever reads a part finds out whether that was right: only
    then does the part end outside of quotes.

    Args:
        size: of the file, in bytes.
        shares: how large the parts are to each other; fewer come of a table whose rows have no
            visible end.
        lead: so many bytes more for the first part, whose reader begins at once.
        is_row: whether a line, without its line feed, is a row of the table by itself.
    """
    parts: list[TablePart] = []
    start = 0
    with path.open("rb") as file:
        for place in _places(size, shares, lead):
            end = _seen_end(file, place, is_row) or _counted_end(file, place)
            if end is None or end >= size:
                break
            if end > start:
                parts.append(TablePart(start, end))
                start = end
    return [*parts, TablePart(start, size)]


def _places(size: int, shares: Sequence[float], lead: int) -> Iterator[int]:
    for number in range(1, len(shares)):
        yield lead + int(max(size - lead, 0) * sum(shares[:number]) / sum(shares))


def _seen_end(file: BinaryIO, place: int, is_row: Callable[[bytes], bool]) -> int | None:
    """Behind which line rows follow, not far from a place; None where it cannot be seen."""
    file.seek(place)
    cut, *lines = file.read(_LOOKED_AT).split(b"\n")[:-1] or [b""]
    at = end = place + len(cut) + 1
    seen = 0
    for line in lines:
        at += len(line) + 1
        seen = seen + 1 if is_row(line) else 0
        if not seen:
            end = at
        elif seen == _ROWS_SEEN:
            return end
    return None


def _counted_end(file: BinaryIO, place: int) -> int | None:
    """The first line at or behind a place that ends with an even number of quotes before it."""
    file.seek(0)
    quotes = 0
    while file.tell() < place:
        piece = file.read(min(_PIECE, place - file.tell()))
        piece += file.readline(_PIECE)
        if not piece.endswith(b"\n"):
            # The end of the table, or lines that end otherwise: there is no place to cut.
            return None
        quotes += piece.count(b'"')
    for _ in range(_LINES_TRIED):
        if quotes % 2 == 0:
            return file.tell()
        quotes += file.readline(_PIECE).count(b'"')
    return None


class LineCounter:
    """Counts the lines of a file before its parts, each stretch once.

    Whoever reads parts in their order asks it each time anew.
    """

    def __init__(self) -> None:
        self._place = self._lines = 0

    def before(self, path: Path, part: TablePart) -> int:
        """How many lines end before a part."""
        if part.start < self._place:
            self._place = self._lines = 0
        with path.open("rb") as file:
            file.seek(self._place)
            while piece := file.read(min(_PIECE, part.start - self._place)):
                # Parts begin behind line feeds, never between the two signs of a line's end.
                while piece.endswith(b"\r") and (sign := file.read(1)):
                    piece += sign
                self._place += len(piece)
                self._lines += _lines(piece)
        return self._lines


def open_part(file: BinaryIO, part: TablePart) -> BinaryIO:
    """The bytes of a part as a file of their own, which closes the one it reads from."""
    file.seek(part.start)
    return io.BufferedReader(_Window(file, part.end - part.start), _PIECE)


class _Window(io.RawIOBase):
    """So many bytes of a file, from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        with memoryview(buffer) as view:
            piece = self._file.read(min(len(view), self._left))
            view[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def close(self) -> None:
        self._file.close()
        super().close()


def _lines(piece: bytes) -> int:
    """How many lines end in bytes that are not cut between two characters of a line's end."""
    if _LONE_RETURN.search(piece) is None:
        return piece.count(b"\n")
    return piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
