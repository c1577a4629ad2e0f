"""Values of several choices: one text, joined by ";", compared as a set."""

from __future__ import annotations

from dataclasses import dataclass

SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class MultiValue:
    """The choices of one cell, in the order given and each once.

    ``append`` is what a leading ";" in an import means: add to what the record has.
    """

    values: tuple[str, ...]
    append: bool = False

    @classmethod
    def from_text(cls, text: str) -> MultiValue:
        """Read ``"a;b"`` or, to append, ``";a;b"``; outer spaces and repetitions are dropped."""
        parts = [part.strip() for part in text.split(SEPARATOR)]
        unique = tuple(dict.fromkeys(part for part in parts if part))
        return cls(unique, append=text.lstrip().startswith(SEPARATOR))

    def to_text(self) -> str:
        """The text as an import carries it, with the leading ";" when it appends."""
        return (SEPARATOR if self.append else "") + SEPARATOR.join(self.values)

    def applied_to(self, current: str | None) -> str | None:
        """Canonical text a record holds afterwards, given what it holds now."""
        if not self.append or not current:
            return SEPARATOR.join(self.values) or None
        kept = current.split(SEPARATOR)
        return SEPARATOR.join(dict.fromkeys((*kept, *self.values)))


def same_choices(one: str | None, other: str | None) -> bool:
    """Whether two canonical texts hold the same set of choices."""
    if one == other:
        return True
    if one is None or other is None:
        return False
    return set(one.split(SEPARATOR)) == set(other.split(SEPARATOR))
