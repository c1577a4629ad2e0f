"""How many guesses a password would stand, roughly, and on the cautious side.

The password is cut into the cheapest pieces that a guesser would try: common passwords and the
person's own words, also with capitals, with digits for letters or backwards; runs of the alphabet
or the keyboard; repetitions; years; and for the rest one character after another. This is the way
of zxcvbn (Wheeler, USENIX Security 2016), whose own dictionaries of a megabyte would cost more
start-up time than a bar of five steps is worth.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

# Powers of ten: under 10^3 guesses is step 0, from 10^10 on step 4, as zxcvbn has it.
_STEPS = (3.0, 6.0, 8.0, 10.0)
_LONGEST_READ = 128
_LONGEST_WORD = 24
_SHORTEST_PATTERN = 3
_COST_OF_A_CHARACTER = 1.0
_COST_OF_A_VARIATION = math.log10(2)
_COST_OF_A_JOINT = 0.5
_COST_OF_A_YEAR = 2.0
_DISGUISES = str.maketrans(
    {"4": "a", "@": "a", "8": "b", "3": "e", "1": "i", "!": "i"}
    | {"|": "l", "0": "o", "5": "s", "$": "s", "7": "t", "2": "z"}
)
_YEAR = re.compile(r"(19|20)\d\d")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "12345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "йцукенгшщзхъфывапролджэячсмитьбю",
)
_RUNS = tuple(row for each in _ROWS for row in (each, each[::-1]))


def guesses_log10(password: str, ranks: Mapping[str, int]) -> float:
    """The power of ten of the guesses that would find a password.

    Args:
        password: normalised; what lies beyond 128 characters is not looked at.
        ranks: case-folded words that are guessed as a whole, with their rank from 1 on.
    """
    text = password[:_LONGEST_READ]
    best = [0.0] + [math.inf] * len(text)
    for end in range(1, len(text) + 1):
        for start, cost in _pieces_to(text, end, ranks):
            joint = _COST_OF_A_JOINT if start else 0.0
            best[end] = min(best[end], best[start] + cost + joint)
        # Unpatterned characters need no joint: they go on as they came.
        best[end] = min(best[end], best[end - 1] + _COST_OF_A_CHARACTER)
    return best[-1]


def score(power: float) -> int:
    """The step from 0 (found at once) to 4 (very strong) for a power of ten of guesses."""
    return sum(power >= step for step in _STEPS)


def _pieces_to(text: str, end: int, ranks: Mapping[str, int]) -> Iterator[tuple[int, float]]:
    """Where a piece that ends at ``end`` may start, and what it costs."""
    for start in range(end - _SHORTEST_PATTERN, -1, -1):
        piece = text[start:end]
        folded = piece.casefold()
        if len(piece) <= _LONGEST_WORD:
            yield from ((start, cost) for cost in _word_costs(piece, folded, ranks))
            if any(folded in run for run in _RUNS):
                yield start, math.log10(len(_RUNS) * len(piece))
        unit = _repeated(folded)
        if unit:
            times = math.log10(len(folded) // len(unit))
            yield start, _COST_OF_A_CHARACTER * len(unit) + times
            if unit in ranks:
                yield start, math.log10(ranks[unit]) + times
        if _YEAR.fullmatch(piece):
            yield start, _COST_OF_A_YEAR


def _word_costs(piece: str, folded: str, ranks: Mapping[str, int]) -> Iterator[float]:
    capitals = _COST_OF_A_VARIATION * min(sum(map(str.isupper, piece)), 3)
    plain = folded.translate(_DISGUISES)
    disguised = _COST_OF_A_VARIATION * sum(a != b for a, b in zip(folded, plain, strict=True))
    for word, extra in (
        (folded, 0.0),
        (folded[::-1], _COST_OF_A_VARIATION),
        (plain, disguised),
    ):
        if word in ranks:
            yield math.log10(ranks[word]) + capitals + extra


def _repeated(text: str) -> str:
    """The shortest text that makes up all of ``text`` when it is repeated, or blank."""
    # A text found in its own double, before its end, is a turn of itself.
    turn = (text + text).find(text, 1)
    return text[:turn] if turn < len(text) else ""
