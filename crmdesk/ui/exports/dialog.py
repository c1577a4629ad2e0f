"""The dialog that asks what is exported, and says what it would be before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import (
    Export,
    ExportEstimate,
    ExportFormat,
    ExportRequest,
    Naming,
)
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.ui.exports.estimate_lines import EstimateLines
from crmdesk.ui.exports.scope import Scope
from crmdesk.ui.exports.ticked import TickedButton
from crmdesk.ui.exports.words import filled, format_words, say
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.showing import Showing, counted
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField

_PAUSE_MS = 150
SHOWN, ALL, CHOSEN = "shown", "all", "chosen"


class ExportDialog(DecisionDialog):
    """Name, records, columns and how they are written; the button asks the service for it.

    Args:
        scopes: which records may be exported, the likeliest first.
        shown: internal names of the properties that the table shows.

    Signals:
        created: the :class:`Export` that was asked for.
    """

    created = Signal(object)

    def __init__(
        self, showing: Showing, scopes: Sequence[Scope], shown: Sequence[str], parent: QWidget
    ) -> None:
        super().__init__(
            Decision(
                title=say("Export"),
                heading=filled(say("Export %1"), showing.object_type.plural_label.lower()),
                sentence=say("It goes on in the background. The file is kept in this workspace."),
                safe=say("Do not export"),
                deed=say("Export"),
                icon="file-down",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("export_dialog")
        self._showing, self._desk = showing, showing.desk
        self._scopes = list(scopes)
        self.estimate: ExportEstimate | None = None
        may_see = self._desk.may(Permission.VIEW_SENSITIVE)
        self._offered = [p for p in showing.object_type.properties if may_see or not p.sensitive]
        by_name = {p.name: p for p in self._offered}
        self._shown = tuple(dict.fromkeys(name for name in shown if name in by_name))
        self._hidden = tuple(
            p.label for p in showing.object_type.properties if p.name in shown and p.sensitive
        )
        self._make_controls(by_name)
        self._lay_out()
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._connect_fields()
        self._recount()

    # Controls

    def _make_controls(self, by_name: dict[str, Property]) -> None:
        own, objects = self._showing.object_type, self._objects()
        self.name = QLineEdit(self._scopes[0].source_name)
        self.name.setObjectName("export_name")
        self.name.setMaxLength(200)
        self.records = _box("export_records", [(each.label, each.label) for each in self._scopes])
        self.format = _box("export_format", [(f.value, format_words(f)) for f in ExportFormat])
        self.columns = _box(
            "export_columns",
            [
                (SHOWN, say("Shown in the table (%Ln)", len(self._shown))),
                (ALL, say("All properties (%Ln)", len(own.properties))),
                (CHOSEN, say("Chosen")),
            ],
        )
        labelled = sorted(((p.name, p.label) for p in by_name.values()), key=_by_label)
        self.chosen = TickedButton(say("Columns"), labelled, say("Choose columns"), self)
        self.chosen.setObjectName("export_chosen")
        self.chosen.choose(self._shown)
        others = [(each.name, each.plural_label) for each in objects]
        self.associated = TickedButton(say("Associated records"), others, say("None"), self)
        self.associated.setObjectName("export_associated")
        naming = [(Naming.LABEL.value, say("Labels")), (Naming.NAME.value, say("Internal names"))]
        self.headers = _box("export_headers", naming)
        self.choices = _box("export_choices", naming)
        self.bom = CheckRow(
            say("Mark the text as UTF-8"),
            say("Some spreadsheets read accents only with this mark (BOM)."),
        )
        self.spreadsheets = CheckRow(
            say("For spreadsheets"),
            say("Texts that it would calculate get an apostrophe before them."),
        )
        self.lines = EstimateLines()

    def _objects(self) -> list[ObjectType]:
        return list(self._desk.workspace.definitions.objects(self._desk.actor))

    def _lay_out(self) -> None:
        self.body.setSpacing(10)
        self.body.addWidget(FormField(say("Name"), self.name))
        self.chosen_field = FormField(say("Which columns"), self.chosen)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        fields: tuple[tuple[QWidget, ...], ...] = (
            (FormField(say("Records"), self.records), FormField(say("Format"), self.format)),
            (
                FormField(say("Columns"), self.columns),
                FormField(say("Associated records"), self.associated),
            ),
            (self.chosen_field,),
            (
                FormField(say("Headings of columns"), self.headers),
                FormField(say("Choices and owners"), self.choices),
            ),
        )
        for row, pair in enumerate(fields):
            for column, field in enumerate(pair):
                grid.addWidget(field, row, column, 1, 3 - len(pair))
        self.body.addLayout(grid)
        self.body.addWidget(self.spreadsheets)
        self.body.addWidget(self.bom)
        self.body.addWidget(self.lines)

    def _connect_fields(self) -> None:
        # How it is written changes nothing in what it would be.
        for box in (self.records, self.columns):
            box.currentIndexChanged.connect(self._recount)
        self.format.currentIndexChanged.connect(self._show_fields)
        for ticked in (self.chosen, self.associated):
            ticked.changed.connect(self._recount)
        self.decided.connect(self._create)

    @property
    def scope(self) -> Scope:
        """The records that are chosen."""
        return self._scopes[max(0, self.records.currentIndex())]

    def request(self) -> ExportRequest:
        """What the core is asked for."""
        scope, way = self.scope, self.columns.currentData()
        columns = {SHOWN: self._shown, CHOSEN: self.chosen.chosen(), ALL: None}[way]
        as_csv = self.format.currentData() == ExportFormat.CSV
        return ExportRequest(
            scope.query,
            scope.source,
            scope.source_name,
            self.name.text(),
            scope.ids,
            columns,
            ExportFormat(self.format.currentData()),
            Naming(self.headers.currentData()),
            Naming(self.choices.currentData()),
            self.associated.chosen(),
            bom=as_csv and self.bom.is_checked(),
            for_spreadsheets=self.spreadsheets.is_checked(),
        )

    # The estimate

    @Slot()
    def _recount(self) -> None:
        """Something was chosen: what it would be is asked again after a pause."""
        self._show_fields()
        self.estimate = None
        self.lines.show_busy()
        self.set_reason(say("It is being counted"))
        self._pause.start()

    @Slot()
    def _show_fields(self) -> None:
        self.bom.setVisible(self.format.currentData() == ExportFormat.CSV)
        self.chosen_field.setVisible(self.columns.currentData() == CHOSEN)
        self.fit_soon()

    @Slot()
    def _ask(self) -> None:
        request, desk = self.request(), self._desk
        if request.columns == ():
            self._refuse(say("Choose at least one column."))
            return
        desk.run_query(
            self,
            "estimate",
            lambda: desk.workspace.exports.estimate(desk.actor, request),
            self._show,
            lambda error: self._refuse(sentence(error)),
        )

    def _refuse(self, why: str) -> None:
        self.lines.show_problem(why)
        self.set_reason(why)
        self.fit_soon()

    def _show(self, found: ExportEstimate) -> None:
        if self.columns.currentData() == SHOWN and not self._desk.may(Permission.VIEW_SENSITIVE):
            found = replace(found, left_out=self._hidden)
        self.estimate = found
        what = counted(self._showing.object_type, found.records)
        self.lines.show_estimate(what, found, associated=self.associated.chosen() != ())
        deed = say("Ask for approval") if found.needs_approval else filled(say("Export %1"), what)
        self.deed_button.setText(deed)
        self.set_reason("" if found.records else say("There is no record to export"))
        self.fit_soon()

    # The deed

    @Slot()
    def _create(self) -> None:
        request, desk = self.request(), self._desk
        self.set_busy(say("Starting..."))

        def create() -> Export:
            exports = desk.workspace.exports
            return exports.show(desk.actor, exports.create(desk.actor, request))

        def done(found: Export) -> None:
            self.accept()
            self.created.emit(found)

        desk.run_write(self, create, done, lambda error: self.show_error(sentence(error)))


def _box(name: str, choices: Sequence[tuple[str, str]]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setMinimumContentsLength(12)
    for value, label in choices:
        box.addItem(label, value)
    return box


def _by_label(pair: tuple[str, str]) -> str:
    return pair[1].casefold()
