"""Writes a report as JSON, an object a line, for programs that read logs."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from crmdesk.core.exports.content import Cells, Content, FileColumn, Piece, many_rows
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.files.plain_line import plain_line

_CELLS_KEPT = 4_096
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
    keys = (f"{_encode(column.header)}: ".replace("%", "%%") for column in columns)
    form = "{" + ", ".join(f"{key}%s" for key in keys) + "}"
    kinds = [_written if column.is_json else _as_json for column in columns]
    for some in many_rows(rows):
        lines = [
            plain_line(form % tuple([kind(cell) for kind, cell in zip(kinds, row, strict=True)]))
            for row in some
        ]
        yield Piece("\n".join([*lines, ""]).encode(), len(lines))


# Cells of a log say the same again and again, and encoding is the dearest part.
@lru_cache(_CELLS_KEPT, typed=True)
def _as_json(cell: str | int) -> str:
    return "null" if cell == "" else _encode(cell)


def _written(cell: str | int) -> str:
    return str(cell) or "null"
