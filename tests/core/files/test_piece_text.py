"""Text that is decoded by the piece has the lines that a stream gives."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from typing import cast

import pytest

from crmdesk.core.files import piece_text
from crmdesk.core.files.invalid_bytes import MARK
from crmdesk.core.files.piece_text import PieceText

PARTS = ["a", "b,c", '"', "ü", "日本", "😀", "\r", "\n", "\r\n", "\n\r", "\0", "\u2028", "x" * 50]
SIGNS = [part.encode() for part in PARTS] + [b"\xff", b"\xe6\x97", b"\xf0\x9f"]


def lines_of(text: PieceText, most: int, pieces: random.Random | None = None) -> Iterator[str]:
    """Its lines, or at random a piece of many; most characters of a line at once."""
    while found := (text.piece(most) if pieces and pieces.random() < 0.2 else text.readline(most)):
        yield found


def small_file(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(cast(io.RawIOBase, io.BytesIO(data)), 7)


@pytest.mark.parametrize("most", [1, 3, 40, 1_000])
def test_lines_are_those_of_a_stream(most: int) -> None:
    for seed in range(300):
        chance = random.Random(seed)
        data = b"".join(chance.choices(SIGNS, k=chance.randrange(60)))
        stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", errors=MARK, newline="")
        expected = list(iter(lambda stream=stream: stream.readline(most), ""))
        assert list(lines_of(piece_text.piece_text(small_file(data), "utf-8"), most)) == expected


def test_pieces_and_lines_make_up_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(300):
        chance = random.Random(seed)
        monkeypatch.setattr(piece_text, "_PIECE", chance.randrange(1, 40))
        data = b"".join(chance.choices(SIGNS, k=chance.randrange(200)))
        whole = data.decode(errors=MARK)
        for encoding in ("utf-8", "UTF8"):
            text = piece_text.piece_text(small_file(data), encoding)
            assert "".join(lines_of(text, 1_000, chance)) == whole


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8"])
def test_a_piece_ends_where_a_line_does_and_knows_of_a_nul(encoding: str) -> None:
    row = "日本,ü\n".encode()
    data = row * 80_000 + b"a\0b\n" + row * 80_000 + b"last"
    text = piece_text.piece_text(small_file(data), encoding)

    nul, pieces = [], []
    while piece := text.piece(1_000):
        pieces.append(piece)
        nul.append(text.has_nul)

    assert len(pieces) > 2
    assert all(piece.endswith("\n") for piece in pieces[:-1])
    assert nul == ["\0" in piece for piece in pieces]
    assert "".join(pieces).encode() == data
