"""The search language of the log, word by word: ``-category:login by:ann "Acme Ltd"``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Key(StrEnum):
    """What stands before a colon."""

    CATEGORY = "category"
    SUBCATEGORY = "subcategory"
    ACTION = "action"
    RESULT = "result"
    KIND = "kind"
    OBJECT = "object"
    ID = "id"
    ENTRY = "entry"
    BY = "by"
    USER = "user"
    TEAM = "team"
    ADDRESS = "address"
    COMMENT = "comment"
    IS = "is"
    AFTER = "after"
    SINCE = "since"
    BEFORE = "before"
    UNTIL = "until"
    ON = "on"
    LAST = "last"


PEOPLE = "people"
"""``is:people`` asks for what users and support did, and for failed sign-ins."""

IMPORTED = "imported"
"""``is:imported`` asks for what imported logs say; with a minus for nothing of it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search.

    Attributes:
        start, end: where it stands, the minus and the key included.
        key: as typed; ``None`` for text.
        value: without quotes.
        excluded: a minus stands before it.
        value_start: where the value begins, at its quote if it has one.
        closed: whether a quote that was opened ends.
    """

    start: int
    end: int
    key: str | None
    value: str
    excluded: bool
    value_start: int
    closed: bool = True


_TERM = re.compile(r"(?P<minus>-?)(?:(?P<key>[^\W\d]+):)?")
_QUOTED = re.compile(r'"(?P<text>(?:[^"\\]|\\.)*)(?P<close>"?)', re.DOTALL)
_BARE = re.compile(r"\S*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLAIN_VALUE = re.compile(r'[^\s"]+')
_PLAIN_TEXT = re.compile(r'(?!-)[^\s":]+')


def terms(text: str) -> Iterator[Term]:
    """The words of a search, in their order."""
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        term = _term(text, place)
        yield term
        place = max(term.end, place + 1)


def _term(text: str, start: int) -> Term:
    head = _TERM.match(text, start)
    assert head is not None  # noqa: S101 - it matches nothing, too
    value_start = head.end()
    facts = (head["key"], bool(head["minus"]), value_start)
    if quoted := _QUOTED.match(text, value_start):
        value = _ESCAPED.sub(r"\1", quoted["text"])
        return _made(start, quoted.end(), value, facts, closed=bool(quoted["close"]))
    bare = _BARE.match(text, value_start)
    end = value_start if bare is None else bare.end()
    return _made(start, end, text[value_start:end], facts)


def _made(
    start: int, end: int, value: str, facts: tuple[str | None, bool, int], closed: bool = True
) -> Term:
    key, excluded, value_start = facts
    return Term(start, end, key, value, excluded, value_start, closed)


def written_value(value: str) -> str:
    """A value as it is written after a colon."""
    return value if _PLAIN_VALUE.fullmatch(value) else quoted(value)


def written_text(text: str) -> str:
    """Words as they are written without a key."""
    return text if _PLAIN_TEXT.fullmatch(text) else quoted(text)


def quoted(text: str) -> str:
    """In quotes, whatever it holds."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
