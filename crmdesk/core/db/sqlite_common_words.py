"""Which entries of whole chunks of the audit log hold a common word, as bits like those of a value.

The full text goes through every place of a word to find all its entries: half a second for what
every fourth of ten million holds. Words of more than one entry in a hundred have their bits kept,
chunk by chunk, among the others; those of the last chunk, which is not whole, by smaller blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_marks import KeptMarks, add_marks, kept_marks, kept_values
from crmdesk.core.db.sqlite_words import CREATE, HIGHEST, NAME, texts_of

#: The facets of rows that hold the bits of a word: in a chunk, and in a block of the last chunk.
WORD, WORD_IN_BLOCK = "word", "word_block"
CHUNK = 1 << 16
#: Entries of which a piece tells, by facet.
SIZES = {WORD: CHUNK, WORD_IN_BLOCK: CHUNK // 8}
_BLOCK, _BLOCKS = SIZES[WORD_IN_BLOCK], CHUNK // SIZES[WORD_IN_BLOCK]
# A row without bits says that the common words of a piece are kept.
_THERE = ""
_SAMPLES = 600
_SHARE = 100


def common_words(connection: sqlite3.Connection, low: int, high: int) -> list[str]:
    """The words that more than one in a hundred of the entries from one to another hold.

    As a sample of them says: what it misses is found by the full text.
    """
    step = max(1, (high - low) // _SAMPLES)
    numbers = range(low, high + 1, step)
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(CREATE.format(NAME))
        scratch.execute(f"CREATE VIRTUAL TABLE each USING fts5vocab({NAME}, row)")
        scratch.executemany(
            f"INSERT INTO {NAME} (rowid, words) VALUES (?, ?)", texts_of(connection, numbers)
        )
        found = scratch.execute("SELECT term FROM each WHERE doc > ?", (len(numbers) // _SHARE,))
        return [row[0] for row in found if row[0].isalnum()]


def common_among(connection: sqlite3.Connection, words: Sequence[str]) -> set[str]:
    """Which of some words are common in some chunk; of the last, whether a common one begins so."""
    found = set()
    for place, word in enumerate(words, 1):
        highest = word + HIGHEST if place == len(words) else word
        row = connection.execute(
            "SELECT 1 FROM main.audit_marks WHERE facet = ? AND value BETWEEN ? AND ? LIMIT 1",
            (WORD, word, highest),
        ).fetchone()
        if row is not None:
            found.add(word)
    return found


def keep_common(
    connection: sqlite3.Connection, facet: str, piece: int, words: Iterable[tuple[str, int]]
) -> None:
    """Keep the bits of the common words of a chunk or block; blocks of a chunk are in it."""
    add_marks(connection, (KeptMarks(facet, word, piece, bits) for word, bits in words if bits))
    connection.execute(
        "INSERT OR REPLACE INTO main.audit_marks (facet, value, chunk, many, bits) "
        "VALUES (?, ?, ?, 0, ?)",
        (facet, _THERE, piece, b""),
    )
    if facet == WORD:
        _forget_blocks(connection, [piece])


def pieces_with_common(connection: sqlite3.Connection, facet: str) -> set[int]:
    """The chunks, or blocks, whose common words are kept."""
    rows = connection.execute(
        "SELECT chunk FROM main.audit_marks WHERE facet = ? AND value = ?", (facet, _THERE)
    )
    return {row[0] for row in rows}


def may_hold(connection: sqlite3.Connection, word: str, first: int, last: int) -> dict[int, int]:
    """Bits of all entries of some chunks but those that are known not to hold a word.

    Chunks of which nothing is known are left out.
    """
    found = kept_marks(connection, WORD, word, first, last)
    ends = first * _BLOCKS, last * _BLOCKS + _BLOCKS - 1
    pieces: dict[int, bytearray] = {}
    for block, bits in kept_marks(connection, WORD_IN_BLOCK, word, *ends).items():
        chunk, place = divmod(block, _BLOCKS)
        held = pieces.setdefault(chunk, bytearray(b"\xff" * (CHUNK // 8)))
        held[place * _BLOCK // 8 : (place + 1) * _BLOCK // 8] = bits.to_bytes(_BLOCK // 8, "little")
    return {chunk: int.from_bytes(held, "little") for chunk, held in pieces.items()} | found


def forget_every_common(connection: sqlite3.Connection) -> None:
    """Take the bits of all words out."""
    connection.execute("DELETE FROM main.audit_marks WHERE facet IN (?, ?)", (WORD, WORD_IN_BLOCK))


def forget_common(connection: sqlite3.Connection, chunks: Iterable[int]) -> None:
    """Take the bits of words of some chunks out; whoever reads keeps what is left anew."""
    values, wanted = [_THERE, *kept_values(connection, WORD)], set(chunks)
    connection.executemany(
        "DELETE FROM main.audit_marks WHERE facet = ? AND value = ? AND chunk = ?",
        [(WORD, value, chunk) for chunk in wanted for value in values],
    )
    _forget_blocks(connection, wanted)


def _forget_blocks(connection: sqlite3.Connection, chunks: Iterable[int]) -> None:
    connection.executemany(
        "DELETE FROM main.audit_marks WHERE facet = ? AND chunk BETWEEN ? AND ?",
        [(WORD_IN_BLOCK, chunk * _BLOCKS, chunk * _BLOCKS + _BLOCKS - 1) for chunk in chunks],
    )
