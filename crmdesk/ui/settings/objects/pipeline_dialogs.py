"""Dialogs of pipelines: name a pipeline, and say what a stage is."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from crmdesk.core.records.pipeline_rows import NewStage, StageDetail
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField

_LINES = 96


class PipelineDialog(DecisionDialog):
    """Asks for a pipeline's name, and for the first stages of a new one.

    Signals:
        named: the label, and the new stages.
    """

    named = Signal(str, object)

    def __init__(self, label: str | None, parent: QWidget) -> None:
        new = label is None
        super().__init__(
            Decision(
                title=say("Pipelines"),
                heading=say("Add a pipeline") if new else say("Rename the pipeline"),
                sentence=say("Its stages can be changed afterwards.")
                if new
                else say("Records stay where they are."),
                safe=say("Cancel"),
                deed=say("Add pipeline") if new else say("Rename pipeline"),
                icon="workflow",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("pipeline_dialog")
        self.label = QLineEdit(label or "")
        self.label.setObjectName("pipeline_label")
        self.field = FormField(say("Name"), self.label)
        self.field.error_changed.connect(self.fit_soon)
        self.body.addWidget(self.field)
        self.stages = QPlainTextEdit()
        self.stages.setObjectName("pipeline_stages")
        self.stages.setTabChangesFocus(True)
        self.stages.setFixedHeight(px(_LINES))
        if new:
            self.stages.setPlainText("\n".join((say("New"), say("In progress"), say("Closed"))))
            self.body.addWidget(FormField(say("Stages, one a line"), self.stages))
        self.decided.connect(self._tell)

    def _tell(self) -> None:
        lines = [line.strip() for line in self.stages.toPlainText().splitlines()]
        self.named.emit(self.label.text(), [NewStage(line) for line in lines if line])


class StageDialog(DecisionDialog):
    """Asks for a stage's name, probability, and whether it ends the record's way.

    Signals:
        given: the :class:`NewStage`.
    """

    given = Signal(object)

    def __init__(self, stage: StageDetail | None, parent: QWidget) -> None:
        super().__init__(
            Decision(
                title=say("Stages"),
                heading=say("Add a stage")
                if stage is None
                else say("Edit %1").replace("%1", stage.label),
                sentence=say("Records can be in it at once.")
                if stage is None
                else say("Records in it stay in it."),
                safe=say("Cancel"),
                deed=say("Add stage") if stage is None else say("Save stage"),
                icon="list-ordered",
            ),
            parent,
            closes=False,
        )
        self.setObjectName("stage_dialog")
        self.label = QLineEdit("" if stage is None else stage.label)
        self.label.setObjectName("stage_label")
        self.label_field = FormField(say("Name"), self.label)
        self.probability = QLineEdit(per_cent(stage))
        self.probability.setObjectName("stage_probability")
        self.probability_field = FormField(
            say("Probability"),
            self.probability,
            say("How likely records in this stage are to be won; may be left out."),
            unit=say("per cent"),
        )
        self.closed = CheckRow(say("Closed"), say("A record in this stage is won, lost or done."))
        self.closed.set_checked(stage is not None and stage.closed)
        for widget in (self.label_field, self.probability_field, self.closed):
            self.body.addWidget(widget)
        for field in (self.label_field, self.probability_field):
            field.error_changed.connect(self.fit_soon)
        self.decided.connect(self._tell)

    def _tell(self) -> None:
        text = self.probability.text().strip().replace(",", ".").removesuffix("%").strip()
        try:
            share = str(Decimal(text) / 100) if text else None
        except InvalidOperation:
            self.probability_field.set_error(say("Enter a number from 0 to 100."))
            return
        self.given.emit(NewStage(self.label.text(), share, self.closed.is_checked()))


def per_cent(stage: StageDetail | None) -> str:
    """A stage's probability as people read it, e.g. "40"; empty when it has none."""
    if stage is None or stage.probability is None:
        return ""
    share = Decimal(stage.probability) * 100
    whole = share.to_integral_value()
    return str(whole) if share == whole else f"{share.normalize():f}"
