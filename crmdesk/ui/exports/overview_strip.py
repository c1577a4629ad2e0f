"""What left lately, above the list: by day, by month, by person. Each figure narrows the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QLocale, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.exports.model import ExportFilter
from crmdesk.core.exports.overview import DAYS, Amount, DayAmount, ExporterAmount, ExportOverview
from crmdesk.ui import words
from crmdesk.ui.exports.figures_table import FiguresTable, day_figures
from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.queries import Queries
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.column_chart import ColumnChart, Point
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import post
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.properties import restyle

_EXPORTERS = 3
_PADDING, _SPACING, _LEAST = 16, 16, 240
#: So much of a name at least, or its block is left out.
_NAME = 96


class OverviewStrip(QFrame):
    """Two charts with their sums, two months side by side, and who took most.

    Args:
        everybody: it is of everybody's exports, not of one's own alone.

    Signals:
        chosen: a figure was pressed; carries the filter that finds its exports.
    """

    chosen = Signal(object)

    def __init__(self, queries: Queries, *, everybody: bool) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._everybody = everybody
        self._found: ExportOverview | None = None
        self.exports = _Summed(say("Exports in %Ln days", DAYS))
        self.records = _Summed(say("Records in them"))
        self.months = _Months()
        self.exporters = _Exporters()
        self.days = FiguresTable(say("Exports by day"), [say("Day")], 360, queries, self)
        by_user = [say("Month"), say("User")]
        self.by_user = FiguresTable(say("Exports by month and user"), by_user, 460, queries, self)
        self.as_table = _figure()
        self.as_table.setText(say("By day"))
        self.as_table.setObjectName("overview_days")
        self.as_table.setAccessibleName(say("Show the days as a table"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(_PADDING, 12, _PADDING, 12)
        row.setSpacing(_SPACING)
        self.exports.sum.addWidget(self.as_table)
        self._posts: dict[QWidget, QFrame] = {}
        for part in (self.exports, self.records, self.months, self.exporters):
            if part is not self.exports:
                self._posts[part] = post()
                row.addWidget(self._posts[part])
            row.addWidget(part, 1, Qt.AlignmentFlag.AlignTop)
        self._fit()

    def _connect(self) -> None:
        for part in (self.exports, self.records):
            part.figure.clicked.connect(self._choose_whole)
            part.chart.picked.connect(self._choose_day)
        self.months.chosen.connect(self.chosen)
        self.exporters.chosen.connect(self.chosen)
        self.days.chosen.connect(self.chosen)
        self.by_user.chosen.connect(self.chosen)
        self.months.by_user.clicked.connect(lambda: self.by_user.open_under(self.months.by_user))
        self.as_table.clicked.connect(lambda: self.days.open_under(self.as_table))

    @property
    def found(self) -> ExportOverview | None:
        """What is shown."""
        return self._found

    def show_overview(self, found: ExportOverview) -> None:
        """Show other figures."""
        if found == self._found:
            return
        self._found = found
        whole, days = found.whole, found.days
        exports = say("%Ln export{|s}", whole.exports)
        records = say("%Ln record{|s}", whole.records)
        self.exports.show_points(
            exports, whole.exports, [_day_point(each, each.amount.exports) for each in days]
        )
        self.records.show_points(
            records, whole.records, [_day_point(each, each.amount.records) for each in days]
        )
        self.months.show_months(found.this_month, found.last_month)
        self.exporters.show_exporters(found.exporters[:_EXPORTERS])
        self.days.show_figures(day_figures(days))
        self._fit()

    def set_narrow(self, narrow: bool) -> None:
        """The charts fold away, and what is beside them with them; the tables still have it all."""
        for part in (self.exports, self.records):
            part.chart.setVisible(not narrow)
        self.months.set_narrow(narrow)
        self.exporters.set_narrow(narrow)
        self._fit()

    def _fit(self) -> None:
        """Leave out what there is no room for, the least telling first."""
        room = self.width() - 2 * _PADDING - self.exports.minimumSizeHint().width()
        for part in (self.months, self.records, self.exporters):
            needed = part.minimumSizeHint().width() + 2 * _SPACING + 1
            fits = needed <= room and (self._everybody or part is not self.exporters)
            # Nothing less telling takes the place of what is left out.
            room = room - needed if fits else 0
            part.setVisible(fits)
            self._posts[part].setVisible(fits)

    def _choose_whole(self) -> None:
        if self._found is not None:
            self.chosen.emit(self._found.whole.wanted)

    def _choose_day(self, at: int) -> None:
        if self._found is not None:
            self.chosen.emit(self._found.days[at].amount.wanted)

    def minimumSizeHint(self) -> QSize:
        # It gives way to the window, not the other way round.
        return QSize(px(_LEAST), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class _Summed(QWidget):
    """A heading, a sum that is a link, and the days it is made of."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.figure = _figure("sum")
        self.chart = ColumnChart(name)
        self.sum = QHBoxLayout()
        self.sum.setSpacing(8)
        self.sum.addWidget(self.figure)
        self.sum.addStretch(1)
        column = _column(self)
        column.addWidget(_heading(name))
        column.addLayout(self.sum)
        column.addWidget(self.chart)

    def show_points(self, sentence: str, value: int, points: Sequence[Point]) -> None:
        self.figure.setText(words.number(value))
        self.figure.setAccessibleName(filled(say("%1: %2"), self.name, sentence))
        most = max(points, key=lambda each: each.value)
        summary = filled(say("%1. Most: %2"), sentence, most.sentence) if value else sentence
        self.chart.set_points(points, summary)


class _Months(QWidget):
    """This month beside the last one.

    Signals:
        chosen: as the strip's.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._amounts: list[Amount] = []
        self._titles = self._short = ("", "")
        self.by_user = _figure()
        self.by_user.setText(say("By user"))
        self.by_user.setObjectName("overview_by_user")
        self.by_user.setAccessibleName(say("Show months and users as a table"))
        self.links = [_figure(), _figure()]
        self._names = [_heading(""), _heading("")]
        self._narrow = False
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        for place, link in enumerate(self.links):
            link.clicked.connect(partial(self._choose, place))
        self._place()
        column = _column(self)
        column.addLayout(self._grid)

    def set_narrow(self, narrow: bool) -> None:
        """Stand beside each other, with the records alone in sight."""
        if narrow != self._narrow:
            self._narrow = narrow
            self._place()
            self._show_texts()

    def _place(self) -> None:
        grid, beside = self._grid, self._narrow
        for widget in (self.by_user, *self._names, *self.links):
            grid.removeWidget(widget)
        # Under the headings of the other parts, whose first line is lower than a link.
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        grid.addWidget(self.by_user, 0, 2, 2, 1, side)
        for place, (name, link) in enumerate(zip(self._names, self.links, strict=True)):
            row, column = (0, place) if beside else (2 * place, 0)
            grid.setColumnStretch(place, int(beside or not place))
            grid.addWidget(name, row, column)
            grid.addWidget(link, row + 1, column, Qt.AlignmentFlag.AlignLeft)

    def show_months(self, this: DayAmount, last: DayAmount) -> None:
        self._amounts = [this.amount, last.amount]
        self._titles = (filled(say("%1 so far"), _month(this.day)), _month(last.day))
        self._short = (_month(this.day), _month(last.day))
        for link, name, amount in zip(self.links, self._titles, self._amounts, strict=True):
            text = ", ".join(_amount_texts(amount))
            link.setAccessibleName(filled(say("%1: %2"), name, text))
        self._show_texts()

    def _show_texts(self) -> None:
        titles = self._short if self._narrow else self._titles
        for name, title in zip(self._names, titles, strict=True):
            name.setText(title)
        for link, amount in zip(self.links, self._amounts, strict=False):
            texts = _amount_texts(amount)
            link.setText(texts[-1] if self._narrow else ", ".join(texts))
            link.setToolTip(", ".join(texts) if self._narrow else "")

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._amounts[place].wanted)


class _Exporters(QWidget):
    """Who took most records.

    Signals:
        chosen: as the strip's.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._names: list[ElidedLabel] = []
        self._narrow = False
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        column = _column(self)
        column.addWidget(_heading(say("Most records")))
        column.addLayout(self._grid)

    def set_narrow(self, narrow: bool) -> None:
        """Only the first of them; the table by user has the others."""
        self._narrow = narrow
        for each in (*self._names[1:], *self.links[1:]):
            each.setVisible(not narrow)

    def show_exporters(self, exporters: Sequence[ExporterAmount]) -> None:
        self.links, self._names = [], []
        _empty(self._grid)
        for row, each in enumerate(exporters):
            who = each.user_name or say("Somebody")
            text = words.number(each.amount.records)
            both = ", ".join(_amount_texts(each.amount))
            link = _linked(text, f"{who}: {both}", each.amount, self.chosen.emit)
            link.setToolTip(both)
            self.links.append(link)
            name = ElidedLabel(who)
            name.setMinimumWidth(px(_NAME))
            self._names.append(name)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(link, row, 1, Qt.AlignmentFlag.AlignRight)
        self.set_narrow(self._narrow)
        if not exporters:
            self._grid.addWidget(ElidedLabel(say("Nobody"), tone="text2"), 0, 0)


def _amount_texts(amount: Amount) -> tuple[str, str]:
    return say("%Ln export{|s}", amount.exports), say("%Ln record{|s}", amount.records)


def _linked(text: str, name: str, amount: Amount, choose: Callable[[ExportFilter], object]) -> Link:
    link = _figure()
    link.setText(text)
    link.setAccessibleName(name)
    link.clicked.connect(lambda: choose(amount.wanted))
    return link


def _figure(kind: str = "row") -> Link:
    link = Link("")
    restyle(link, "figure", kind)
    return link


def _heading(text: str) -> ElidedLabel:
    return ElidedLabel(text, TextStyle.CAPTION, "text2")


def _day_point(found: DayAmount, value: int) -> Point:
    both = ", ".join(_amount_texts(found.amount))
    return Point(value, filled(say("%1: %2"), words.day(found.day), both))


def _month(day: date) -> str:
    return QLocale().standaloneMonthName(day.month, QLocale.FormatType.LongFormat)


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    return column


def _empty(grid: QGridLayout) -> None:
    while (item := grid.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
