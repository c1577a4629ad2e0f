"""Random bytes as text that a person can read aloud, write down and type in.

The alphabet is Crockford's base 32 (https://www.crockford.com/base32.html): digits and capital
letters without I, L, O and U. What is typed as one of the first three is read as 1, 1 and 0.
"""

from __future__ import annotations

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BITS = 5
_TYPED_OTHERWISE = str.maketrans("ILO", "110")
_DASH = "Pd"


def encode(data: bytes) -> str:
    """Write bytes in the alphabet; their number of bits must be a multiple of five."""
    bits = len(data) * 8
    if bits % _BITS:
        raise ValueError("the number of bits must be a multiple of five")
    number = int.from_bytes(data, "big")
    shifts = range(bits - _BITS, -1, -_BITS)
    return "".join(ALPHABET[number >> shift & 31] for shift in shifts)


def decode(text: str) -> bytes:
    """Read what :func:`encode` wrote.

    Raises:
        ValueError: a character is not of the alphabet; the text is not repeated in it.
    """
    number = 0
    for character in text:
        number = number << _BITS | _value(character)
    return number.to_bytes(len(text) * _BITS // 8, "big")


def _value(character: str) -> int:
    position = ALPHABET.find(character)
    if position < 0:
        raise ValueError("a character is not of the alphabet")
    return position


def normalise(typed: str) -> str:
    """Drop spaces and dashes of any kind, make capitals, read I, L and O as 1, 1 and 0.

    Full-width letters, as an input method for Japanese types them, count as plain ones.
    """
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_TYPED_OTHERWISE)
    return "".join(
        each for each in plain if not each.isspace() and unicodedata.category(each) != _DASH
    )


def grouped(text: str, size: int = 4) -> str:
    """Set a hyphen after each ``size`` characters: ``"ABCD-EFGH"``."""
    return "-".join(text[start : start + size] for start in range(0, len(text), size))
