"""Cuts a large text table into parts that several processes read at once."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PIECE = 1 << 20
_LINES_TRIED = 10_000


@dataclass(frozen=True, slots=True)
class TablePart:
    """Bytes ``start`` to ``end`` of a file; ``lines_before`` end before its first byte."""

    start: int
    end: int
    lines_before: int


def cut_table(path: Path, size: int, many: int, lead: int = 0) -> list[TablePart]:
    """Cut a table behind lines that seem to end rows, into parts of about the same size.

    A line seems to end a row where an even number of quotes stands before it. Whoever reads a
    part finds out whether that was right: only then does the part end outside of quotes.

    Args:
        size: of the file, in bytes.
        many: parts wanted; fewer come of a table whose rows have no visible end.
        lead: so many bytes more for the first part, whose reader begins at once.
    """
    parts: list[TablePart] = []
    start, lines_before, lines, quotes = 0, 0, 0, 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            piece += file.readline(_PIECE)
            if not piece.endswith(b"\n"):
                # The end of the table, or lines that end otherwise: there is no place to cut.
                break
            lines += _lines(piece)
            quotes += piece.count(b'"')
            if file.tell() < lead + max(size - lead, 0) * (len(parts) + 1) // many:
                continue
            for _ in range(_LINES_TRIED):
                if quotes % 2 == 0:
                    break
                line = file.readline(_PIECE)
                lines += _lines(line)
                quotes += line.count(b'"')
            if quotes % 2 or file.tell() >= size:
                break
            parts.append(TablePart(start, file.tell(), lines_before))
            start, lines_before = file.tell(), lines
            if len(parts) == many - 1:
                break
    return [*parts, TablePart(start, size, lines_before)]


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
    if b"\r" not in piece:
        return piece.count(b"\n")
    return piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
