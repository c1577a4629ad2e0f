"""Step 3: what the restore would do, in numbers and samples, and what it would not do."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.restore.model import RestorePlan
from crmdesk.core.restore.wizard import WizardState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.before_card import BeforeCard
from crmdesk.ui.restore.options_box import option_sentences
from crmdesk.ui.restore.samples import SamplesCard
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import filled, gone_records, inside, records_word, skip_reason
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.number_card import Number, NumberStrip
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling
from crmdesk.ui.widgets.side_panel import empty_layout

_GONE = ("in_recycle_bin", "deleted_for_good", "merged")


class ReviewPage(QWidget):
    """The plan; nothing is written before its boxes are ticked and a code is given.

    Signals:
        changes_accepted, irreversible_accepted: a consequence box was ticked or unticked.
    """

    changes_accepted = Signal(bool)
    irreversible_accepted = Signal(bool)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._plan: RestorePlan | None = None
        self._header = PageHeader(" ", " ")
        self.numbers = NumberStrip(())
        self.samples = SamplesCard(desk)
        self.limits = Card(self.tr("What it will not do"))
        self._limit_lines = QVBoxLayout()
        self._limit_lines.setSpacing(8)
        self.limits.body.addLayout(self._limit_lines)
        self.before = BeforeCard()
        self._build()
        self.samples.record_opened.connect(self._open_record)
        self.before.changes.toggled.connect(self.changes_accepted)
        self.before.irreversible.toggled.connect(self.irreversible_accepted)

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.numbers)
        left.addWidget(self.samples)
        left.addWidget(self.limits)
        left.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(16)
        columns.addLayout(left, 1)
        columns.addWidget(self.before, 0, Qt.AlignmentFlag.AlignTop)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addWidget(self._header)
        column.addLayout(columns)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = scrolling(body)
        outer.addWidget(self.area)

    def show_state(self, state: WizardState, values: ShownValues | None) -> None:
        """Show the wizard's third step."""
        plan = state.plan
        if plan is None or values is None:
            return
        if plan is not self._plan:
            self._plan = plan
            self._show_plan(state, plan, values)
            self.area.verticalScrollBar().setValue(0)
        self.before.show_ticks(state)

    def _show_plan(self, state: WizardState, plan: RestorePlan, values: ShownValues) -> None:
        plural = inside(values.object_type.plural_label)
        title = self.tr("Review the restore of {object}").format(object=plural)
        self._header.set_title(title, self._subtitle(state, plan, values))
        self.numbers.set_numbers(self._numbers(plan, values))
        self.samples.show_plan(plan, values)
        self._show_limits(state, plan, values)
        self.before.show_plan(plan, values.object_type, self._desk)

    def _subtitle(self, state: WizardState, plan: RestorePlan, values: ShownValues) -> str:
        names = ", ".join(values.label(name) for name in plan.properties)
        at = "" if plan.snapshot_at is None else self._desk.exact(plan.snapshot_at)
        size = "" if state.backup is None else words.size(state.backup.bytes)
        text = self.tr("Backup of {time} ({size}, signed by this workspace). {many}: {names}.")
        many = self.tr("%Ln propert{y|ies}", "", len(plan.properties))
        return filled(text, time=at, size=size, names=names, many=many)

    def _numbers(self, plan: RestorePlan, values: ShownValues) -> tuple[Number, ...]:
        counts, kind = plan.values, values.object_type
        word = records_word(kind, plan.records_changing)
        untouched = plan.records_unchanged + gone_records(plan.skipped)
        deleted = gone_records(plan.skipped)
        same = self.tr("%Ln the same", "", plan.records_unchanged)
        note = same if not deleted else self.tr("{same}, %Ln deleted since", "", deleted)
        return (
            Number(
                words.number(counts.overwrite),
                self.tr("value{|s} overwritten", "", counts.overwrite),
                filled(
                    self.tr("%Ln {records} change{s|} in all", "", plan.records_changing),
                    records=word,
                ),
            ),
            Number(
                words.number(counts.set),
                self.tr("value{|s} filled in", "", counts.set),
                self.tr("empty now, filled in the backup"),
            ),
            Number(
                words.number(counts.clear),
                self.tr("value{|s} cleared", "", counts.clear),
                self.tr("empty in the backup"),
                icon="eraser",
                tone="danger" if counts.clear else "text",
            ),
            Number(
                words.number(untouched),
                self.tr("{records} not touched").format(records=records_word(kind, untouched)),
                filled(note, same=same),
            ),
        )

    def _show_limits(self, state: WizardState, plan: RestorePlan, values: ShownValues) -> None:
        while (item := self._limit_lines.takeAt(0)) is not None:
            if (layout := item.layout()) is not None:
                empty_layout(layout)  # type: ignore[arg-type]
        kind = values.object_type
        for sentence in option_sentences(state):
            self._limit("list-checks", sentence)
        gone = gone_records(plan.skipped)
        if gone:
            self._add_gone(plan.skipped, gone, kind.name, records_word(kind, gone))
        if plan.created_since:
            text = self.tr(
                "%Ln {records} made since the backup {stays as it is|stay as they are}.",
                "",
                plan.created_since,
            )
            made = records_word(kind, plan.created_since)
            self._limit("circle-plus", filled(text, records=made))
        for reason, count in plan.skipped.items():
            if reason not in _GONE:
                text = self.tr("%Ln value{|s} skipped: {reason}.", "", count)
                self._limit("circle-minus", filled(text, reason=inside(skip_reason(reason))))
        for note in self._notes(plan, values):
            self._limit(*note)

    def _notes(self, plan: RestorePlan, values: ShownValues) -> list[tuple[str, str]]:
        notes = []
        lifecycle = values.object_type.with_format(PropertyFormat.LIFECYCLE)
        if lifecycle is not None and lifecycle.name in plan.properties:
            text = self.tr("{property} may go backwards here. An import never does that.")
            notes.append(("trending-up", filled(text, property=lifecycle.label)))
        if plan.values.clear:
            text = self.tr("A restore clears what was empty then; an import of the file does not.")
            notes.append(("eraser", text))
        never = self.tr("It creates, deletes and associates no record. Record dates stay.")
        notes.append(("link", never))
        if not plan.automations:
            notes.append(("zap", self.tr("No automation rule runs: there are none.")))
        return notes

    def _add_gone(self, skipped: Mapping[str, int], gone: int, object_name: str, word: str) -> None:
        text = self.tr(
            "%Ln {records} of the backup no longer {exists|exist} and {is|are} not brought back.",
            "",
            gone,
        )
        line = self._limit("trash-2", filled(text, records=word))
        if skipped.get("in_recycle_bin"):
            in_bin = Link(self.tr("Open recycle bin"))
            in_bin.clicked.connect(lambda: self._desk.go(f"records/recycle-bin/{object_name}"))
            line.addWidget(in_bin)
        if skipped.get("deleted_for_good"):
            again = Link(self.tr("Import them"))
            again.clicked.connect(lambda: self._desk.go(f"imports/new/{object_name}"))
            line.addWidget(again)

    def _limit(self, icon: str, text: str) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(IconLabel(icon), 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(Paragraph(text, TextStyle.BODY, "text2"), 1)
        self._limit_lines.addLayout(line)
        return line

    @Slot(object)
    def _open_record(self, record_id: int) -> None:
        if self._plan is not None:
            self._desk.go(f"records/{self._plan.object_name}/{record_id}")
