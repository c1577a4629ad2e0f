"""Step 4: the restore while it runs, and the summary that stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.core.jobs.job import OPEN, Job, JobState
from crmdesk.core.restore.model import Restore
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.job_words import job_share
from crmdesk.ui.queries import Queries
from crmdesk.ui.restore.difference_rows import MOST_SKIPS, ChangedValues, SkippedValues
from crmdesk.ui.restore.report_pdf import save_report
from crmdesk.ui.restore.values import ShownValues
from crmdesk.ui.restore.words import (
    filled,
    gone_records,
    inside,
    records_word,
    skip_reason,
    skipped_values,
    undo_reason,
)
from crmdesk.ui.save_dialog import ask_save
from crmdesk.ui.tables.cells import Lead
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import TableSource
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
# Beside what stands in a card that holds a table from edge to edge.
_ASIDE = (15, 0, 15, 0)


class RunPage(QWidget):
    """Progress with a cancel, then what was done of what was planned.

    Signals:
        cancel_asked: the restore should stop before it writes.
        undo_asked: id of the restore to be undone.
        again_asked: start again from the same backup.
        failed: why the list of skipped values could not be saved.
    """

    cancel_asked = Signal()
    undo_asked = Signal(str)
    again_asked = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._restore: Restore | None = None
        self._shown: ShownValues | None = None
        self._changes: ChangedValues | None = None
        self._skips: SkippedValues | None = None
        self.save_button = Button(self.tr("Save the list"))
        self.report_button = Button(self.tr("Save report"))
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
            self.progress.set_cancelling(self.tr("Cancelling, nothing will be changed"))
            return
        doing = self._doing(job)
        elapsed = 0.0
        if job.started_at is not None:
            elapsed = (datetime.now(UTC) - job.started_at).total_seconds()
        self.progress.set_progress(doing, job_share(job), elapsed)

    def _doing(self, job: Job) -> str:
        if job.phase == "listing":
            return self.tr("Listing what is left alone")
        if job.phase != "applying":
            return self.tr("Checking the plan once more")
        values = int(job.detail.get("values") or 0)
        seconds = max(1, round(float(job.detail.get("seconds") or 0)))
        # One transaction: how far it is can be seen by nobody before it ends.
        text = self.tr("Writing %Ln value{|s}, all or none, about {time}", "", values)
        return filled(text, time=words.duration(seconds))

    # -- the summary -----------------------------------------------------------------------
    def show_summary(self, restore: Restore, values: ShownValues) -> None:
        """Show what a restore did, and what it left alone."""
        self._restore, self._shown = restore, values
        self._empty()
        self._show_title(restore, values)
        self._parts.addWidget(self._outcome(restore, values))
        if restore.state is not JobState.SUCCEEDED:
            return
        self._parts.addWidget(NumberStrip(self._numbers(restore)))
        if restore.skipped:
            self._parts.addWidget(self._skipped_card(restore, values))
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

    def _skipped_card(self, restore: Restore, values: ShownValues) -> Card:
        whole = sum(restore.skipped.values())
        card = Card(self.tr("Skipped, %Ln in all", "", whole))
        notes = QVBoxLayout()
        notes.setContentsMargins(*_ASIDE)
        for reason, count in restore.skipped.items():
            notes.addWidget(Paragraph(skip_reason(reason, count), TextStyle.BODY, "text2"))
        if whole > MOST_SKIPS:
            text = self.tr("The first {shown} are shown here; the saved list has more.")
            note = filled(text, shown=words.number(MOST_SKIPS))
            notes.addWidget(Paragraph(note, TextStyle.CAPTION, "text2"))
        card.body.addLayout(notes)
        self._skips = SkippedValues(self._desk, restore, values)
        table = _table_in(card, self.tr("Skipped values"), self._skips, self._desk.queries)
        table.setFixedHeight(_table_height(whole))
        table.opened.connect(self._open_skipped)
        table.counted.connect(lambda count: self._show_list(table, count))
        table.load()
        self.save_button = Button(self.tr("Save the list"), ButtonKind.SECONDARY, "download")
        self.save_button.clicked.connect(self._save_skipped)
        line = QHBoxLayout()
        line.setContentsMargins(*_ASIDE[:3], 8)
        line.addWidget(self.save_button)
        line.addStretch(1)
        card.body.addLayout(line)
        return card

    def _show_list(self, table: DataTable, count: int) -> None:
        """Without the list, of which the numbers are left, there is nothing to show or save."""
        table.setVisible(bool(count))
        self.save_button.setVisible(bool(count))

    @Slot()
    def _save_skipped(self) -> None:
        save = self._desk.workspace.restores.save_skipped
        self._ask_place(self.tr("Save the skipped values"), "skipped", save)

    @Slot()
    def _save_report(self) -> None:
        restore = self._restore
        if restore is None:
            return
        title, name = self.tr("Save the report"), f"{restore.name} report.csv"
        dialog = ask_save(self, title, name, self.save_report)
        dialog.setNameFilters(
            [self.tr("Every value as CSV (*.csv)"), self.tr("A report to file as PDF (*.pdf)")]
        )

    def save_report(self, target: Path) -> None:
        """Write the report, as PDF where the file is called so."""
        restore, desk, shown = self._restore, self._desk, self._shown
        if restore is None or shown is None:
            return
        save_report(desk, self, restore, shown, target, self.failed.emit)

    def _ask_place(
        self, title: str, what: str, write: Callable[[Actor, str, Path], object]
    ) -> None:
        restore, desk = self._restore, self._desk
        if restore is None:
            return

        def save(target: Path) -> None:
            desk.run_write(
                self,
                lambda: write(desk.actor, restore.id, target),
                lambda _: desk.toast(self.tr("Saved"), str(target)),
                self.failed.emit,
            )

        ask_save(self, title, f"{restore.name} {what}.csv", save)

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
        if not restore.can_undo:
            self.undo_button.hide()
        self.report_button = Button(self.tr("Save report"), ButtonKind.SECONDARY, "download")
        self.report_button.clicked.connect(self._save_report)
        row.addWidget(self.report_button)
        row.addWidget(self.undo_button)
        card.body.addLayout(row)
        return card

    def _changes_card(self, restore: Restore, values: ShownValues) -> Card:
        card = Card(self.tr("Changed values, %Ln in all", "", restore.values_written))
        self._changes = ChangedValues(self._desk, restore, values)
        table = _table_in(card, self.tr("Changed values"), self._changes, self._desk.queries)
        table.setFixedHeight(_table_height(restore.values_written))
        table.opened.connect(self._open_changed)
        table.load()
        return card

    def _empty(self) -> None:
        self.progress = None
        while (item := self._parts.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    @Slot(object)
    def _open_skipped(self, number: int) -> None:
        if self._skips is not None and self._restore is not None:
            record_id = self._skips.record_ids.get(number)
            self._desk.go(f"records/{self._restore.object_name}/{record_id}")

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


def _table_in(card: Card, name: str, source: TableSource, queries: Queries) -> DataTable:
    """A table from edge to edge of a card whose words start at its padding."""
    card.body.setContentsMargins(1, 12, 1, 4)
    card.head.setContentsMargins(*_ASIDE)
    table = DataTable(name, source, queries, lead=Lead.CARD)
    card.body.addWidget(table)
    return table


def _table_height(rows: int) -> int:
    return px(_HEADER) + min(max(rows, 1), _ROWS) * px(_ROW)
