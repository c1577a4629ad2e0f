"""A zip whose members come as finished deflate pieces."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from crmdesk.core.backup import deflate, zip_layout
from crmdesk.core.backup.zip_layout import Member


class ZipWriter:
    """Writes members one after the other into a seekable file; zip64 where sizes ask for it.

    Args:
        file: open for writing, at its beginning.
        modified: the time every member carries.
    """

    def __init__(self, file: BinaryIO, modified: datetime) -> None:
        self._file = file
        self._modified = modified
        self._members: list[Member] = []
        self._open: Member | None = None
        self._deflated_digest = hashlib.sha256()
        self.bytes = 0

    def begin(self, name: str) -> None:
        """Start a deflated member whose sizes are not known yet."""
        self._open = Member(name, zip_layout.DEFLATED, 0, 0, 0, self.bytes, self._modified)
        self._deflated_digest = hashlib.sha256()
        self._write(zip_layout.local_header(self._open))

    def append(self, deflated: bytes) -> None:
        """Add one piece that ends in a full flush."""
        self._deflated_digest.update(deflated)
        self._write(deflated)

    def finish(self, crc: int, size: int) -> tuple[int, str]:
        """End the member and fill in its header.

        Args:
            crc: CRC-32 of the content.
            size: bytes of the content.

        Returns:
            Bytes and SHA-256 in hex of the deflated stream.
        """
        if self._open is None:
            raise ValueError("no member is open")
        self.append(deflate.END_OF_STREAM)
        begun, self._open = self._open, None
        deflated = self.bytes - begun.offset - begun.header_bytes
        member = replace(begun, crc=crc, bytes=size, deflated_bytes=deflated)
        self._file.seek(member.offset)
        self._file.write(zip_layout.local_header(member))
        self._file.seek(self.bytes)
        self._members.append(member)
        return deflated, self._deflated_digest.hexdigest()

    def store(self, name: str, data: bytes) -> None:
        """Add a whole member uncompressed, so that each of its bits is content."""
        member = Member(
            name,
            zip_layout.STORED,
            deflate.checksum(data),
            len(data),
            len(data),
            self.bytes,
            self._modified,
        )
        self._write(zip_layout.local_header(member) + data)
        self._members.append(member)

    def close(self) -> None:
        """Write the central directory; the file itself stays open."""
        self._write(zip_layout.ending(self._members, self.bytes))
        self._file.flush()

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self.bytes += len(data)
