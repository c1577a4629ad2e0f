"""Which columns are shown, and how wide, for the room there is."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.ui.tables.cells import Column


def fit(columns: Sequence[Column], room: int) -> list[tuple[Column, int]]:
    """Choose columns and widths for a table ``room`` logical pixels wide.

    Stretching columns shrink to their least width first; then columns give way, highest
    rank first and from the end; columns of rank 0 always stay, and those of them that may shrink
    do so last. What is left over goes to the stretching columns, or to the last one.
    """
    least = [_shrunk(column) if column.stretch else column.width for column in columns]
    missing = sum(least) - room
    gone: set[int] = set()
    # A file may have a thousand columns: one look at each is enough.
    for place in sorted(range(len(columns)), key=lambda n: (-columns[n].rank, -n)):
        if missing <= 0 or not columns[place].rank:
            break
        gone.add(place)
        missing -= least[place]
    return _share_out([each for n, each in enumerate(columns) if n not in gone], room)


def _shrunk(column: Column) -> int:
    return min(column.least, column.width)


def _share_out(columns: Sequence[Column], room: int) -> list[tuple[Column, int]]:
    widths = [column.width for column in columns]
    stretching = [n for n, column in enumerate(columns) if column.stretch]
    difference = room - sum(widths)
    if stretching and difference:
        _spread(columns, widths, stretching, difference)
    shrinking = [n for n, column in enumerate(columns) if column.shrinks and not column.stretch]
    difference = min(room - sum(widths), 0)
    if shrinking and difference:
        _spread(columns, widths, shrinking, difference)
    return list(zip(columns, widths, strict=True))


def _spread(
    columns: Sequence[Column], widths: list[int], stretching: Sequence[int], difference: int
) -> None:
    # Shrinking stops at each column's least width. Those that can give least come first, so
    # that what they cannot give is asked of the others.
    by_slack = sorted(stretching, key=lambda n: columns[n].width - _shrunk(columns[n]))
    for place, n in enumerate(by_slack):
        part = difference // (len(by_slack) - place)
        widths[n] = max(_shrunk(columns[n]), widths[n] + part)
        difference -= widths[n] - columns[n].width
