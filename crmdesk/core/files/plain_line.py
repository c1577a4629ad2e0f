"""Text that stays on its line and reads in one direction, whatever somebody put into it."""

from __future__ import annotations

import re

# Controls of ASCII and of Latin-1 (line ends, escape sequences), marks without width, marks and
# orders of direction, separators of lines, lone surrogates, and tags. Joiners stay: names of some
# scripts, and emoji, are spelt with them.
_UNRULY = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)

#: What no name needs. Marks of direction stay: names of some scripts are spelt with them.
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain_line(text: str) -> str:
    r"""The text with such characters spelt out as JSON spells them, e.g. ``\u202e``.

    A text that is JSON means the same afterwards.
    """
    if text.isascii() and text.isprintable():
        return text
    return _UNRULY.sub(_spelt, text)


def is_one_line(text: str) -> bool:
    """Whether a name has no line break, control, order of direction or half of a character."""
    return not _BREAKS.search(text)


def _spelt(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
