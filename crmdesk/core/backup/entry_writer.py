"""Writes one entry of a backup piece by piece, and notes what manifest and proof need of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from crmdesk.core.backup import deflate
from crmdesk.core.backup.manifest import ManifestColumn, ManifestEntry
from crmdesk.core.backup.zip_writer import ZipWriter
from crmdesk.core.files.apart_reader import WrittenPiece


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text of an entry, the same deflated, its CRC-32 and its number of rows."""

    text: bytes
    deflated: bytes
    crc: int
    rows: int


def make_piece(text: bytes, rows: int, level: int) -> Piece:
    """Deflate some text; it may be done by any thread, as no piece knows another."""
    return Piece(text, deflate.deflate_piece(text, level), deflate.checksum(text), rows)


class EntryWriter:
    """One entry in the making; it begins with its first piece.

    Attributes:
        pieces: what was written of each, to compare with what is read back.
        rows: of all pieces so far.
    """

    def __init__(self, zip_writer: ZipWriter, file: str) -> None:
        self._zip = zip_writer
        self._file = file
        self._digest = hashlib.sha256()
        self._crc = self._size = 0
        self.pieces: list[WrittenPiece] = []
        self.rows = 0

    def add(self, piece: Piece) -> None:
        """Put one more piece behind the others."""
        if not self.pieces:
            self._zip.begin(self._file)
        size = len(piece.text)
        self._zip.append(piece.deflated)
        self._digest.update(piece.text)
        self._crc = deflate.joined_checksum(self._crc, piece.crc, size)
        self._size += size
        self.rows += piece.rows
        self.pieces.append(WrittenPiece(len(piece.deflated), size, piece.crc))

    def finish(self, name: str, label: str, columns: tuple[ManifestColumn, ...]) -> ManifestEntry:
        """End the entry, of which there is at least one piece, and describe it.

        Args:
            name: API name of the object, and what people call it.
        """
        deflated_bytes, deflated_sha256 = self._zip.finish(self._crc, self._size)
        return ManifestEntry(
            name,
            label,
            self._file,
            self.rows,
            self._size,
            self._digest.hexdigest(),
            deflated_bytes,
            deflated_sha256,
            columns,
        )
