"""What the dialogs of every export share: how the file is written, and what it would be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from crmdesk.core.exports.model import (
    OF_RECORD_FILES,
    Export,
    ExportEstimate,
    ExportFormat,
    ExportRequest,
    Naming,
)
from crmdesk.core.exports.report_model import ReportRequest
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.estimate_lines import EstimateLines
from crmdesk.ui.exports.ticked import TickedChoice
from crmdesk.ui.exports.words import filled, format_words, say
from crmdesk.ui.messages import sentence
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField

_PAUSE_MS = 150
Request = TypeVar("Request", ExportRequest, ReportRequest)
SHOWN, ALL, CHOSEN = "shown", "all", "chosen"


@dataclass(frozen=True, slots=True)
class Asking(Generic[Request]):
    """What is asked for, and of whom, by one kind of dialog.

    Attributes:
        request: reads the fields.
        estimate, create: ask the core; they run off the GUI thread.
        counted: so many of what it is of, in words.
    """

    request: Callable[[], Request]
    estimate: Callable[[Request], ExportEstimate]
    create: Callable[[Request], str]
    counted: Callable[[int], str]


class FileDialog(DecisionDialog):
    """Name, format, columns; the button asks a service for the file.

    A dialog of one kind of export lays its fields out and then says with :meth:`begin` what it
    asks for.

    Args:
        what: of what the export is, within a sentence.
        name: what the export is called unless somebody writes another name.
        ways: which columns may be asked for at once: :data:`SHOWN`, :data:`ALL`,
            :data:`CHOSEN`, each with its label.
        offered: the columns that can be chosen one by one: internal name and label.

    Attributes:
        formats: kinds of file that are offered.

    Signals:
        created: the :class:`Export` that was asked for.
    """

    created = Signal(object)
    formats: Sequence[ExportFormat] = OF_RECORD_FILES

    def __init__(
        self,
        desk: Desk,
        what: str,
        name: str,
        ways: Sequence[tuple[str, str]],
        offered: Sequence[tuple[str, str]],
        parent: QWidget,
    ) -> None:
        super().__init__(
            Decision(
                title=say("Export"),
                heading=filled(say("Export %1"), what),
                sentence=say("It goes on in the background. The file is kept in this workspace."),
                safe=say("Do not export"),
                deed=say("Export"),
                icon="file-down",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("export_dialog")
        self._desk = desk
        self.estimate: ExportEstimate | None = None
        self.name = QLineEdit(name)
        self.name.setObjectName("export_name")
        self.name.setMaxLength(200)
        self.format = choice_box(
            "export_format", [(f.value, format_words(f)) for f in self.formats]
        )
        self.columns = choice_box("export_columns", ways)
        self.chosen = TickedChoice(say("Columns"), offered, say("Choose columns"), self)
        self.chosen.setObjectName("export_chosen")
        self.chosen_field = FormField(say("Which columns"), self.chosen)
        naming = [(Naming.LABEL.value, say("Labels")), (Naming.NAME.value, say("Internal names"))]
        self.headers = choice_box("export_headers", naming)
        self.choices = choice_box("export_choices", naming)
        self.bom = CheckRow(
            say("Mark the text as UTF-8"),
            say("Some spreadsheets read accents only with this mark (BOM)."),
        )
        self.spreadsheets = CheckRow(
            say("For spreadsheets"),
            say("Texts that it would calculate get an apostrophe before them."),
        )
        self.lines = EstimateLines()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)

    # Controls

    def lay_out(self, fields: Sequence[Sequence[QWidget]], marks: Sequence[QWidget] = ()) -> None:
        """Put the name first, rows of one or two fields below, the marks and the estimate last.

        Args:
            marks: stand before the dialog's own; Tab walks as they are added.
        """
        self.body.setSpacing(10)
        self.body.addWidget(FormField(say("Name"), self.name))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for row, pair in enumerate(fields):
            for column, field in enumerate(pair):
                grid.addWidget(field, row, column, 1, 3 - len(pair))
        self.body.addLayout(grid)
        for mark in (*marks, self.spreadsheets, self.bom):
            self.body.addWidget(mark)
        self.body.addWidget(self.lines)

    def begin(self, asking: Asking[Any], *counted_by: QComboBox | TickedChoice) -> None:
        """Count for the first time, and again whenever one of these is changed."""
        self._asking = asking
        for control in (self.columns, self.chosen, *counted_by):
            # How it is written changes nothing in what it would be.
            if isinstance(control, TickedChoice):
                control.changed.connect(self.recount)
            else:
                control.currentIndexChanged.connect(self.recount)
        self.format.currentIndexChanged.connect(self.show_fields)
        self._pause.timeout.connect(self._ask)
        self.decided.connect(self._create)
        self.recount()

    def asked_columns(self, shown: tuple[str, ...] = ()) -> tuple[str, ...] | None:
        """Internal names of the columns; None for all of them."""
        way = self.columns.currentData()
        if way == ALL:
            return None
        return shown if way == SHOWN else self.chosen.chosen()

    @property
    def with_bom(self) -> bool:
        """Whether a mark shall stand before the text, which only a CSV has room for."""
        return self.format.currentData() == ExportFormat.CSV and self.bom.is_checked()

    # The estimate

    @Slot()
    def recount(self) -> None:
        """Something was chosen: what it would be is asked again after a pause."""
        self.show_fields()
        self.estimate = None
        self.lines.show_busy()
        self.set_reason(say("It is being counted"))
        self._pause.start()

    @Slot()
    def show_fields(self) -> None:
        """Show the fields that count for what is chosen."""
        in_csv = self.format.currentData() == ExportFormat.CSV
        self.bom.setVisible(in_csv)
        self.spreadsheets.setVisible(in_csv)
        self.chosen_field.setVisible(self.columns.currentData() == CHOSEN)
        self.fit_soon()

    @Slot()
    def _ask(self) -> None:
        asking = self._asking
        request = asking.request()
        if request.columns == ():
            self._refuse(say("Choose at least one column."))
            return
        self._desk.run_query(
            self,
            "estimate",
            lambda: asking.estimate(request),
            self._show,
            lambda error: self._refuse(sentence(error)),
        )

    def _refuse(self, why: str) -> None:
        self.lines.show_problem(why)
        self.set_reason(why)
        self.fit_soon()

    def _show(self, found: ExportEstimate) -> None:
        self.estimate = found = self.completed(found)
        what = self._asking.counted(found.records)
        associated = bool(self.associated_names())
        self.lines.show_estimate(what, found, associated=associated, also=self.notes(found))
        deed = say("Ask for approval") if found.needs_approval else filled(say("Export %1"), what)
        self.deed_button.setText(deed)
        self.set_reason("" if found.records else say("There is nothing to export"))
        self.fit_soon()

    def completed(self, found: ExportEstimate) -> ExportEstimate:
        """The estimate with what only the dialog knows."""
        return found

    def notes(self, found: ExportEstimate) -> Sequence[tuple[str, str]]:
        """What else is said below the estimate, each with its icon."""
        return ()

    def associated_names(self) -> tuple[str, ...]:
        """Objects whose associated records stand in the file."""
        return ()

    # The deed

    @Slot()
    def _create(self) -> None:
        desk, asking = self._desk, self._asking
        request = asking.request()
        self.set_busy(say("Starting..."))

        def create() -> Export:
            return desk.workspace.exports.show(desk.actor, asking.create(request))

        def done(found: Export) -> None:
            self.accept()
            self.created.emit(found)

        desk.run_write(self, create, done, lambda error: self.show_error(sentence(error)))


def choice_box(name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
    """A list to choose one of."""
    box = QComboBox()
    box.setObjectName(name)
    box.setMinimumContentsLength(12)
    for value, label in choices:
        box.addItem(label, value)
    return box
