"""Samples of a plan, or all of it: what stands now, and what after the restore."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from crmdesk.core.restore.differences import DifferenceKind, Wanted
from crmdesk.core.restore.model import PlanSample, RestorePlan
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.difference_rows import (
    PlanDifferences,
    sample_columns,
    sample_row,
    skip_columns,
)
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.tables.cells import Lead, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.chip import Chip
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.segmented import Segmented

FEW, MANY, _HEADER = 5, 14, 34
# Below this the words of the card's head do not fit beside each other.
_NARROW = 640
_KINDS = {
    "all": DifferenceKind.ALL,
    "overwritten": DifferenceKind.OVERWRITE,
    "filled": DifferenceKind.SET,
    "cleared": DifferenceKind.CLEAR,
    "skipped": DifferenceKind.SKIPPED,
}


class SamplesCard(QFrame):
    """A short table with a filter; "Show all" reads every difference of the plan, by pages.

    Signals:
        record_opened: id of a record that was pressed.
    """

    record_opened = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._desk = desk
        self._plan: RestorePlan | None = None
        self._values: ShownValues | None = None
        self._samples: list[PlanSample] = []
        self._all = False
        self._title = label(self.tr("Samples"), TextStyle.STRONG)
        self._share = label("", TextStyle.CAPTION, "text2")
        self.kinds = Segmented(
            self.tr("Samples shown"),
            (
                ("all", self.tr("All")),
                ("overwritten", self.tr("Overwritten")),
                ("filled", self.tr("Filled in")),
                ("cleared", self.tr("Cleared")),
                ("skipped", self.tr("Skipped")),
            ),
        )
        self.show_all = Button(self.tr("Show all"), ButtonKind.GHOST, "list")
        self.show_all.setCheckable(True)
        self._source = ListSource(())
        self._whole_source: PlanDifferences | None = None
        self._of_skips: bool | None = None
        self._property = ""
        self.properties = Chip(self.tr("Property"))
        self.table = DataTable(self.tr("Samples"), self._source, desk.queries, lead=Lead.CARD)
        self._nothing = Paragraph("", TextStyle.BODY, "text2")
        self._build()

    def _build(self) -> None:
        titles = QHBoxLayout()
        titles.setSpacing(8)
        titles.addWidget(self._title)
        titles.addWidget(self._share)
        titles.addStretch(1)
        controls = QHBoxLayout()
        controls.setSpacing(8)
        controls.addWidget(self.properties)
        controls.addWidget(self.kinds)
        controls.addWidget(self.show_all)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(16, 8, 12, 8)
        self._head.setSpacing(8)
        self._head.addLayout(titles, 1)
        self._head.addLayout(controls)
        self._nothing.setContentsMargins(16, 12, 16, 12)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 4)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(rule())
        column.addWidget(self.table)
        column.addWidget(self._nothing)
        self.kinds.changed.connect(self._show)
        self.show_all.toggled.connect(self._toggle_all)
        self.table.opened.connect(self._open)
        self.table.counted.connect(self._counted)
        self.properties.opened.connect(self._offer_properties)
        self.properties.cleared.connect(self._any_property)
        self.properties.hide()

    def show_plan(self, plan: RestorePlan, values: ShownValues) -> None:
        """Show the samples of a plan."""
        self._plan, self._values, self._all = plan, values, False
        self._property = ""
        self.show_all.blockSignals(True)
        self.show_all.setChecked(False)
        self.show_all.blockSignals(False)
        self.kinds.set_current("all")
        self._of_skips = None
        self._show()

    def _use_source(self, plan: RestorePlan, values: ShownValues) -> None:
        """Give the table the rows of the chosen kind; what is skipped has other columns."""
        skipped = self.kinds.current == "skipped"
        if skipped is self._of_skips:
            return
        self._of_skips = skipped
        if self._all:
            self._whole_source = PlanDifferences(self._desk, plan, values, skipped=skipped)
            self.table.set_source(self._whole_source)
        else:
            self._source = ListSource(skip_columns(values) if skipped else sample_columns(values))
            self.table.set_source(self._source)

    def _chosen(self) -> list[PlanSample]:
        if self._plan is None:
            return []
        kind = self.kinds.current
        if kind == "skipped":
            return list(self._plan.skips)
        found = self._plan.samples
        if kind == "cleared":
            found = tuple(sample for sample in found if sample.new is None)
        elif kind == "overwritten":
            found = tuple(s for s in found if s.new is not None and s.old is not None)
        elif kind == "filled":
            found = tuple(s for s in found if s.old is None)
        return _mixed(found)

    @Slot()
    def _show(self) -> None:
        plan, values = self._plan, self._values
        if plan is None or values is None:
            return
        self._use_source(plan, values)
        self.properties.setVisible(self._all)
        self.properties.set_value(values.label(self._property) if self._property else "")
        self._fold()
        if self._all:
            # What there is comes by and by: the table says how much when it knows.
            self.table.load(Wanted(_KINDS[self.kinds.current], self._property))
            self._fit(MANY)
            return
        every = self._chosen()
        self._samples = every[:FEW]
        self._source.replace(
            sample_row(self._desk, n, s, values) for n, s in enumerate(self._samples)
        )
        self.table.refresh()
        self._say_share(len(self._samples))
        self._fit(len(self._samples))
        self.show_all.setVisible(self._whole() > FEW)

    def _fold(self) -> None:
        """Where there is little room the button is its icon, and all controls have two lines."""
        narrow = self.width() < px(_NARROW)
        text = self.tr("Show samples") if self._all else self.tr("Show all")
        self.show_all.setText("" if narrow else text)
        self.show_all.set_icon("list")
        self.show_all.setAccessibleName(text)
        self.show_all.setToolTip(text if narrow else "")
        stacked = narrow and self._all
        way = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        self._head.setDirection(way)

    def _fit(self, rows: int) -> None:
        """Make room for these rows, or for the sentence that there are none."""
        self.table.setFixedHeight(px(_HEADER) + max(rows, 1) * px(RowHeight.NORMAL))
        self.table.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._nothing.set_text(self._nothing_sentence())

    @Slot(object)
    def _counted(self, count: int) -> None:
        if self._all:
            self._say_share(count)
            self._fit(min(count, MANY))

    def _whole(self) -> int:
        """How many values of the chosen kind and property there are."""
        plan = self._plan
        if plan is None:
            return 0
        if self.kinds.current == "skipped":
            return sum(plan.skipped.values())
        found = [c for n, c in plan.properties.items() if self._property in ("", n)]
        parts = {"cleared": "clear", "overwritten": "overwrite", "filled": "set"}
        part = parts.get(self.kinds.current, "changing")
        return sum(int(getattr(counts, part)) for counts in found)

    def _say_share(self, shown: int) -> None:
        # Skips of one property are not counted by the plan: the list is the count.
        own = self._all and self.kinds.current == "skipped" and bool(self._property)
        whole = shown if own else max(self._whole(), shown)
        text = self.tr("{shown} of {whole}").format(
            shown=words.number(shown), whole=words.number(whole)
        )
        self._share.setText(text if shown else "")

    def _nothing_sentence(self) -> str:
        sentences = {
            "skipped": self.tr("Nothing is skipped."),
            "cleared": self.tr("No value is cleared."),
            "overwritten": self.tr("No value is overwritten."),
            "filled": self.tr("No value is filled in."),
        }
        return sentences.get(self.kinds.current, self.tr("No value changes."))

    @Slot(bool)
    def _toggle_all(self, shown: bool) -> None:
        self._all, self._property = shown, ""
        self._title.setText(self.tr("All differences") if shown else self.tr("Samples"))
        self._of_skips = None
        self._show()

    @Slot()
    def _offer_properties(self) -> None:
        if self._plan is None or self._values is None:
            return
        menu = QMenu(self)
        menu.setObjectName("difference_properties")
        menu.setAccessibleName(self.tr("Properties of the plan"))
        labels = {name: self._values.label(name) for name in self._plan.properties}
        for name, text in sorted(labels.items(), key=lambda item: item[1].casefold()):
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(name == self._property)
            action.triggered.connect(partial(self.choose_property, name))
        menu.popup(self.properties.mapToGlobal(QPoint(0, self.properties.height())))

    def choose_property(self, name: str, _checked: bool = True) -> None:
        """Show the differences of one property; an empty name shows all again."""
        self._property = name
        self._show()

    @Slot()
    def _any_property(self) -> None:
        self.choose_property("")

    @Slot(object)
    def _open(self, row: int) -> None:
        if not self._all:
            self.record_opened.emit(self._samples[row].record_id)
        elif self._whole_source is not None and row in self._whole_source.record_ids:
            self.record_opened.emit(self._whole_source.record_ids[row])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()


def _mixed(samples: Sequence[PlanSample]) -> list[PlanSample]:
    """Some of every property first, so that the few that are shown tell most."""
    seen: Counter[str] = Counter()
    ranks = []
    for sample in samples:
        seen[sample.property] += 1
        ranks.append(seen[sample.property])
    order = sorted(range(len(samples)), key=ranks.__getitem__)
    return [samples[index] for index in order]
