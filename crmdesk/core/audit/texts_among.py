"""Finds the newest entries with texts: by looking at a few, and by their rarest words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import groupby
from typing import NamedTuple

from crmdesk.core.audit.index import AuditIndex
from crmdesk.core.audit.marks import span
from crmdesk.core.audit.texts import about_thing, match_for, worded_to
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_common_words import common_among
from crmdesk.core.db.sqlite_word_search import newest_with_words, phrase_of, with_words_among

#: Of a shorter beginning the full text puts together what many thousands of words stand for.
_SHORTEST = 3


class RareText(NamedTuple):
    """A text that few entries hold, or that is one word.

    Attributes:
        match: what to ask the full text for; empty for a text that only names a thing.
        exact: whether whoever is found so holds all of it.
    """

    text: str
    match: str
    exact: bool


def holding(
    tx: Tx, index: AuditIndex, texts: Iterable[str], numbers: list[int], *, held: bool = True
) -> list[int]:
    """Those of some entries that hold all of some texts, in their order, by looking at each.

    Args:
        held: ``False`` for those that hold none of them.
    """
    for text in texts:
        found = _held(tx, index, text, numbers)
        numbers = [number for number in numbers if (number in found) is held]
    return numbers


def _held(tx: Tx, index: AuditIndex, text: str, numbers: list[int]) -> set[int]:
    term = text.strip()
    if not term:
        return set(numbers)
    things, phrase = about_thing(tx, index, term), phrase_of(term)
    found = set(with_words_among(tx.driver, phrase, numbers)) if phrase.words else set()
    if things.chunks:
        found.update(number for number in numbers if number in things)
    return found


def rare_text(tx: Tx, index: AuditIndex, texts: Iterable[str]) -> RareText | None:
    """The first of some texts that the full text soon finds the newest entries with, if any."""
    readable = worded_to(tx, index)
    for text in texts:
        phrase = phrase_of(text.strip())
        if not phrase.words:
            if text.strip():
                return RareText(text, "", exact=True)
        elif readable and len(phrase.words[-1]) >= _SHORTEST:
            common = common_among(tx.driver, phrase.words)
            if not common or len(phrase.words) == 1:
                return RareText(text, match_for(tx, index, phrase), exact=True)
            # Next to a common word the full text looks in millions of places.
            if sieve := phrase.without(common):
                return RareText(text, sieve, exact=False)
    return None


def newest_with(tx: Tx, index: AuditIndex, rare: RareText, high: int) -> Iterator[int]:
    """The entries from ``high`` down that hold a rare text, or may, found as they are asked for."""
    things = about_thing(tx, index, rare.text.strip()) & span(1, high)
    worded = newest_with_words(tx.driver, rare.match, high) if rare.match else iter(())
    both = merge(worded, things.newest_first(), reverse=True) if things.chunks else worded
    return (number for number, _ in groupby(both))
