"""Sees whether an entry's details hold a phrase, without taking JSON or words apart.

A page of the log is found by looking at hundreds of entries: to take one apart takes ten times as
long as to see that it holds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

#: What JSON has outside of quotes, beside numbers.
_UNQUOTED = ("true", "false", "null", "nan", "infinity")
_OF_NUMBERS = frozenset("0123456789e")
# The letter of an escaped sign belongs to no word.
_BETWEEN_IN_JSON = r"(?:\\[bfnrt]|[^0-9a-z])+"
_BETWEEN_IN_QUOTES = r'[^0-9a-z"\\]+'
# The quotation mark that ends a value; behind a key stands a colon.
_END_OF_VALUE = r'[^"\\]*"(?!\s*:)'


class Sight:
    """Looks for one phrase.

    Args:
        words: as the full text keeps them, the last of which may be a beginning.
        between: the sign that stands between two values where a text has several.
    """

    def __init__(self, words: Sequence[str], between: str) -> None:
        self._words = words
        self._between = between

    def sort_out(
        self, details: Iterable[tuple[int, str]], holding: list[int]
    ) -> Iterator[tuple[int, str, bool]]:
        """Those of some entries that take a closer look, and whether their letters are plain.

        Args:
            details: number of an entry, and its JSON.
            holding: takes the numbers of those that are seen to hold the phrase.
        """
        words = self._words
        for number, payload in details:
            # Letters without accents can be seen; anything may be written as an escape.
            if not payload.isascii() or "\\u" in payload:
                yield number, payload, False
                continue
            small = payload.lower()
            for word in words:
                if word not in small:
                    break
            else:
                if self._sure is not None and self._sure.search(small):
                    holding.append(number)
                elif self._shape.search(small):
                    yield number, payload, True

    def is_in(self, text: str) -> bool:
        """Whether the values that were taken out of JSON with plain letters hold it."""
        return self._exact.search(text.lower()) is not None

    @cached_property
    def _shape(self) -> re.Pattern[str]:
        """What JSON holds at least where it holds the phrase."""
        return re.compile(_BETWEEN_IN_JSON.join(map(re.escape, self._words)))

    @cached_property
    def _sure(self) -> re.Pattern[str] | None:
        """What JSON holds in a value alone; ``None`` for words that stand outside of quotes too."""
        if not any(map(self._is_quoted, range(len(self._words)))):
            return None
        # Behind a backslash stands what a sign is escaped by.
        return re.compile(self._phrase(_BETWEEN_IN_QUOTES, r"0-9a-z\\") + _END_OF_VALUE)

    @cached_property
    def _exact(self) -> re.Pattern[str]:
        return re.compile(self._phrase(f"[^0-9a-z{self._between}]+", "0-9a-z"))

    def _phrase(self, between: str, not_before: str) -> str:
        # The first word comes first, which is sought for as it is, and then what is before it.
        first, *others = map(re.escape, self._words)
        return between.join((f"{first}(?<![{not_before}]{first})", *others))

    def _is_quoted(self, place: int) -> bool:
        """Whether the word of a place stands between quotation marks, wherever it stands."""
        word = self._words[place]
        if place < len(self._words) - 1:
            return not _OF_NUMBERS.issuperset(word) and word not in _UNQUOTED
        begins = any(each.startswith(word) for each in _UNQUOTED)
        return not _OF_NUMBERS.issuperset(word) and not begins
