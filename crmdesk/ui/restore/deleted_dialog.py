"""Deleted records of a backup: which can come back and how, and bringing them back."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.errors import UserError
from crmdesk.core.restore.deleted_model import (
    Comeback,
    DeletedPlan,
    DeletedRecord,
    DeletedRequest,
    Refusal,
)
from crmdesk.ui import words
from crmdesk.ui.access.two_factor_dialog import CodeRequest, prove
from crmdesk.ui.desk import Desk
from crmdesk.ui.frame.footer import Footer
from crmdesk.ui.restore.words import say
from crmdesk.ui.tables.cells import Align, Cell, Column, Lead, Row, RowHeight, RowKind, Tone
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.announce import announce
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.page_header import PageHeader
from crmdesk.ui.widgets.progress import ProgressBar
from crmdesk.ui.window_state import TableState

_SHARE, _LEAST = 0.9, (760, 460)


class DeletedDialog(QDialog):
    """Choose an object, tick records, give a code; all of them come back or none.

    Args:
        reference: id of a backup in the vault, or path of a file.
        title: what the backup is called.
        over: the page it opens over.
    """

    def __init__(self, desk: Desk, reference: str, title: str, over: QWidget) -> None:
        super().__init__(over.window())
        self._desk, self._reference, self._title = desk, reference, title
        self._plan: DeletedPlan | None = None
        self._rows: list[DeletedRecord] = []
        self._chosen: tuple[int, ...] | None = None
        self.setObjectName("deleted_dialog")
        self.setWindowTitle(say("Deleted records"))
        self.setAccessibleName(say("Deleted records"))
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_parts()
        self._build()
        window = over.window()
        wide, high = (round(side * _SHARE) for side in (window.width(), window.height()))
        self.resize(max(wide, px(_LEAST[0])), max(high, px(_LEAST[1])))
        self._connect()
        self._offer_objects()

    @property
    def plan(self) -> DeletedPlan | None:
        """What is shown, once it is worked out."""
        return self._plan

    # -- what it is made of --------------------------------------------------------------------
    def _make_parts(self) -> None:
        self.objects = QComboBox()
        self.objects.setAccessibleName(say("Object"))
        self.objects.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.objects.setMinimumContentsLength(14)
        self.related = CheckRow(say("Also deleted records that they were associated with"))
        self.related.set_checked(True)
        self._source = ListSource(_columns())
        start = TableState(height=RowHeight.COMPACT)
        self.table = DataTable(
            say("Deleted records"), self._source, self._desk.queries, lead=Lead.CHECK, start=start
        )
        self.banner = Banner(BannerTone.DANGER, "", "", say("Try again"))
        self.busy = ProgressBar(say("Reading the backup"), 2)
        self.footer = Footer(tall=True)
        self.deed = Button(say("Bring back"), ButtonKind.PRIMARY, "archive-restore")
        self.deed.setObjectName("bring_back")
        self.close_button = Button(say("Close"), ButtonKind.SECONDARY)

    def _build(self) -> None:
        self.header = PageHeader(say("Deleted records"), self._title)
        self.header.add(self.objects)
        top = QVBoxLayout()
        top.setContentsMargins(24, 16, 24, 12)
        top.setSpacing(12)
        top.addWidget(self.header)
        top.addWidget(self.banner)
        line = QHBoxLayout()
        line.addWidget(self.related)
        top.addLayout(line)
        for button in (self.close_button, self.deed):
            self.footer.end.addWidget(button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(top)
        whole.addWidget(self.busy)
        whole.addWidget(self.table, 1)
        whole.addWidget(self.footer)
        self.banner.hide()
        for each in self.findChildren(QPushButton):
            each.setAutoDefault(False)

    def _connect(self) -> None:
        self.objects.activated.connect(self._work_out_all)
        self.related.toggled.connect(self._work_out_all)
        self.table.ticks_changed.connect(self._say_place)
        self.banner.acted.connect(self._work_out_all)
        self.deed.clicked.connect(self._begin)
        self.close_button.clicked.connect(self.reject)

    def _offer_objects(self) -> None:
        desk, reference = self._desk, self._reference

        def read() -> list[tuple[str, str]]:
            found = desk.workspace.restores.objects(desk.actor, reference)
            return [(each.plural_label, each.name) for each in found if each.restorable]

        desk.run_query(self, "objects", read, self._show_objects, self._show_failure)

    def _show_objects(self, found: list[tuple[str, str]]) -> None:
        for label, name in found:
            self.objects.addItem(label, name)
        if found:
            self._work_out_all()
        else:
            self.busy.hide()
            self._say_place()

    # -- the plan ------------------------------------------------------------------------------
    @Slot()
    def _work_out_all(self) -> None:
        self._work_out(None, self._show)

    def _work_out(self, record_ids: tuple[int, ...] | None, show: object) -> None:
        desk = self._desk
        request = DeletedRequest(
            self._reference,
            str(self.objects.currentData()),
            record_ids,
            self.related.is_checked(),
        )
        self.banner.hide()
        self.busy.setRange(0, 0)
        self.busy.show()
        self.deed.setEnabled(False)
        plan = partial(desk.workspace.deleted_records.plan, desk.actor, request)
        desk.run_query(self, "plan", plan, show, self._show_failure)  # type: ignore[arg-type]

    def _show(self, plan: DeletedPlan) -> None:
        self._plan = plan
        self._rows = sorted(plan.records, key=lambda each: (each.related, each.object))
        self.busy.hide()
        self.related.setVisible(plan.complete)
        labels = {
            str(self.objects.itemData(place)): self.objects.itemText(place)
            for place in range(self.objects.count())
        }
        self._source.replace(
            _row(number, each, labels.get(each.object, each.object))
            for number, each in enumerate(self._rows)
        )
        self.table.show_empty(
            EmptyState(
                "circle-check", say("Nothing is missing"), say("Every record of it is still there.")
            )
        )
        self.table.load()
        self._say_place()

    @Slot()
    def _say_place(self) -> None:
        plan = self._plan
        if plan is None:
            self.footer.set_words("", "")
            self.deed.setEnabled(False)
            return
        ticked = self._ticked()
        text = say("%Ln record{|s} can come back", len(plan.coming))
        note = say("With %Ln association{|s}", plan.associations) if plan.complete else ""
        if not plan.complete:
            note = say("Without associations: this backup holds values only")
        self.footer.set_words(text, note)
        self.deed.setEnabled(bool(plan.coming))
        count = len(ticked) or len(plan.coming)
        self.deed.setText(say("Bring back %Ln record{|s}", count))
        announce(self, text)

    def _ticked(self) -> tuple[int, ...]:
        """Ids of the ticked records of the chosen object; what belongs to them comes by itself."""
        ticks, name = self.table.ticks, self.objects.currentData()
        return tuple(
            each.record_id
            for number, each in enumerate(self._rows)
            if number in ticks and each.object == name and each.refusal is None
        )

    # -- bringing back -------------------------------------------------------------------------
    @Slot()
    def _begin(self) -> None:
        """Ticked records make a plan of their own; the code is for exactly that."""
        ticked = self._ticked()
        if ticked:
            self._work_out(ticked, self._prove)
        elif self._plan is not None:
            self._prove(self._plan)

    def _prove(self, plan: DeletedPlan) -> None:
        self.busy.hide()
        self.deed.setEnabled(True)
        request = CodeRequest(
            title=say("Bring records back"),
            allows=say("The code allows bringing back these %Ln record{|s}.", len(plan.coming)),
            deed=say("Bring back"),
        )
        start = partial(self._start, plan)
        prove(
            self._desk, StepUpPurpose.RESTORE, plan.hash, request, self, start, self._show_failure
        )

    def _start(self, plan: DeletedPlan, step_up_id: str) -> None:
        desk = self._desk

        def queue() -> str:
            return desk.workspace.deleted_records.start(desk.actor, plan.id, step_up_id=step_up_id)

        def queued(job_id: str) -> None:
            self.accept()
            try:
                desk.start_job(job_id)
            except OSError as error:
                desk.toast(say("The work could not be started"), str(error))

        desk.run_write(self, queue, queued, self._show_failure)

    def _show_failure(self, error: Exception) -> None:
        self.busy.hide()
        if isinstance(error, UserError):
            title, text = error.message, error.hint
        else:
            title, text = say("The backup could not be read"), str(error)
        self.banner.set_state(BannerTone.DANGER, title, text, say("Try again"))
        self.banner.show()
        announce(self, title, urgent=True)


def _columns() -> tuple[Column, ...]:
    return (
        Column("record", say("Record"), 260, sortable=False, stretch=True, least=140),
        Column("id", say("Record ID"), 96, rank=2, align=Align.END, sortable=False),
        Column("object", say("Object"), 130, rank=1, sortable=False),
        Column("how", say("How it comes back"), 220, sortable=False, least=150),
        Column("note", say("Note"), 300, sortable=False, stretch=True, least=120),
    )


def _row(number: int, found: DeletedRecord, object_label: str) -> Row:
    cells = {
        "record": Cell(found.name or f"#{found.record_id}"),
        "id": Cell(words.number(found.record_id), quiet=True),
        "object": Cell(object_label, quiet=True),
        "how": _how(found),
        "note": Cell(_note(found), quiet=True),
    }
    if found.refusal is not None:
        return Row(number, cells, RowKind.UNUSABLE, dimmed=True, reason=_reason(found.refusal))
    return Row(number, cells)


def _how(found: DeletedRecord) -> Cell:
    if found.refusal is not None:
        return Cell(say("Stays gone"), badge=Tone.NEUTRAL, icon="circle-slash")
    if found.comeback is Comeback.FROM_BIN:
        return Cell(say("From the recycle bin"), badge=Tone.OK, icon="undo-2")
    return Cell(say("Anew, new record ID"), badge=Tone.INFO, icon="plus")


def _note(found: DeletedRecord) -> str:
    if found.refusal is not None:
        return _reason(found.refusal)
    if found.values_left_out:
        text = say("without %1")
        return text.replace("%1", ", ".join(found.values_left_out))
    return say("associated with a chosen one") if found.related else ""


def _reason(refusal: Refusal) -> str:
    return {
        Refusal.MERGED: say("Merged into another record"),
        Refusal.ERASED: say("This person was deleted for good"),
        Refusal.TAKEN: say("Another record has its unique value"),
        Refusal.REQUIRED: say("A required property has no value"),
        Refusal.BACK_ALREADY: say("It is back already"),
    }[refusal]
