"""Which commands the words in the palette find, and in which order. No widgets here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from crmdesk.ui.actions import ActionSpec


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed.

    Attributes:
        words: the words without the sign in front.
        commands_only: ">" stood in front.
        record_id: "#" stood in front: the number after it, or None.
        by_id: "#" stood in front.
    """

    words: str
    commands_only: bool = False
    by_id: bool = False
    record_id: int | None = None


def read_wish(typed: str) -> Wish:
    """Take the typed text apart."""
    text = typed.strip()
    if text.startswith(">"):
        return Wish(text[1:].strip(), commands_only=True)
    if text.startswith("#"):
        number = text[1:].strip()
        known = number.isascii() and number.isdigit() and len(number) < 19
        return Wish(number, by_id=True, record_id=int(number) if known else None)
    return Wish(text)


def fold(text: str) -> str:
    """Lower case without accents, so that "espana" finds "España"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def rank(spec: ActionSpec, words: str) -> int | None:
    """How well an action fits: 0 is best, None is not at all.

    Every word has to begin a word of the text, of its place or of its other words.
    """
    wanted = fold(words).split()
    text = fold(spec.text)
    own = text.split()
    other = fold(" ".join((spec.place, *spec.words))).split()
    if not all(_begins(word, own) or _begins(word, other) for word in wanted):
        return None
    if text.startswith(" ".join(wanted)):
        return 0
    return 1 if all(_begins(word, own) for word in wanted) else 2


def find_actions(
    specs: Iterable[ActionSpec], words: str, recent: Iterable[str] = ()
) -> list[ActionSpec]:
    """Actions that fit, best first; those used last come first among equals."""
    used = {key: place for place, key in enumerate(recent)}
    found = []
    for number, spec in enumerate(specs):
        fits = rank(spec, words) if spec.in_palette else None
        if fits is not None:
            found.append((fits, used.get(spec.key, len(used)), number, spec))
    return [spec for *_, spec in sorted(found, key=lambda entry: entry[:3])]


def _begins(word: str, words: list[str]) -> bool:
    return any(other.startswith(word) for other in words)
