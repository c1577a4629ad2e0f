"""File and zip entry names that every system can hold, made from anything a person may type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import count

_LONGEST = 255
_FORBIDDEN = frozenset('<>:"/\\|?*')
# Controls, format characters (bidi, zero width), surrogates, private use, line separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Windows keeps these for devices, with any ending (learn.microsoft.com, "Naming Files").
_RESERVED = re.compile(
    r"^(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|COM[0-9¹²³]|LPT[0-9¹²³])$", re.IGNORECASE
)
_UNNAMED = "unnamed"


def safe_file_name(label: str, taken: Collection[str] = (), suffix: str = "") -> str:
    """Make a file name for ``label`` that stays in its folder and differs from all taken ones.

    Args:
        label: anything; what no system forbids is kept, in Unicode NFC.
        taken: names given out before; capitals and Unicode forms make no difference between
            names, as on Windows and macOS.
        suffix: ending such as ``".csv"``, never cut off.

    Returns:
        a name of at most 255 bytes in UTF-8. Equal arguments give equal names.
    """
    used = {_key(name) for name in taken}
    stem = _clean(label)
    endings = (f" ({number}){suffix}" if number > 1 else suffix for number in count(1))
    names = (_fit(stem, ending) for ending in endings)
    return next(name for name in names if _key(name) not in used)


def tidy(original: str) -> str:
    """One line of visible text; what cannot be shown is left out."""
    shown = "".join(character if character.isprintable() else " " for character in original)
    return " ".join(shown.split())


def storable(text: str) -> str:
    """A text as a database can hold it: odd bytes of a file name become question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _clean(label: str) -> str:
    kept = "".join(_harmless(character) for character in unicodedata.normalize("NFC", label))
    # Leading dots hide a file or climb out; trailing dots and spaces vanish on Windows.
    stem = " ".join(kept.split()).lstrip(". ").rstrip(". ")
    return unicodedata.normalize("NFC", stem) or _UNNAMED


def _harmless(character: str) -> str:
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f\x85":
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return "_"
    # Some systems turn look-alikes (a full-width slash, U+2100 "a/c") into the real thing.
    if _FORBIDDEN.intersection(unicodedata.normalize("NFKC", character)) or character in "⁄∕∖":
        return "_"
    return character


def _fit(stem: str, ending: str) -> str:
    """Cut at a character so that the whole fits, and step off the names of devices."""
    head, dot, rest = stem.partition(".")
    if _RESERVED.match(head.rstrip()):
        stem = f"{head.rstrip()}_{dot}{rest}"
    room = _LONGEST - len(ending.encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore")
    return (cut if cut == stem else cut.rstrip(". ")) + ending


def _key(name: str) -> str:
    """Equal for names that some file system takes for the same (Unicode canonical caseless)."""
    folded = unicodedata.normalize("NFD", name).casefold()
    return unicodedata.normalize("NFD", folded)
