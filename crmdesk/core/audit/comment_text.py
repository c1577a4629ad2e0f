"""The text of a comment: plain, with people in it by their id and links that are recognised.

A person stands in the stored text as ``@{17}``, which a change of the name does not touch; an ``@``
that somebody typed before a brace stands as ``@{}``, so that no typed text reads as a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from crmdesk.core.errors import UserError
from crmdesk.core.files.names import storable

#: A million bytes of UTF-8; a comment is no place for a file.
LONGEST: Final = 1_000_000
_STORED = re.compile(r"@\{(\d{0,18})\}")
# What stands before an @ inside an address is no space and no bracket.
_AT = re.compile(r"(?<![\w.+\-@])@(?=[^\s@])")
_WORD = re.compile(r"[^\s,;:!?()<>\[\]{}\"“”]+")
_LINK = re.compile(r"(?:https?|crmdesk)://[^\s<>\"“”\x00-\x1f]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)'"
_MOST_NAMED = 3
_KEPT_CONTROLS = "\n\t"
_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"


class SpanKind(StrEnum):
    """What a stretch of a comment is."""

    TEXT = "text"
    PERSON = "person"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a comment.

    Attributes:
        text: to be shown as it is, never as markup; whatever steers a terminal or turns the
            direction of writing has become visible.
        target: the user's id, or the address of the link; empty for text.
    """

    kind: SpanKind
    text: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be mentioned."""

    id: int
    email: str
    full_name: str


def checked_text(typed: str) -> str:
    """A text as it can be kept, without spaces around it.

    Raises:
        UserError: ``comment_blank``, ``comment_too_long``.
    """
    text = storable(typed.replace("\r\n", "\n").replace("\r", "\n")).replace("\0", "").strip()
    if not visible(text).strip():
        raise UserError("comment_blank", "The comment is empty.", "Write something first.")
    size = len(text.encode())
    if size > LONGEST:
        raise UserError(
            "comment_too_long",
            f"The comment has {size:,} bytes; {LONGEST:,} is the most.",
            "Shorten it, or keep the text elsewhere and write where.",
            bytes=size,
        )
    return text


def to_stored(text: str, people: Iterable[Person]) -> str:
    """Put ids in the place of those who are mentioned.

    Args:
        text: as typed; after an @ stands an e-mail address or a name, or the start of either.
        people: who can be mentioned.

    Raises:
        UserError: ``mention_ambiguous``, a start fits several people.
    """
    known = _Known(people)
    parts, end = [], 0
    for found in _AT.finditer(text):
        if found.start() < end:
            continue
        person, length = known.at(text, found.end())
        if person is not None:
            parts += [_escaped(text[end : found.start()]), f"@{{{person.id}}}"]
            end = found.end() + length
    return "".join([*parts, _escaped(text[end:])])


class _Known:
    """Finds the person that a text means at a place."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = list(people)
        whole: dict[str, list[Person]] = {}
        lengths: set[int] = set()
        for person in self._people:
            names = (person.email, person.full_name)
            for name in {name.casefold() for name in names}:
                whole.setdefault(name, []).append(person)
            # Folding can make a name longer, and it is typed either way: "Weiß" is "weiss".
            lengths |= {len(form) for name in names for form in (name, name.casefold())}
        self._whole = whole
        # The longest first: "Ann Berg-Dahl" is not "Ann Berg".
        self._lengths = sorted(lengths, reverse=True)
        # A megabyte of @ is looked at in the time that one letter takes.
        self._first = {name[:1] for name in whole}
        self._by_word: dict[str, Person | None] = {}

    def at(self, text: str, place: int) -> tuple[Person | None, int]:
        """Who is meant after an @, and how many characters say so."""
        if text[place].casefold()[:1] not in self._first:
            return None, 0
        for length in self._lengths:
            name = text[place : place + length].casefold()
            after = text[place + length : place + length + 1]
            if name in self._whole and not after.isalnum():
                return _only(self._whole[name], name), length
        word = _WORD.match(text, place)
        if word is None:
            return None, 0
        typed = word[0].rstrip(".'")
        if typed not in self._by_word:
            self._by_word[typed] = self._starting(typed.casefold())
        return self._by_word[typed], len(typed)

    def _starting(self, start: str) -> Person | None:
        if not start:
            return None
        fitting = [
            person
            for person in self._people
            if person.email.casefold().startswith(start)
            or person.full_name.casefold().startswith(start)
        ]
        return _only(fitting, start)


def _only(people: list[Person], start: str) -> Person | None:
    if len(people) > 1:
        names = ", ".join(sorted(person.email for person in people)[:3])
        raise UserError(
            "mention_ambiguous",
            f"“@{start}” could be {len(people)} people: {names}.",
            "Write the e-mail address after the @.",
        )
    return people[0] if people else None


def _escaped(text: str) -> str:
    return text.replace("@{", "@{}{")


def mentioned(stored: str) -> list[int]:
    """The ids of the users that a stored text mentions, each once, in order."""
    return [int(each) for each in dict.fromkeys(_STORED.findall(stored)) if each]


def meant_nobody(stored: str) -> tuple[str, ...]:
    """What stands after an @ and is nobody's name or address, each once, at most three."""
    found: dict[str, None] = {}
    for place in _AT.finditer(_STORED.sub(" ", stored)):
        word = _WORD.match(place.string, place.end())
        if word is not None and word[0][0].isalpha():
            found[word[0].rstrip(".'")] = None
        if len(found) == _MOST_NAMED:
            break
    return tuple(found)


def to_typed(stored: str, people: Mapping[int, Person]) -> str:
    """The text as somebody would type it, for editing: people by name, or address if need be."""
    names: dict[str, int] = {}
    for person in people.values():
        name = person.full_name.casefold()
        names[name] = names.get(name, 0) + 1

    def typed(found: re.Match[str]) -> str:
        if not found[1]:
            return "@"
        person = people.get(int(found[1]))
        if person is None:
            return "@?"
        unique = names[person.full_name.casefold()] == 1
        return "@" + (person.full_name if unique else person.email)

    return _STORED.sub(typed, stored)


def spans(stored: str, people: Mapping[int, Person]) -> tuple[Span, ...]:
    """The stretches of a stored text, ready to be shown."""
    return tuple(_joined(_spans(stored, people)))


def _spans(stored: str, people: Mapping[int, Person]) -> Iterator[Span]:
    end = 0
    for found in _STORED.finditer(stored):
        yield from _with_links(stored[end : found.start()])
        end = found.end()
        if not found[1]:
            yield Span(SpanKind.TEXT, "@")
            continue
        person = people.get(int(found[1]))
        name = "?" if person is None else visible(person.full_name)
        yield Span(SpanKind.PERSON, f"@{name}", found[1])
    yield from _with_links(stored[end:])


def _with_links(text: str) -> Iterator[Span]:
    end = 0
    for found in _LINK.finditer(text):
        address = found[0].rstrip(_AFTER_LINK)
        # An address that shows other letters than it has is none that anybody shall follow.
        if address != visible(address) or address.endswith("://"):
            continue
        yield Span(SpanKind.TEXT, visible(text[end : found.start()]))
        yield Span(SpanKind.LINK, address, address)
        end = found.start() + len(address)
    yield Span(SpanKind.TEXT, visible(text[end:]))


def _joined(found: Iterator[Span]) -> Iterator[Span]:
    text = ""
    for span in found:
        if span.kind is SpanKind.TEXT:
            text += span.text
            continue
        if text:
            yield Span(SpanKind.TEXT, text)
            text = ""
        yield span
    if text:
        yield Span(SpanKind.TEXT, text)


def visible(text: str) -> str:
    """The text with a sign in the place of each character that steers and is not seen.

    Controls become the pictures that Unicode has for them (U+2400 and on); marks that turn the
    direction of writing or take no width become ``U+FFFD``. Joiners inside words and emoji stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in _KEPT_CONTROLS or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    steers = unicodedata.category(character) in _STEERING and character not in _JOINERS
    return "\N{REPLACEMENT CHARACTER}" if steers else character
