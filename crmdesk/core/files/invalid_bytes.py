"""Keeps bytes that are no text where they stood, so that one bad row does not stop a file.

Each undecodable byte becomes a lone surrogate U+DC00 + byte, which no valid text contains. (The
standard ``surrogateescape`` does the same for bytes from 128 on, but fails on UTF-16.)
"""

from __future__ import annotations

import codecs
import re

MARK = "crmdesk-mark-invalid"
_FIRST = 0xDC00
_MARKED = re.compile("[\udc00-\udcff]+")


def first_invalid(text: str) -> tuple[int, bytes] | None:
    """Where the first undecodable bytes stand in ``text`` (from 0), and which they are."""
    found = _MARKED.search(text)
    if found is None:
        return None
    return found.start(), bytes(ord(character) - _FIRST for character in found.group())


def count_invalid(text: str) -> int:
    """How many bytes of ``text`` could not be decoded."""
    return sum(len(run) for run in _MARKED.findall(text))


def is_text(text: str) -> bool:
    """Whether all of ``text`` could be decoded; told at memory speed."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(text: str) -> str:
    r"""Show undecodable bytes as ``\x81``, so that the rest can be written as UTF-8."""
    return _MARKED.sub(
        lambda run: "".join(f"\\x{ord(character) - _FIRST:02x}" for character in run.group()), text
    )


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(chr(_FIRST + byte) for byte in bad), error.end


codecs.register_error(MARK, _mark)
