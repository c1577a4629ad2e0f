"""Writes an export as CSV: one file, or parts of a million rows in a zip."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.backup import deflate
from crmdesk.core.backup.csv_rows import LINE_END
from crmdesk.core.backup.zip_writer import ZipWriter
from crmdesk.core.exports.content import Content, FileColumn, Piece
from crmdesk.core.files.atomic import atomic_write

#: More than that and many programs refuse the file, so that it comes in parts.
MOST_ROWS = 1_000_000
_BOM = b"\xef\xbb\xbf"


def write_csv(
    content: Content,
    target: Path,
    *,
    name: str,
    bom: bool,
    reported: Callable[[int], None],
    most_rows: int = MOST_ROWS,
) -> str | None:
    """Write the rows; the file appears under its name only when all of it is on the disk.

    Args:
        name: of the parts inside a zip.
        reported: told the rows written; may raise to stop.
        most_rows: more of them come in parts.

    Returns:
        SHA-256 of the file in hex; ``None`` of a zip, whose headers are filled in afterwards.

    Raises:
        UserError: ``disk_full`` or what else the disk said.
    """
    heading = (_BOM if bom else b"") + heading_line(content.columns)
    with atomic_write(target) as file, closing(content.pieces()) as pieces:
        sink: _Plain | _Parts = _Plain(file)
        if content.total > most_rows:
            sink = _Parts(ZipWriter(file, content.taken_at), name, most_rows)
        sink.heading = heading
        done = 0
        for piece in pieces:
            sink.add(piece)
            done += piece.rows
            reported(done)
        sink.finish()
    return sink.sha256


def heading_line(columns: Sequence[FileColumn]) -> bytes:
    """The first line: every name in quotes, since people choose labels freely."""
    names = ('"' + column.header.replace('"', '""') + '"' for column in columns)
    return ",".join(names).encode() + LINE_END


class _Plain:
    """Rows one after the other in one file."""

    heading = b""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Of all that was written, in hex."""
        return self._digest.hexdigest()

    def add(self, piece: Piece) -> None:
        self._write(self.heading + piece.text)
        self.heading = b""

    def finish(self) -> None:
        # An export without any record still says which columns it has.
        self._write(self.heading)

    def _write(self, text: bytes) -> None:
        self._file.write(text)
        # Here, while others print the next rows, and not by reading the file once more.
        self._digest.update(text)


class _Parts:
    """Rows in several CSVs of a zip, each with the heading and at most so many rows."""

    heading = b""
    sha256 = None

    def __init__(self, writer: ZipWriter, name: str, most_rows: int) -> None:
        self._writer = writer
        self._name = name
        self._most_rows = most_rows
        self._number = self._rows = self._crc = self._size = 0

    def add(self, piece: Piece) -> None:
        if self._rows + piece.rows > self._most_rows:
            self._end_part()
        text = piece.text
        if not self._rows:
            self._number += 1
            self._writer.begin(f"{self._name}-{self._number}.csv")
            text = self.heading + text
        self._writer.append(deflate.deflate_piece(text, deflate.USUAL_LEVEL))
        self._crc, self._size = deflate.checksum(text, self._crc), self._size + len(text)
        self._rows += piece.rows

    def finish(self) -> None:
        self._end_part()
        self._writer.close()

    def _end_part(self) -> None:
        if self._rows:
            self._writer.finish(self._crc, self._size)
        self._rows = self._crc = self._size = 0
