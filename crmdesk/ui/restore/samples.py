"""Samples of a plan: what stands now, and what after the restore."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.restore.model import PlanSample, RestorePlan
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import skip_reason
from crmdesk.ui.tables.cells import Cell, Column, Row, RowHeight, Tone
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.segmented import Segmented

FEW, MANY, _HEADER = 5, 14, 34


class SamplesCard(QFrame):
    """A short table with a filter; "Show all" shows every sample there is.

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
                ("cleared", self.tr("Cleared")),
                ("skipped", self.tr("Skipped")),
            ),
        )
        self.show_all = Button(self.tr("Show all"), ButtonKind.GHOST, "list")
        self.show_all.setCheckable(True)
        self._source = ListSource(())
        self.table = DataTable(self.tr("Samples"), self._source, desk.queries)
        self._nothing = Paragraph("", TextStyle.BODY, "text2")
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 12, 8)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._share)
        head.addStretch(1)
        head.addWidget(self.kinds)
        head.addWidget(self.show_all)
        self._nothing.setContentsMargins(16, 12, 16, 12)
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 4)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self.table)
        column.addWidget(self._nothing)
        self.kinds.changed.connect(self._show)
        self.show_all.toggled.connect(self._toggle_all)
        self.table.opened.connect(self._open)

    def show_plan(self, plan: RestorePlan, values: ShownValues) -> None:
        """Show the samples of a plan."""
        self._plan, self._values, self._all = plan, values, False
        self.show_all.setChecked(False)
        self.kinds.set_current("all")
        self._source = ListSource(self._columns(values))
        self.table.set_source(self._source)
        self._show()

    def _columns(self, values: ShownValues) -> tuple[Column, ...]:
        record = values.object_type.label
        return (
            Column("record", record, 170, sortable=False, stretch=True, least=110),
            Column("property", self.tr("Property"), 110, sortable=False, stretch=True, least=90),
            Column("now", self.tr("Now"), 120, sortable=False, stretch=True, least=90),
            Column("after", self.tr("After the restore"), 170, sortable=False, stretch=True),
            Column("by", self.tr("Last changed by"), 208, rank=1, sortable=False),
        )

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
        return _mixed(found)

    @Slot()
    def _show(self) -> None:
        plan, values = self._plan, self._values
        if plan is None or values is None:
            return
        every = self._chosen()
        self._samples = every if self._all else every[:FEW]
        self._source.replace(self._row(n, s, values) for n, s in enumerate(self._samples))
        self.table.refresh()
        self._say_share(plan, len(every))
        rows = min(max(len(self._samples), 1), MANY)
        self.table.setFixedHeight(px(_HEADER) + rows * px(RowHeight.NORMAL))
        self.table.setVisible(bool(every))
        self._nothing.setVisible(not every)
        self._nothing.set_text(self._nothing_sentence())
        self.show_all.setVisible(len(every) > FEW)

    def _say_share(self, plan: RestorePlan, there: int) -> None:
        whole = sum(plan.skipped.values()) if self.kinds.current == "skipped" else None
        counts = plan.values
        if whole is None:
            sums = {"cleared": counts.clear, "overwritten": counts.overwrite}
            whole = sums.get(self.kinds.current, counts.changing)
        text = self.tr("{shown} of {whole}").format(
            shown=words.number(min(len(self._samples), there)), whole=words.number(whole)
        )
        self._share.setText(text if there else "")

    def _nothing_sentence(self) -> str:
        sentences = {
            "skipped": self.tr("Nothing is skipped."),
            "cleared": self.tr("No value is cleared."),
            "overwritten": self.tr("No value is overwritten."),
        }
        return sentences.get(self.kinds.current, self.tr("No value changes."))

    def _row(self, number: int, sample: PlanSample, values: ShownValues) -> Row:
        cells = {
            "record": Cell(sample.name or f"#{sample.record_id}"),
            "property": Cell(values.label(sample.property) if sample.property else ""),
        }
        if sample.reason:
            cells["after"] = Cell(skip_reason(sample.reason), icon="info")
            return Row(number, cells)
        cells |= {
            "now": Cell(values.show(sample.property, sample.old), quiet=True),
            "after": Cell(self.tr("Cleared"), icon="eraser", tone=Tone.DANGER)
            if sample.new is None
            else Cell(values.show(sample.property, sample.new), icon="arrow-right"),
            "by": Cell(self._changed_by(sample), quiet=True),
        }
        return Row(number, cells)

    def _changed_by(self, sample: PlanSample) -> str:
        if sample.last_changed_at is None:
            return ""
        when = self._desk.moment(sample.last_changed_at)
        return f"{sample.last_changed_by}, {when}" if sample.last_changed_by else when

    @Slot(bool)
    def _toggle_all(self, shown: bool) -> None:
        self._all = shown
        self.show_all.setText(self.tr("Show fewer") if shown else self.tr("Show all"))
        self._show()

    @Slot(object)
    def _open(self, row: int) -> None:
        self.record_opened.emit(self._samples[row].record_id)


def _mixed(samples: Sequence[PlanSample]) -> list[PlanSample]:
    """Some of every property first, so that the few that are shown tell most."""
    seen: Counter[str] = Counter()
    ranks = []
    for sample in samples:
        seen[sample.property] += 1
        ranks.append(seen[sample.property])
    order = sorted(range(len(samples)), key=ranks.__getitem__)
    return [samples[index] for index in order]
