"""Figures of the overview as a table: what the charts show, and who took how much each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.exports.overview import Amount, DayAmount, MonthAmount
from crmdesk.ui import words
from crmdesk.ui.exports.date_chip import month_words
from crmdesk.ui.exports.words import say
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Align, Cell, Column, Row
from crmdesk.ui.tables.table_popover import TablePopover


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what it is of, in one text or two, and how much."""

    texts: tuple[str, ...]
    amount: Amount


class FiguresTable(TablePopover):
    """Opens below its link; a line chosen here narrows the list to its exports.

    Args:
        name: what it is a table of.
        headings: of the texts that stand before the numbers.

    Signals:
        chosen: a line was opened; carries the filter that finds its exports.
        wanted: it opens, and shows what was last set.
    """

    chosen = Signal(object)
    wanted = Signal()

    def __init__(
        self, name: str, headings: Sequence[str], width: int, queries: Queries, parent: QWidget
    ) -> None:
        texts = [
            Column(f"text{place}", heading, 130, stretch=True, sortable=False)
            for place, heading in enumerate(headings)
        ]
        numbers = [
            Column(key, heading, 90, align=Align.END, sortable=False)
            for key, heading in (("exports", say("Exports")), ("records", say("Records")))
        ]
        super().__init__(name, (*texts, *numbers), width, queries, parent)
        self._figures: tuple[Figure, ...] = ()
        self.opened.connect(self._choose)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show other lines."""
        self._figures = tuple(figures)
        self.show_rows(_row(place, each) for place, each in enumerate(self._figures))

    def about_to_open(self) -> None:
        self.wanted.emit()
        super().about_to_open()

    @Slot(int)
    def _choose(self, place: int) -> None:
        self.chosen.emit(self._figures[place].amount.wanted)


def day_figures(days: Sequence[DayAmount]) -> list[Figure]:
    """The days, newest first."""
    return [Figure((words.day(each.day),), each.amount) for each in reversed(days)]


def month_figures(months: Sequence[MonthAmount]) -> list[Figure]:
    """Who took how much in each month."""
    return [
        Figure((month_words(each.month), each.user_name or say("Somebody")), each.amount)
        for each in months
    ]


def _row(place: int, found: Figure) -> Row:
    amount = found.amount
    cells = {f"text{at}": Cell(text) for at, text in enumerate(found.texts)}
    numbers = {"exports": amount.exports, "records": amount.records}
    cells |= {key: Cell(words.number(value)) for key, value in numbers.items()}
    return Row(place, cells, dimmed=not amount.exports)
