"""Whether a file names a person: looked through as it streams, half a megabyte at a time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape

from crmdesk.core.errors import UserError
from crmdesk.core.files.archive import ArchiveLimits, open_archive

#: Bytes that are looked at together.
PIECE = 1 << 19
#: Longer than any address in any encoding, so that none is missed where two pieces meet.
_OVERLAP = 2_048
#: As many bytes behind an address tell whether it ends there.
_TELLING = 2
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
#: Files of the vault are our own or were checked when they came in; only one at a time is read.
_LIMITS = ArchiveLimits(file_bytes=1 << 50, entries=100_000, total_bytes=1 << 50, ratio=100_000)


@dataclass(frozen=True, slots=True)
class Traces:
    """What a person is known by in files.

    Attributes:
        addresses: folded.
        record_ids: of contacts; looked for where a row begins with its record id.
    """

    addresses: tuple[str, ...]
    record_ids: tuple[int, ...]

    def needles(self) -> dict[bytes, re.Pattern[bytes]]:
        """The addresses as bytes of any encoding that a file may have, and each alone.

        An address that only ends or begins like one is another's. Of UTF-16 that is not told.
        """
        found: dict[bytes, re.Pattern[bytes]] = {}
        for address in self.addresses:
            for text in (address, escape(address, {"'": "&apos;"})):
                for encoding in _ENCODINGS:
                    with suppress(UnicodeEncodeError):
                        needle = text.encode(encoding).lower()
                        found[needle] = re.compile(
                            rb"(?<![\w.+-])" + re.escape(needle) + rb"(?![\w-]|\.\w)"
                        )
        return found

    def rows(self) -> re.Pattern[bytes] | None:
        """Finds a line of CSV that begins with one of the record ids."""
        if not self.record_ids:
            return None
        ids = b"|".join(str(each).encode() for each in self.record_ids)
        return re.compile(rb'\n"?(?:' + ids + rb')"?[,;\t\r\n]')


def names_person(
    path: Path,
    traces: Traces,
    *,
    by_id: Callable[[str], bool],
    stop: Callable[[], None],
) -> bool:
    """Whether a file, or one inside a zip or workbook, names the person.

    Args:
        by_id: told the file's name, or that of one inside; whether its rows are contacts that
            begin with their record id.
        stop: called often; may raise.
    """
    if not path.is_file():
        return False
    needles = traces.needles()
    rows = traces.rows()

    def held(file: BinaryIO, name: str) -> bool:
        return _is_in(file, needles, rows if by_id(name) else None, stop)

    try:
        with open_archive(path, _LIMITS) as archive:
            for entry in archive.entries:
                with archive.open(entry.name) as file:
                    if held(file, entry.name):
                        return True
            return False
    except UserError:
        # No zip, or a damaged one: its bytes are what there is.
        with path.open("rb") as file:
            return held(file, path.name)


def _is_in(
    file: BinaryIO,
    needles: Mapping[bytes, re.Pattern[bytes]],
    rows: re.Pattern[bytes] | None,
    stop: Callable[[], None],
) -> bool:
    kept = b"\n"
    while piece := file.read(PIECE):
        stop()
        looked_at = kept + piece.lower()
        # What follows an address at the end is told by the next piece.
        if _names(looked_at, needles, len(looked_at) - _TELLING):
            return True
        if rows is not None and rows.search(looked_at):
            return True
        kept = looked_at[-_OVERLAP:]
    return _names(kept, needles, len(kept))


def _names(text: bytes, needles: Mapping[bytes, re.Pattern[bytes]], upto: int) -> bool:
    """Whether an address stands alone in a text whose first byte is only what stands before."""
    for needle, alone in needles.items():
        # A plain search is a hundred times faster than one that looks at what stands around.
        found = alone.search(text, 1) if needle in text else None
        if found is not None and found.end() <= upto:
            return True
    return False
