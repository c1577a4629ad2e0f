"""Step 4: the restore while it runs, and the summary that stays."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.jobs.job import OPEN, Job, JobState
from crmdesk.core.restore.model import Restore, RestorePlan
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_share
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import (
    filled,
    gone_records,
    inside,
    records_word,
    say,
    skip_reason,
    skipped_values,
    undo_reason,
)
from crmdesk.ui.tables.cells import Cell, Column, Row, TableQuery, Tone
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.card import Card
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.number_card import Number, NumberStrip
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.progress_row import ProgressRow
from crmdesk.ui.widgets.scrolling import scrolling

_ROWS, _ROW, _HEADER = 8, 36, 34


class ChangedValues:
    """The values a restore wrote, as rows numbered from 0, read page by page."""

    def __init__(self, desk: Desk, restore: Restore, values: ShownValues) -> None:
        self._desk, self._restore, self._values = desk, restore, values
        record = values.object_type.label
        self.columns: Sequence[Column] = (
            Column("record", record, 200, sortable=False, stretch=True, least=120),
            Column("property", say("Property"), 160, sortable=False, stretch=True, least=100),
            Column("old", say("Before"), 180, sortable=False, stretch=True, least=100),
            Column("new", say("After the restore"), 200, sortable=False, stretch=True, least=110),
        )
        self.record_ids: dict[int, int] = {}

    def ids(self, _query: TableQuery) -> array[int]:
        """One number for each value."""
        return array("q", range(self._restore.values_written))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The values with these numbers."""
        first, last = min(ids), max(ids)
        found = self._desk.workspace.restores.changes(
            self._desk.actor, self._restore.id, limit=last - first + 1, offset=first
        )
        rows = []
        for number, change in enumerate(found, first):
            self.record_ids[number] = change.record_id
            show = self._values.show
            new = (
                Cell(say("Cleared"), icon="eraser", tone=Tone.DANGER)
                if change.new is None
                else Cell(show(change.property, change.new), icon="arrow-right")
            )
            cells = {
                "record": Cell(change.name or f"#{change.record_id}"),
                "property": Cell(self._values.label(change.property)),
                "old": Cell(show(change.property, change.old), quiet=True),
                "new": new,
            }
            rows.append(Row(number, cells))
        return rows


class RunPage(QWidget):
    """Progress with a cancel, then what was done of what was planned.

    Signals:
        cancel_asked: the restore should stop before it writes.
        undo_asked: id of the restore to be undone.
        again_asked: start again from the same backup.
    """

    cancel_asked = Signal()
    undo_asked = Signal(str)
    again_asked = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._restore: Restore | None = None
        self._changes: ChangedValues | None = None
        self.undo_button = Button(self.tr("Undo restore"), ButtonKind.DANGER_OUTLINE)
        self.undo_button.clicked.connect(self._ask_undo)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Restore"))
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(24, 16, 24, 16)
        self._column.setSpacing(12)
        self._header = PageHeader(" ", " ")
        self._column.addWidget(self._header)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(12)
        self._column.addLayout(self._parts)
        self._column.addStretch(1)
        self.progress: ProgressRow | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(self._body))

    # -- while it runs ---------------------------------------------------------------------
    def show_running(self, restore: Restore, values: ShownValues) -> None:
        """Show the progress of a restore."""
        self._restore = restore
        plural = inside(values.object_type.plural_label)
        undo = restore.kind == "undo"
        title = (
            self.tr("Undoing the restore of {object}") if undo else self.tr("Restoring {object}")
        )
        note = self.tr("You can leave this page. The bell tells when it is done.")
        self._header.set_title(filled(title, object=plural), note)
        self._empty()
        self.progress = ProgressRow(restore.name, self.tr("Cancel restore"))
        self.progress.cancel_asked.connect(self.cancel_asked)
        self.progress.set_progress(self.tr("Waiting to start"), None)
        self._parts.addWidget(self.progress)

    def show_progress(self, job: Job) -> None:
        """Show how far it is."""
        if self.progress is None:
            return
        if job.state is JobState.CANCELLING:
            self.progress.set_cancelling(self.tr("Cancelling before anything is written"))
            return
        doing = {
            "checking": self.tr("Checking the plan once more"),
            "applying": self.tr("Writing values, all of them or none"),
        }.get(job.phase, self.tr("Writing values, all of them or none"))
        elapsed = 0.0
        if job.started_at is not None:
            elapsed = (datetime.now(UTC) - job.started_at).total_seconds()
        self.progress.set_progress(doing, job_share(job), elapsed)

    # -- the summary -----------------------------------------------------------------------
    def show_summary(
        self, restore: Restore, values: ShownValues, plan: RestorePlan | None = None
    ) -> None:
        """Show what a restore did; with the plan at hand, each skipped value by name."""
        self._restore = restore
        self._empty()
        self._show_title(restore, values)
        self._parts.addWidget(self._outcome(restore, values))
        if restore.state is not JobState.SUCCEEDED:
            return
        self._parts.addWidget(NumberStrip(self._numbers(restore)))
        if restore.skipped:
            self._parts.addWidget(self._skipped_card(restore, values, plan))
        self._parts.addWidget(self._undo_card(restore))
        if restore.values_written:
            self._parts.addWidget(self._changes_card(restore, values))

    def _show_title(self, restore: Restore, values: ShownValues) -> None:
        plural = values.object_type.plural_label
        titles = {
            "restore": self.tr("{object} restored"),
            "undo": self.tr("Restore of {object} undone"),
        }
        title = titles[restore.kind].format(
            object=plural if restore.kind == "restore" else inside(plural)
        )
        if restore.state is not JobState.SUCCEEDED:
            title = self.tr("{object} not restored").format(object=plural)
        text = self.tr("Started {when} by {who}").format(
            when=self._desk.exact(restore.created_at), who=restore.user_name
        )
        if restore.finished_at is not None:
            took = (restore.finished_at - restore.created_at).total_seconds()
            text = self.tr("{start}, took {time}").format(
                start=text, time=words.duration(round(took))
            )
        self._header.set_title(title, f"{text}.")

    def _outcome(self, restore: Restore, values: ShownValues) -> Banner:
        if restore.state is JobState.SUCCEEDED:
            planned = self._planned(restore)
            text = self.tr("{done} of %Ln value{|s} restored in {count} {records}", "", planned)
            if restore.kind == "undo":
                text = self.tr("{done} of %Ln value{|s} put back in {count} {records}", "", planned)
            title = filled(
                text,
                done=words.number(restore.values_written),
                count=words.number(restore.records_changed),
                records=records_word(values.object_type, restore.records_changed),
            )
            note = self.tr("Listed as “{name}” with the completed imports, and in the audit log.")
            banner = Banner(
                BannerTone.OK,
                title,
                filled(note, name=restore.name),
                self.tr("Open in imports"),
                large=True,
            )
            banner.acted.connect(lambda: self._desk.go(f"imports/{restore.import_id}"))
            return banner
        tones = {
            JobState.FAILED: (BannerTone.DANGER, self.tr("The restore failed")),
            JobState.INTERRUPTED: (BannerTone.WARN, self.tr("The restore was interrupted")),
            JobState.CANCELLED: (BannerTone.INFO, self.tr("The restore was cancelled")),
        }
        tone, title = tones.get(restore.state, (BannerTone.INFO, self.tr("The restore waits")))
        why = "" if restore.error is None else str(restore.error.get("message", ""))
        note = self.tr("Nothing was changed: every value is as it was before.")
        banner = Banner(tone, title, f"{why} {note}".strip(), self.tr("Start again"), large=True)
        banner.acted.connect(self.again_asked)
        return banner

    @staticmethod
    def _planned(restore: Restore) -> int:
        return sum(int(str(restore.planned.get(key, 0))) for key in ("overwrite", "set", "clear"))

    def _numbers(self, restore: Restore) -> tuple[Number, ...]:
        def planned(key: str) -> int:
            return int(str(restore.planned.get(key, 0)))

        as_planned = self.tr("as planned")
        skipped = skipped_values(restore.skipped)
        return (
            Number(
                words.number(planned("overwrite")),
                self.tr("value{|s} overwritten", "", planned("overwrite")),
                as_planned,
            ),
            Number(
                words.number(planned("set")),
                self.tr("value{|s} filled in", "", planned("set")),
                as_planned,
            ),
            Number(
                words.number(planned("clear")),
                self.tr("value{|s} cleared", "", planned("clear")),
                as_planned,
                icon="eraser",
                tone="danger" if planned("clear") else "text",
            ),
            Number(
                words.number(skipped),
                self.tr("value{|s} skipped", "", skipped),
                self._skipped_note(restore),
            ),
        )

    def _skipped_note(self, restore: Restore) -> str:
        gone = gone_records(restore.skipped)
        if gone:
            return self.tr("and %Ln record{|s} deleted since", "", gone)
        return self.tr("see below") if restore.skipped else self.tr("as planned")

    def _skipped_card(
        self, restore: Restore, values: ShownValues, plan: RestorePlan | None
    ) -> Card:
        whole = sum(restore.skipped.values())
        card = Card(self.tr("Skipped, %Ln in all", "", whole))
        for reason, count in restore.skipped.items():
            card.body.addWidget(Paragraph(skip_reason(reason, count), TextStyle.BODY, "text2"))
        if plan is not None and plan.skips:
            card.body.addWidget(self._skipped_table(plan, values))
        return card

    def _skipped_table(self, plan: RestorePlan, values: ShownValues) -> DataTable:
        columns = (
            Column("record", values.object_type.label, 220, sortable=False, least=140),
            Column("property", self.tr("Property"), 160, sortable=False, least=100),
            Column("why", self.tr("Why it was skipped"), 320, sortable=False, stretch=True),
        )
        rows = [
            Row(
                number,
                {
                    "record": Cell(skip.name or f"#{skip.record_id}"),
                    "property": Cell(values.label(skip.property) if skip.property else ""),
                    "why": Cell(skip_reason(skip.reason), icon="info"),
                },
            )
            for number, skip in enumerate(plan.skips)
        ]
        table = DataTable(self.tr("Skipped values"), ListSource(columns, rows), self._desk.queries)
        table.setFixedHeight(_table_height(len(rows)))
        link = f"records/{values.object_type.name}"
        table.opened.connect(lambda n: self._desk.go(f"{link}/{plan.skips[n].record_id}"))
        table.load()
        return table

    def _undo_card(self, restore: Restore) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(12)
        text = QVBoxLayout()
        text.setSpacing(1)
        if restore.can_undo and restore.undo_until is not None:
            date = words.day(restore.undo_until.astimezone(self._desk.zone).date())
            title = self.tr("Undo point saved")
            note = self.tr(
                "Available until {date}. Values edited after the restore will be left as they are."
            ).format(date=date)
        else:
            title, note = self.tr("No undo"), undo_reason(restore.undo_reason) + "."
        text.addWidget(label(title, TextStyle.STRONG))
        text.addWidget(Paragraph(note, TextStyle.BODY, "text2"))
        row.addWidget(IconLabel("undo-2"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(text, 1)
        self.undo_button = Button(self.tr("Undo restore"), ButtonKind.DANGER_OUTLINE)
        self.undo_button.clicked.connect(self._ask_undo)
        self.undo_button.setVisible(restore.can_undo)
        row.addWidget(self.undo_button)
        card.body.addLayout(row)
        return card

    def _changes_card(self, restore: Restore, values: ShownValues) -> Card:
        card = Card(self.tr("Changed values, %Ln in all", "", restore.values_written))
        card.body.setContentsMargins(1, 12, 1, 4)
        card.head.setContentsMargins(15, 0, 15, 0)
        self._changes = ChangedValues(self._desk, restore, values)
        table = DataTable(self.tr("Changed values"), self._changes, self._desk.queries)
        table.setFixedHeight(_table_height(restore.values_written))
        table.opened.connect(self._open_changed)
        table.load()
        card.body.addWidget(table)
        return card

    def _empty(self) -> None:
        self.progress = None
        while (item := self._parts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    @Slot(object)
    def _open_changed(self, number: int) -> None:
        if self._changes is not None and self._restore is not None:
            record_id = self._changes.record_ids.get(number)
            self._desk.go(f"records/{self._restore.object_name}/{record_id}")

    @Slot()
    def _ask_undo(self) -> None:
        if self._restore is not None:
            self.undo_asked.emit(self._restore.id)


def is_running(restore: Restore) -> bool:
    """Whether it has not ended yet."""
    return restore.state in OPEN


def _table_height(rows: int) -> int:
    return px(_HEADER) + min(max(rows, 1), _ROWS) * px(_ROW)
