"""The frame of a backup: every byte of the zip that is not content.

Readers of zips ignore a flipped bit in a date, in padding or in the unused bits after a flush.
Nothing of that changes a value, but somebody or something changed the file, and a verification
that says "as it was written" must mean it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crmdesk.core.backup import zip_layout
from crmdesk.core.backup.manifest import Manifest
from crmdesk.core.backup.problems import Problem, ProblemCode
from crmdesk.core.backup.zip_layout import Member
from crmdesk.core.files.central_directory import ReadAt, find_directory, read_directory
from crmdesk.core.files.ordinary import open_ordinary

_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """What the frame showed; ``bytes`` and ``sha256`` are those of the whole file."""

    problems: tuple[Problem, ...]
    bytes: int
    sha256: str


class _HashedReader:
    """Reads a file once from its beginning, and digests it on the way."""

    def __init__(self, file: BinaryIO, cancelled: Callable[[], None]) -> None:
        self._file = file
        self._stop_if_cancelled = cancelled
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data

    def pieces(self, size: int) -> Iterator[bytes]:
        while size > 0 and (data := self.read(min(size, _PIECE))):
            self._stop_if_cancelled()
            size -= len(data)
            yield data


def check_frame(
    path: Path, manifest: Manifest, stop_if_cancelled: Callable[[], None]
) -> FrameCheck:
    """Compare headers, order, gaps and directory with what this program would write.

    Args:
        stop_if_cancelled: called about once a megabyte; raises to end the check.
    """
    with open_ordinary(path) as file:
        size = os.fstat(file.fileno()).st_size
        members = _members(_reader_at(file), size, manifest)
        file.seek(0)
        hashed = _HashedReader(file, stop_if_cancelled)
        streams = {entry.file: entry.deflated_sha256 for entry in manifest.files}
        problems: list[Problem] = []
        for member in members:
            if hashed.read(member.header_bytes) != zip_layout.local_header(member):
                problems.append(Problem(ProblemCode.FRAME_CHANGED, member.name, "header"))
            stream = hashlib.sha256()
            for piece in hashed.pieces(member.deflated_bytes):
                stream.update(piece)
            if streams.get(member.name, stream.hexdigest()) != stream.hexdigest():
                problems.append(Problem(ProblemCode.FRAME_CHANGED, member.name, "stream"))
        end = members[-1].end if members else 0
        if b"".join(hashed.pieces(size)) != zip_layout.ending(members, end):
            problems.append(Problem(ProblemCode.FRAME_CHANGED, "", "directory"))
    return FrameCheck(tuple(problems), size, hashed.digest.hexdigest())


def _reader_at(file: BinaryIO) -> ReadAt:
    def read_at(offset: int, size: int) -> bytes:
        file.seek(offset)
        return file.read(size)

    return read_at


def _members(read_at: ReadAt, size: int, manifest: Manifest) -> list[Member]:
    """The members as the directory lists them, at the places they should have."""
    place = find_directory(read_at, size)
    members: list[Member] = []
    offset = 0
    for entry in read_directory(read_at, place):
        member = Member(
            entry.name,
            entry.method,
            entry.crc,
            entry.packed_bytes,
            entry.bytes,
            offset,
            manifest.snapshot_at,
        )
        members.append(member)
        offset = member.end
    return members
