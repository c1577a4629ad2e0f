"""What a table shows: columns, rows and the description of one cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

MASK = "•••••••"


class Tone(StrEnum):
    """How a badge or a text is coloured; the word always says it first."""

    PLAIN = "plain"
    NEUTRAL = "neutral"
    INFO = "info"
    OK = "ok"
    WARN = "warn"
    DANGER = "danger"


class Align(StrEnum):
    """Where a column puts its text; numbers stand at the end."""

    START = "start"
    END = "end"


class RowHeight(IntEnum):
    """Height of one row in logical pixels at 100 % text scale."""

    COMPACT = 32
    NORMAL = 36
    ROOMY = 48


class RowKind(StrEnum):
    """How a row is laid out."""

    ORDINARY = "ordinary"
    PROGRESS = "progress"
    SPANNED = "spanned"
    UNUSABLE = "unusable"
    GONE = "gone"


class Lead(StrEnum):
    """What stands before the first column; a table inside a card starts at the card's padding."""

    NOTHING = "nothing"
    CARD = "card"
    CHECK = "check"
    ICON = "icon"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        key: name of the column, the key of ``Row.cells``.
        title: header text, already translated.
        width: preferred width in logical pixels.
        rank: 0 never gives way; the highest rank gives way first.
        least: width a column may shrink to, if it stretches or shrinks.
        stretch: takes its share of the room that is left over, and shrinks before others give way.
        shrinks: shrinks where nothing else can give way any more, and never grows.
    """

    key: str
    title: str
    width: int = 140
    rank: int = 0
    align: Align = Align.START
    sortable: bool = True
    stretch: bool = False
    least: int = 96
    shrinks: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the painter draws it.

    Attributes:
        text: the value; with ``badge`` the word inside the badge.
        second: a line in caption under the first.
        badge: tone of the badge the text stands in, or None for plain text.
        avatar: name whose initials stand before the text, or empty.
        icon: name of an icon before the text (inside the badge, with a badge).
        tone: colour of the text, and of the icon outside a badge.
        masked: the value is hidden; ``text`` then holds what may be seen of it.
        quiet: written in the second text colour.
        roomy: the icon takes the room of an avatar, so that texts stand under each other.
        tip: what the tooltip says; without it the text, where that is cut.
    """

    text: str = ""
    second: str = ""
    badge: Tone | None = None
    avatar: str = ""
    icon: str = ""
    tone: Tone = Tone.PLAIN
    masked: bool = False
    quiet: bool = False
    roomy: bool = False
    tip: str = ""

    @property
    def shown(self) -> str:
        """The text as it may be seen: masked values show bullets and their tail."""
        if not self.masked:
            return self.text
        return f"{MASK} {self.text}" if self.text else MASK


EMPTY = Cell()

_Of = TypeVar("_Of")


class MadeCells(Mapping[str, Cell], Generic[_Of]):
    """Cells that are made when they are first looked at.

    A page of rows is read at once, and often a third of its rows and half of its columns are
    seen; words, dates and names cost more than the reading.

    Args:
        makers: makes the cell of each column.
        of: what they make it of.

    Attributes:
        failed: told once of a cell that cannot be made, which then stays empty, so that the
            painting of the others goes on; without it whoever looks at the cell is told.
    """

    __slots__ = ("_made", "_makers", "_of", "failed")

    def __init__(self, makers: Mapping[str, Callable[[_Of], Cell]], of: _Of) -> None:
        self._makers, self._of = makers, of
        self._made: dict[str, Cell] = {}
        self.failed: Callable[[Exception], object] | None = None

    def __getitem__(self, key: str) -> Cell:
        cell = self._made.get(key)
        if cell is None:
            cell = self._made[key] = self._make(self._makers[key])
        return cell

    def _make(self, make: Callable[[_Of], Cell]) -> Cell:
        try:
            return make(self._of)
        except Exception as error:
            if self.failed is None:
                raise
            self.failed(error)
            return EMPTY

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work of a progress row is.

    Attributes:
        doing: what is being done, "Writing deals, 5 of 9 objects".
        share: 0.0 to 1.0, or None while it is unknown.
        remaining: per cent and time left, already worded.
    """

    doing: str
    share: float | None
    remaining: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, made by a source and painted as it is.

    Attributes:
        id: the id the table knows the row by.
        cells: cells by column key; an absent key is an empty cell.
        kind: layout; progress and spanned rows fill every column from ``span_from``.
        icon: name of the leading icon (``Lead.ICON``).
        icon_tone: its colour.
        span: the cell of a spanned row.
        span_from: key of the first column the span or progress bar covers.
        reason: why an unusable row cannot be used; its second line.
        progress: set for ``RowKind.PROGRESS``.
        standing: keys of row actions that stay in sight without pointer or focus.
        dimmed: text in the third colour, for what is over and done.
    """

    id: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    kind: RowKind = RowKind.ORDINARY
    icon: str = ""
    icon_tone: Tone = Tone.PLAIN
    span: Cell = EMPTY
    span_from: str = ""
    reason: str = ""
    progress: Progress | None = None
    standing: tuple[str, ...] = ()
    dimmed: bool = False

    @property
    def usable(self) -> bool:
        """Whether the row may be ticked."""
        return self.kind not in (RowKind.UNUSABLE, RowKind.GONE)


@dataclass(frozen=True, slots=True)
class Sort:
    """Order of a table: a column's key and the direction."""

    key: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What a table asks its source for.

    Attributes:
        filter: the page's own description of what is wanted; the table never reads it.
        sort: the order, or None for the source's own.
    """

    filter: object = None
    sort: Sort | None = None


@dataclass(frozen=True, slots=True)
class RowAction:
    """One thing that can be done with a row.

    Attributes:
        key: given back when it is pressed.
        text: verb and object, already translated.
        icon: name of its icon, or empty.
        prominent: a button of its own beside the "..." button.
        danger: loses something; written in the danger colour.
        reason: why it cannot be pressed now; empty when it can.
        separated: a line stands before it in the menu.
    """

    key: str
    text: str
    icon: str = ""
    prominent: bool = False
    danger: bool = False
    reason: str = ""
    separated: bool = False
