"""Writes a report as JSON, an object a line, for programs that read logs."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from crmdesk.core.exports.content import Cells, Content, FileColumn, Piece
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.plain_line import plain_line

_ROWS_OF_A_PIECE = 500
_encode = json.JSONEncoder(ensure_ascii=False).encode


def write_jsonl(content: Content, target: Path, *, reported: Callable[[int], None]) -> None:
    """Write the rows; the file appears under its name only when all of it is on the disk.

    Args:
        reported: told the rows written; may raise to stop.

    Raises:
        UserError: ``disk_full`` or what else the disk said.
    """
    if content.json_pieces is None:
        raise TypeError("these rows come without their JSON")
    done = 0
    with atomic_write(target) as file, closing(content.json_pieces()) as pieces:
        for piece in pieces:
            file.write(piece.text)
            done += piece.rows
            reported(done)


def json_pieces(
    columns: Sequence[FileColumn], rows: Iterable[Cells]
) -> Generator[Piece, None, None]:
    """Rows as objects, a blank as null; no line ends but where an object does."""
    keys = [f"{_encode(column.header)}: " for column in columns]
    lines: list[bytes] = []
    for row in rows:
        cells = (_as_json(column, cell) for column, cell in zip(columns, row, strict=True))
        pairs = (key + cell for key, cell in zip(keys, cells, strict=True))
        lines.append(plain_line("{" + ", ".join(pairs) + "}").encode() + b"\n")
        if len(lines) == _ROWS_OF_A_PIECE:
            yield Piece(b"".join(lines), len(lines))
            lines.clear()
    if lines:
        yield Piece(b"".join(lines), len(lines))


def _as_json(column: FileColumn, cell: str | int | None) -> str:
    if cell is None or cell == "":
        return "null"
    if column.is_json:
        return str(cell)
    return _encode(cell)
