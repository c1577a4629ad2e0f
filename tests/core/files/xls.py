"""Small XLS workbooks, record by record: a container with one stream, as spreadsheets wrote it."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_EACH = 512


def record(kind: int, content: bytes = b"") -> bytes:
    """One record of the stream."""
    return struct.pack("<HH", kind, len(content)) + content


def number(row: int, column: int, value: float) -> bytes:
    """A cell with a number."""
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def text(row: int, column: int, index: int) -> bytes:
    """A cell with a shared text."""
    return record(0x00FD, struct.pack("<HHHI", row, column, 0, index))


def shared(texts: Sequence[str]) -> bytes:
    """The table of shared texts, in as many records as it takes."""
    body = b"".join(struct.pack("<HB", len(each), 0) + each.encode("latin-1") for each in texts)
    return record(0x00FC, struct.pack("<II", len(texts), len(texts)) + body)


def write_xls(path: Path, sheets: Sequence[bytes], texts: bytes = b"") -> Path:
    """A workbook of sheets, each given as its cells' records."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    names = [f"S{place}".encode() for place in range(len(sheets))]
    head = len(begin) + sum(4 + 8 + len(name) for name in names) + len(texts) + 4
    bodies, bounds = [], []
    for name, cells in zip(names, sheets, strict=True):
        at = head + sum(map(len, bodies))
        bounds.append(record(0x0085, struct.pack("<IHBB", at, 0, len(name), 0) + name))
        opened = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
        bodies.append(opened + cells + record(0x000A))
    stream = begin + b"".join(bounds) + texts + record(0x000A) + b"".join(bodies)
    return _write_container(path, stream.ljust(4096, b"\0"))


def _write_container(path: Path, stream: bytes) -> Path:
    sectors = -(-len(stream) // _EACH)
    tables = -(-(sectors + 2) // (_EACH // 4 - 1))
    chain = [*range(1, sectors), _END, _END, *[_FAT] * tables]
    chain += [_FREE] * (tables * _EACH // 4 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, sectors, 0, 4096, _END, 0, _END, 0)
    places = [sectors + 1 + each for each in range(tables)]
    header += struct.pack("<109I", *(places + [_FREE] * (109 - tables)))
    directory = _entry("Root Entry", 5, _END, 0, 1) + _entry("Workbook", 2, 0, len(stream))
    content = stream.ljust(sectors * _EACH, b"\0") + directory.ljust(_EACH, b"\0")
    path.write_bytes(header + content + struct.pack(f"<{len(chain)}I", *chain))
    return path


def _entry(name: str, kind: int, begin: int, size: int, child: int = _FREE) -> bytes:
    spelled = name.encode("utf-16-le") + b"\0\0"
    entry = spelled.ljust(64, b"\0") + struct.pack("<HBB", len(spelled), kind, 1)
    entry += struct.pack("<III", _FREE, _FREE, child) + bytes(36)
    return entry + struct.pack("<IQ", begin, size)
