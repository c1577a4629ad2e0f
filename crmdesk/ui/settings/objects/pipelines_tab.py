"""The pipelines of an object and the stages of one of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout

from crmdesk.core.records.pipeline_rows import NewStage, PipelineDetail, StageDetail
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.types import PropertyFormat
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.settings.objects.move_dialog import MoveDialog
from crmdesk.ui.settings.objects.object_tab import ObjectTab
from crmdesk.ui.settings.objects.pipeline_dialogs import PipelineDialog, StageDialog, per_cent
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, RowAction, Tone
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.widgets.buttons import Button, ButtonKind, IconButton
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.empty_state import EmptyState


class PipelinesTab(ObjectTab):
    """A pipeline is chosen above; its stages stand in the table in their order."""

    def __init__(self, desk: Desk, object_type: ObjectType) -> None:
        super().__init__(desk, object_type)
        self._pipelines: Sequence[PipelineDetail] = ()
        self._shown = self._wanted = ""
        self.choice = Choice(say("Pipeline"))
        self.choice.setObjectName("pipeline_choice")
        self.rename = IconButton("pencil", say("Rename the pipeline"))
        self.up = IconButton("arrow-up", say("Move the pipeline up"))
        self.down = IconButton("arrow-down", say("Move the pipeline down"))
        self.remove = IconButton("trash-2", say("Delete the pipeline"))
        self.add_pipeline = Button(say("Add pipeline"), icon="plus")
        self.add_pipeline.setObjectName("add_pipeline")
        self.add_stage = Button(say("Add stage"), ButtonKind.PRIMARY, "plus")
        self.add_stage.setObjectName("add_stage")
        self._source = ListSource(_columns())
        self.table = DataTable(say("Stages"), self._source, desk.queries, actions_of=self._actions)
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 12, 24, 8)
        bar.setSpacing(8)
        bar.addWidget(self.choice)
        self._tools = (self.rename, self.up, self.down, self.remove)
        for tool in self._tools:
            bar.addWidget(tool)
        bar.addStretch(1)
        bar.addWidget(self.add_pipeline)
        bar.addWidget(self.add_stage)
        self.column.addLayout(bar)
        self.column.addWidget(self.table, 1)
        self._connect()
        self.read()

    def _connect(self) -> None:
        self.choice.activated.connect(lambda _index: self._show_stages())
        self.rename.clicked.connect(self._rename)
        self.up.clicked.connect(lambda: self._move_pipeline(-1))
        self.down.clicked.connect(lambda: self._move_pipeline(1))
        self.remove.clicked.connect(self._remove_pipeline)
        self.add_pipeline.clicked.connect(self._add_pipeline)
        self.add_stage.clicked.connect(lambda: self._open_stage(None))
        self.table.opened.connect(self._open_by_id)
        self.table.action_chosen.connect(self._act)

    # -- reading -------------------------------------------------------------------------
    @property
    def possible(self) -> bool:
        """Whether records of this object go through pipelines at all."""
        return self.object_type.with_format(PropertyFormat.STAGE) is not None

    @property
    def pipeline(self) -> PipelineDetail | None:
        """The pipeline whose stages are on show."""
        name = self.choice.currentData()
        return next((each for each in self._pipelines if each.name == name), None)

    def read(self) -> None:
        """Read the pipelines; counting their records looks at every record of the object."""
        desk = self._desk
        if self._shown != self.object_type.name:
            # What stands there is another object's, and must not be written to as this one's.
            self._show(())
        work = partial(desk.workspace.pipelines.list, desk.actor, self.object_type.name)
        desk.run_query(self, "pipelines", work, self._show, self.fail)

    def _show(self, pipelines: Sequence[PipelineDetail]) -> None:
        """Show the pipelines as they are now."""
        self._pipelines, self._shown = pipelines, self.object_type.name
        chosen = self._wanted or self.choice.currentData()
        self.choice.clear()
        for each in self._pipelines:
            text = say("%1 (%2)").replace("%1", each.label)
            self.choice.addItem(text.replace("%2", words.number(each.records)), each.name)
        self.choice.setCurrentIndex(max(0, self.choice.findData(chosen)))
        if pipelines:
            self._wanted = ""
        self._show_stages()

    def open_named(self, name: str) -> None:
        """Show a pipeline, now or as soon as the pipelines are read."""
        self._wanted = name
        self._show(self._pipelines)

    def _show_stages(self) -> None:
        found = self.pipeline
        self._source.replace([_row(each) for each in found.stages] if found else [])
        self.table.show_empty(None if self.possible else self._empty())
        self.table.load()
        reason = self.reason or (
            "" if self.possible else say("This object goes through no pipeline.")
        )
        for widget in (self.choice, *self._tools, self.add_pipeline, self.add_stage):
            widget.setVisible(self.possible)
        for button in (*self._tools, self.add_pipeline, self.add_stage):
            button.set_reason(reason)
        place, last = self.choice.currentIndex(), self.choice.count() - 1
        self.up.setEnabled(not reason and place > 0)
        self.down.setEnabled(not reason and place < last)
        self.remove.setEnabled(not reason and last > 0)

    def _empty(self) -> EmptyState:
        plural = self.object_type.plural_label
        return EmptyState(
            "workflow",
            say("%1 go through no pipeline").replace("%1", plural),
            say("Deals and tickets move through stages; the other objects do not."),
        )

    # -- pipelines -----------------------------------------------------------------------
    def _service(self, name: str) -> Callable[..., object]:
        service = getattr(self._desk.workspace.pipelines, name)
        return partial(service, self._desk.actor, self.object_type.name)

    def _in_dialog(self, dialog: DecisionDialog, write: Callable[[], object]) -> None:
        """Write while the dialog waits; it closes when it is done, and says what is wrong."""
        dialog.set_busy(say("Saving..."))

        def done(_answer: object) -> None:
            dialog.accept()
            self.changed.emit()

        self._desk.run_write(dialog, write, done, lambda error: dialog.show_error(sentence(error)))

    def _add_pipeline(self) -> None:
        dialog = PipelineDialog(None, self.window())

        def send(label: str, stages: Sequence[NewStage]) -> None:
            self._in_dialog(dialog, lambda: self._service("add")(label, stages))

        dialog.named.connect(send)
        dialog.open()

    def _rename(self) -> None:
        found = self.pipeline
        if found is None:
            return
        dialog = PipelineDialog(found.label, self.window())
        dialog.named.connect(
            lambda label, _stages: self._in_dialog(
                dialog, lambda: self._service("rename")(found.name, label)
            )
        )
        dialog.open()

    def _move_pipeline(self, by: int) -> None:
        names = [each.name for each in self._pipelines]
        place = self.choice.currentIndex()
        if not 0 <= place + by < len(names):
            return
        names.insert(place + by, names.pop(place))
        self.write(lambda: self._service("order")(names))

    def _remove_pipeline(self) -> None:
        found = self.pipeline
        if found is None:
            return
        places = [
            (f"{each.name}/{stage.name}", f"{each.label}: {stage.label}")
            for each in self._pipelines
            if each.name != found.name
            for stage in each.stages
        ]
        buttons = (say("Keep pipeline"), say("Delete pipeline"))
        heading = say("Delete the pipeline %1?").replace("%1", found.label)
        decision = self._removal(heading, found.records, buttons)
        dialog = MoveDialog(decision, places if found.records else (), self.window())

        def send(place: str) -> None:
            target = tuple(place.split("/", 1)) if place else None
            self.write(lambda: self._service("remove")(found.name, target))

        dialog.confirmed.connect(send)
        dialog.open()

    def _removal(self, heading: str, records: int, buttons: tuple[str, str]) -> Decision:
        counted = self.tr("%Ln record{|s} {stands|stand} in it and {moves|move}.", "", records)
        return Decision(
            title=say("Pipelines"),
            heading=heading,
            sentence=counted if records else say("No record stands in it."),
            safe=buttons[0],
            deed=buttons[1],
            icon="trash-2",
            destructive=True,
        )

    # -- stages --------------------------------------------------------------------------
    def _stage(self, stage_id: int) -> StageDetail | None:
        found = self.pipeline
        stages = found.stages if found is not None else ()
        return next((each for each in stages if each.id == stage_id), None)

    def _open_by_id(self, stage_id: int) -> None:
        stage = self._stage(stage_id)
        if stage is not None and not self.reason:
            self._open_stage(stage)

    def _open_stage(self, stage: StageDetail | None) -> None:
        found = self.pipeline
        if found is None:
            return
        dialog = StageDialog(stage, self.window())

        def send(new: NewStage) -> None:
            if stage is None:
                self._in_dialog(dialog, lambda: self._service("add_stage")(found.name, new))
                return
            changes = {"label": new.label, "probability": new.probability, "closed": new.closed}
            self._in_dialog(
                dialog, lambda: self._service("set_stage")(found.name, stage.name, changes)
            )

        dialog.given.connect(send)
        dialog.open()

    def _actions(self, row: Row) -> Sequence[RowAction]:
        found, stage = self.pipeline, self._stage(row.id)
        if found is None or stage is None:
            return ()
        place, last = found.stages.index(stage), len(found.stages) - 1
        first_one = self.reason or ("" if place else say("It is the first stage"))
        last_one = self.reason or (say("It is the last stage") if place == last else "")
        only = self.reason or ("" if last else say("A pipeline keeps at least one stage"))
        return (
            RowAction("edit", say("Edit stage"), "pencil", reason=self.reason),
            RowAction("up", say("Move up"), "arrow-up", reason=first_one),
            RowAction("down", say("Move down"), "arrow-down", reason=last_one),
            RowAction(
                "remove", say("Delete stage"), "trash-2", danger=True, reason=only, separated=True
            ),
        )

    def _act(self, key: str, stage_id: int) -> None:
        found, stage = self.pipeline, self._stage(stage_id)
        if found is None or stage is None:
            return
        if key == "edit":
            self._open_stage(stage)
        elif key == "remove":
            self._remove_stage(found, stage)
        else:
            names = [each.name for each in found.stages]
            place = names.index(stage.name) + (-1 if key == "up" else 1)
            names.remove(stage.name)
            names.insert(place, stage.name)
            self.write(lambda: self._service("order_stages")(found.name, names))

    def _remove_stage(self, found: PipelineDetail, stage: StageDetail) -> None:
        places = [(each.name, each.label) for each in found.stages if each.id != stage.id]
        buttons = (say("Keep stage"), say("Delete stage"))
        heading = say("Delete the stage %1?").replace("%1", stage.label)
        decision = self._removal(heading, stage.records, buttons)
        dialog = MoveDialog(decision, places if stage.records else (), self.window())
        dialog.confirmed.connect(
            lambda place: self.write(
                lambda: self._service("remove_stage")(found.name, stage.name, place)
            )
        )
        dialog.open()


def _columns() -> Sequence[Column]:
    return (
        Column("label", say("Stage"), 260, stretch=True, sortable=False),
        Column("probability", say("Probability"), 130, align=Align.END, sortable=False),
        Column("closed", say("Ends"), 120, sortable=False),
        Column("records", say("Records"), 110, align=Align.END, sortable=False),
    )


def _row(stage: StageDetail) -> Row:
    share = f"{per_cent(stage)} %" if stage.probability is not None else ""
    cells = {
        "label": Cell(stage.label),
        "probability": Cell(share),
        "closed": Cell(say("Closed"), badge=Tone.NEUTRAL) if stage.closed else Cell(""),
        "records": Cell(words.number(stage.records)),
    }
    return Row(stage.id, cells)
