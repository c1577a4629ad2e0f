"""The columns of a file as rows of a table, and below them the values that every row gets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crmdesk.core.records.dates import DateOrder
from crmdesk.core.transfer.model import ColumnSuggestion, HeaderFault
from crmdesk.ui.records.showing import Showing
from crmdesk.ui.tables.cells import Cell, Column, Row, Tone
from crmdesk.ui.transfer.draft import Draft, written_order
from crmdesk.ui.transfer.link_ways import LinkWay, link_text
from crmdesk.ui.transfer.wording import filled, matched_by, order_words, property_label, say

_MOST_NAMED = 6

COLUMNS = ("column", "samples", "target", "how")


def table_columns() -> tuple[Column, ...]:
    """What the table shows of each column of the file."""
    return (
        Column("column", say("Column in the file"), 200, sortable=False, least=140),
        Column("samples", say("First values"), 200, rank=2, stretch=True, sortable=False),
        Column("target", say("Goes to"), 240, sortable=False),
        Column("how", say("How"), 190, rank=1, sortable=False),
    )


@dataclass(frozen=True, slots=True)
class ColumnRows:
    """The rows of one draft, numbered from 1; fixed values follow the columns."""

    draft: Draft
    ways: Sequence[LinkWay]
    showing: Showing | None

    def rows(self) -> Iterator[Row]:
        """All of them."""
        columns = self.draft.inspection.columns
        yield from (self._column(number, each) for number, each in enumerate(columns, 1))
        fixed = enumerate(self.draft.static, len(columns) + 1)
        yield from (self._fixed(number, name) for number, name in fixed)

    def _column(self, number: int, column: ColumnSuggestion) -> Row:
        goes, how = self._target(column)
        cells = (
            _heading(column),
            Cell(" · ".join(column.samples[:3]), quiet=True),
            goes,
            Cell(how, quiet=True),
        )
        return Row(number, dict(zip(COLUMNS, cells, strict=True)))

    def _target(self, column: ColumnSuggestion) -> tuple[Cell, str]:
        draft, header = self.draft, column.header
        target, link = draft.target_of(header), draft.links.get(header)
        if link is not None:
            own = link == column.association
            how = matched_by(column) if own else say("Chosen by you")
            return Cell(link_text(self.ways, link), icon="link", tone=Tone.INFO), how
        if target is None:
            return Cell(say("Not imported"), quiet=True), matched_by(column)
        made = draft.new.get(header)
        name = made.label if made else property_label(draft.object_type, target)
        goes = Cell(name, icon="plus" if made else "", tone=Tone.INFO if made else Tone.PLAIN)
        own = target == column.property
        how = matched_by(column) if own else say("Chosen by you")
        return goes, self._with_dates(column, say("New property") if made else how)

    def _with_dates(self, column: ColumnSuggestion, how: str) -> str:
        draft = self.draft
        if not draft.has_dates(column.header):
            return how
        order = draft.date_orders.get(column.header)
        if order is None and written_order(column) is DateOrder.UNDECIDED:
            return say("Order in dates not clear")
        return how if order is None else filled(say("Dates: %1"), order_words(order).lower())

    def _fixed(self, number: int, name: str) -> Row:
        kind = self.draft.object_type
        found = None if kind is None else kind.by_name.get(name)
        value = self.draft.static[name]
        shown = value
        if found is not None and self.showing is not None and not found.sensitive:
            shown = self.showing.text(found, value)
        cells = (
            Cell(say("Fixed value"), icon="pencil", tone=Tone.INFO),
            Cell("••••" if found is not None and found.sensitive else shown),
            Cell(property_label(kind, name)),
            Cell(say("In every row"), quiet=True),
        )
        return Row(number, dict(zip(COLUMNS, cells, strict=True)))


def fault_words_of(columns: Sequence[ColumnSuggestion]) -> tuple[str, str]:
    """What is odd about the headings: title and text of a banner; empty when nothing is."""
    blank = [c.header for c in columns if c.fault is HeaderFault.BLANK]
    twice = [c.header for c in columns if c.fault is HeaderFault.REPEATED]
    titles, texts = [], []
    if blank:
        titles.append(say("%Ln column{|s} without a name", len(blank)))
        texts.append(filled(say("Called here: %1."), _listed(blank)))
    if twice:
        titles.append(say("%Ln column{|s} with the name of another", len(twice)))
        texts.append(filled(say("The later one is called: %1."), _listed(twice)))
    if not titles:
        return "", ""
    advice = say("Look at their first values before you import them.")
    return say(" and ").join(titles), " ".join((*texts, advice))


def _heading(column: ColumnSuggestion) -> Cell:
    if column.fault is None:
        return Cell(column.header)
    return Cell(column.header, icon="triangle-alert", tone=Tone.WARN)


def _listed(headers: list[str]) -> str:
    shown = ", ".join(f"“{header}”" for header in headers[:_MOST_NAMED])
    return shown if len(headers) <= _MOST_NAMED else f"{shown}, …"
