"""Counting and parting the rows of our CSV without parsing its cells."""

from __future__ import annotations

import re

# Types whose text is free and therefore stands in quotes; every other type was checked at
# write and can hold neither comma, quote nor line break.
FREE_TEXT_TYPES = frozenset({"string", "enumeration", "multi_enumeration", "phone"})

LINE_END = b"\r\n"
_QUOTE = b'"'
_OTHERS = bytes(byte for byte in range(256) if byte not in b'"\n')
# One row from its first byte to its line end; quoted fields may hold line ends. No sign is ever
# looked at twice (*+). The group may be: Python before 3.11.5 loses matches of groups that are
# repeated so (github.com/python/cpython/issues/106052), which Debian 12 has.
_ROW = re.compile(rb'[^"\r]*+(?:(?:"[^"]*+"|\r(?!\n))[^"\r]*+)*\r\n')


def line_feeds(text: bytes) -> int:
    """How many line feeds there are.

    ``bytes.count`` looks at each byte in turn before Python 3.13, and nobody else may run
    meanwhile; taking them out goes from one to the next, five times faster.
    """
    return len(text) - len(text.replace(b"\n", b""))


class RowCounter:
    """Counts rows exactly, over pieces that may be cut anywhere.

    All but quotes and line feeds is deleted first, and two quotes in a row cancel each other
    out, so that hardly anything is left to look at. Outside of quotes our CSV holds a line feed
    only at the end of a row.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._inside = False

    def add(self, piece: bytes) -> None:
        """Count the rows that end in ``piece``."""
        bare = piece.translate(None, _OTHERS).replace(_QUOTE * 2, b"")
        parts = bare.split(_QUOTE)
        outside = parts[1::2] if self._inside else parts[::2]
        self.rows += sum(part.count(b"\n") for part in outside)
        if (len(parts) - 1) % 2:
            self._inside = not self._inside


def heading_of(name: str) -> str:
    """A column name as CSV; internal names need no quotes, others get them."""
    plain = all(sign.isalnum() or sign == "_" for sign in name)
    return name if plain else '"' + name.replace('"', '""') + '"'


def count_rows(text: bytes) -> int:
    """Exact number of rows in whole rows of CSV; line ends inside quotes do not count."""
    counter = RowCounter()
    counter.add(text)
    return counter.rows


def row_end(text: bytes | bytearray, start: int) -> int:
    """Offset after the row that begins at ``start``; -1 when its end is not there yet."""
    found = _ROW.match(text, start)
    return -1 if found is None else found.end()
