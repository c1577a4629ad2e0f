"""Finds entries of the audit log by the words in their details.

The full text gives the entries of a word that stands there whole as they are asked for; of a
beginning it first puts together everything that begins so, a second of work in ten million. So a
beginning is asked for as the words that there are of it, wherever they are few.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_words import BETWEEN, CREATE, HIGHEST, MAIN, NAME, words_of
from crmdesk.core.db.word_sight import Sight

#: Words of one beginning that are asked for one by one; each costs a search of its own.
_MOST_WORDS = 8
_AT_ONCE = 10_000
#: Entries from which one call of :func:`places_between` tells: as many as a sign has numbers.
MOST_PLACES = 1 << 20
_FIRST_SIGN = 1 << 16
_PLAIN_WORD = re.compile("[0-9a-z]+")
_ONE_LESS = bytes((number - 1) % 256 for number in range(256))


@dataclass(frozen=True, slots=True)
class Phrase:
    """What to look for: words beside each other, of which the last may be a beginning.

    Attributes:
        words: as the full text keeps them: small letters without accents.
    """

    text: str
    words: tuple[str, ...]

    @property
    def of_beginning(self) -> str:
        """As the full text wants it, whatever the last word goes on with."""
        return f"{_quoted(self.text)} *"

    def ending_with(self, endings: Iterable[str]) -> str:
        """As the full text wants it with any of these as the last word, which are some."""
        before = self.words[:-1]
        return " OR ".join(_quoted(" ".join((*before, each))) for each in endings)

    def without(self, common: Collection[str]) -> str:
        """As the full text wants its other words, wherever they stand; empty for all or none."""
        *before, last = self.words
        left = [_quoted(word) for word in before if word not in common]
        if last not in common:
            left.append(f"{_quoted(last)} *")
        return " AND ".join(left) if 0 < len(left) < len(self.words) else ""


def of_word(word: str) -> str:
    """As the full text wants a word that stands there whole."""
    return _quoted(word)


@lru_cache(maxsize=64)
def phrase_of(text: str) -> Phrase:
    """Take a text apart as the full text does; without any word there is nothing to look for."""
    plain = text.replace("\x00", " ")
    if not any(map(str.isalnum, plain)):
        return Phrase(plain, ())
    if plain.isascii():
        return Phrase(plain, tuple(_PLAIN_WORD.findall(plain.lower())))
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(CREATE.format(NAME))
        scratch.execute(f"CREATE VIRTUAL TABLE each USING fts5vocab({NAME}, instance)")
        scratch.execute(f"INSERT INTO {NAME} (rowid, words) VALUES (1, ?)", (plain,))
        rows = scratch.execute('SELECT term FROM each ORDER BY "offset"').fetchall()
    return Phrase(plain, tuple(row[0] for row in rows))


def words_beginning(connection: sqlite3.Connection, start: str) -> tuple[str, ...] | None:
    """Every word kept that begins so, in order; ``None`` for too many to go through."""
    connection.execute(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.kept_words "
        f"USING fts5vocab('main', '{NAME}', 'instance')"
    )
    found: list[str] = []
    low = start
    while len(found) <= _MOST_WORDS:
        row = connection.execute(
            "SELECT term FROM temp.kept_words WHERE term >= ? AND term < ? LIMIT 1",
            (low, start + HIGHEST),
        ).fetchone()
        if row is None:
            return tuple(found)
        found.append(row[0])
        # No sign of a word sorts before this one: what follows is the next word.
        low = row[0] + "0"
    return None


def with_words(connection: sqlite3.Connection, match: str) -> Iterator[int]:
    """All entries among those kept that hold what a :class:`Phrase` asks for."""
    found = connection.execute(f"SELECT rowid FROM {MAIN} WHERE {NAME} MATCH ?", (match,))
    return (row[0] for row in found)


def newest_with_words(connection: sqlite3.Connection, match: str, high: int) -> Iterator[int]:
    """The same from ``high`` down, found as they are asked for."""
    found = connection.execute(
        f"SELECT rowid FROM {MAIN} WHERE {NAME} MATCH ? AND rowid <= ? ORDER BY rowid DESC",
        (match, high),
    )
    return (row[0] for row in found)


def places_between(connection: sqlite3.Connection, match: str, low: int, high: int) -> array[int]:
    """The same from one entry to another, each as its distance from the first, in rising order.

    They come as one text, a sign for each: half the time of as many rows.

    Args:
        high: less than ``low + MOST_PLACES``.
    """
    (signs,) = connection.execute(
        f"SELECT group_concat(char(? + rowid), '') FROM {MAIN} "
        f"WHERE {NAME} MATCH ? AND rowid BETWEEN ? AND ?",
        (_FIRST_SIGN - low, match, low, high),
    ).fetchone()
    written = bytearray((signs or "").encode("utf-32-le"))
    # Four bytes each, the lowest first: what all have too much stands in the third.
    written[2::4] = written[2::4].translate(_ONE_LESS)
    found = array("I")
    found.frombytes(written)
    return found


def with_words_among(
    connection: sqlite3.Connection, phrase: Phrase, numbers: Iterable[int]
) -> Iterator[int]:
    """The same among some entries, looked for in their details themselves."""
    left = iter(numbers if phrase.words else ())
    while slice_ := list(islice(left, _AT_ONCE)):
        yield from _seen(connection, phrase, slice_)


def _seen(connection: sqlite3.Connection, phrase: Phrase, numbers: list[int]) -> Iterator[int]:
    rows = connection.execute(
        "SELECT event_id, payload FROM main.audit_details "
        "WHERE event_id IN (SELECT value FROM json_each(?)) AND payload IS NOT NULL",
        (json.dumps(numbers),),
    )
    holding: list[int] = []
    unsure = _unsure(rows, Sight(phrase.words, BETWEEN), holding)
    first = next(unsure, None)
    if first is not None:
        yield from _matching(phrase, chain((first,), unsure))
    yield from holding


def _unsure(
    rows: Iterable[tuple[int, str]], sight: Sight, holding: list[int]
) -> Iterator[tuple[int, str]]:
    """Number and words of those of which the full text must be asked; the others are sorted out."""
    for number, payload, plain in sight.sort_out(rows, holding):
        text = words_of(payload)
        if not plain:
            yield number, text
        elif sight.is_in(text):
            holding.append(number)


def _matching(phrase: Phrase, texts: Iterable[tuple[int, str]]) -> list[int]:
    """The numbers of those texts that hold a phrase, as the full text itself says."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(CREATE.format(NAME))
        scratch.executemany(f"INSERT INTO {NAME} (rowid, words) VALUES (?, ?)", texts)
        found = scratch.execute(
            f"SELECT rowid FROM {NAME} WHERE {NAME} MATCH ?", (phrase.of_beginning,)
        )
        return [row[0] for row in found]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
