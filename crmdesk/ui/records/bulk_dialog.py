"""Bulk edit: choose what to change, review it in numbers, then change it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import UserError
from crmdesk.core.records.bulk_model import BulkAction, BulkChange, BulkPlan
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.schema import Property
from crmdesk.core.records.types import PropertyType
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.bulk_words import action_words, plan_lines, sample_lines
from crmdesk.ui.records.showing import Showing, counted
from crmdesk.ui.records.value_field import ValueField
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout


class ChangeRow(QWidget):
    """One property, what becomes of it, and the value.

    Signals:
        edited: something was chosen or typed.
    """

    edited = Signal()

    def __init__(self, properties: Sequence[Property], showing: Showing) -> None:
        super().__init__()
        self._showing, self._properties = showing, list(properties)
        self.which = QComboBox()
        self.which.setMinimumContentsLength(12)
        for found in self._properties:
            self.which.addItem(found.label, found.name)
        self.how = QComboBox()
        self.value: ValueField | None = None
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.addWidget(FormField(self.tr("Property"), self.which), 0, 0)
        grid.addWidget(FormField(self.tr("Change"), self.how), 0, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._slot = QVBoxLayout()
        grid.addLayout(self._slot, 1, 0, 1, 2)
        self.which.currentIndexChanged.connect(self._choose_property)
        self.how.currentIndexChanged.connect(self._choose_action)
        self._choose_property()

    @property
    def found(self) -> Property:
        """The property it is about."""
        return self._properties[max(0, self.which.currentIndex())]

    def change(self) -> BulkChange:
        """What the core is asked for."""
        action = BulkAction(str(self.how.currentData()))
        text = self.value.text() if self.value is not None else ""
        return BulkChange(self.found.name, action, text)

    def _choose_property(self) -> None:
        found = self.found
        actions = [BulkAction.SET, BulkAction.CLEAR]
        if found.type is PropertyType.MULTI_ENUMERATION:
            actions[1:1] = [BulkAction.ADD_OPTIONS, BulkAction.REMOVE_OPTIONS]
        if found.unique:
            actions = [BulkAction.CLEAR]
        if found.required:
            actions = [each for each in actions if each is not BulkAction.CLEAR]
        self.how.blockSignals(True)
        self.how.clear()
        for each in actions:
            self.how.addItem(action_words(each), each.value)
        self.how.blockSignals(False)
        self._choose_action()

    def _choose_action(self) -> None:
        empty_layout(self._slot)
        self.value = None
        if self.how.currentData() != BulkAction.CLEAR:
            self.value = ValueField(self.found, self._showing, None)
            self.value.edited.connect(self.edited)
            self._slot.addWidget(self.value)
        self.edited.emit()


class BulkEditDialog(DecisionDialog):
    """Two steps in one dialog; nothing is written before the numbers were seen.

    Signals:
        reviewed: a :class:`BulkPlan` is shown.
        accepted_plan: the person wants exactly this plan done.
    """

    reviewed = Signal(object)
    accepted_plan = Signal(object)

    def __init__(self, showing: Showing, ids: array[int], parent: QWidget) -> None:
        self._showing, self._ids = showing, ids
        what = counted(showing.object_type, len(ids))
        decision = Decision(
            title=self.tr("Edit %1").replace("%1", what),
            heading=self.tr("Edit %1").replace("%1", what),
            sentence=self.tr("Every one of them gets these values. Review them before."),
            safe=self.tr("Discard"),
            deed=self.tr("Review changes"),
            icon="pencil",
        )
        super().__init__(decision, parent, closes=False)
        self.plan: BulkPlan | None = None
        self.rows: list[ChangeRow] = []
        self._fields = QVBoxLayout()
        self._fields.setSpacing(12)
        self.body.addLayout(self._fields)
        self._review = QVBoxLayout()
        self._review.setSpacing(6)
        # The first field comes first, for the focus too.
        self.add_row()
        self.more = Link(self.tr("Change another property"), "plus")
        self.more.setObjectName("another_property")
        self.more.clicked.connect(self.add_row)
        self.body.addWidget(self.more)
        self.body.addLayout(self._review)
        self.decided.connect(self._decide)

    def add_row(self) -> None:
        """Offer one more property."""
        row = ChangeRow(self._offered(), self._showing)
        row.edited.connect(self.forget_plan)
        self.rows.append(row)
        self._fields.addWidget(row)
        self.forget_plan()

    def _offered(self) -> list[Property]:
        may = self._showing.desk.may(Permission.EDIT_SENSITIVE)
        own = self._showing.object_type.writable
        usable = [p for p in own if not p.hidden and (may or not p.sensitive)]
        usable = [p for p in usable if not (p.unique and p.required)]
        return sorted(usable, key=lambda found: (found.unique, found.label.casefold()))

    def forget_plan(self) -> None:
        """What was reviewed is not what stands in the fields any more."""
        self.plan = None
        empty_layout(self._review)
        self.deed_button.setText(self.tr("Review changes"))
        self.set_reason("")
        self.fit_soon()

    def _decide(self) -> None:
        if self.plan is not None:
            self.accepted_plan.emit(self.plan)
            return
        desk, own = self._showing.desk, self._showing.object_type.name
        changes, ids = [row.change() for row in self.rows], self._ids
        self.set_busy(self.tr("Comparing..."))

        def plan() -> BulkPlan:
            return desk.workspace.bulk.plan_edit(desk.actor, own, Picked(ids), changes)

        desk.run_write(self, plan, self.show_plan, self._failed)

    def show_plan(self, plan: BulkPlan) -> None:
        """The numbers; the button then does exactly that."""
        self.deed_button.set_idle()
        self.safe_button.setEnabled(True)
        self.plan = plan
        empty_layout(self._review)
        for text, role in (*plan_lines(plan, self._showing), *sample_lines(plan, self._showing)):
            self._review.addWidget(Paragraph(text, TextStyle.BODY, role))
        deed = self.tr("Change %1").replace(
            "%1", counted(self._showing.object_type, plan.records_changing)
        )
        self.deed_button.setText(deed)
        nothing = self.tr("Every record has these values already")
        self.set_reason("" if plan.records_changing else nothing)
        self.fit_soon()
        self.reviewed.emit(plan)

    def _failed(self, error: Exception) -> None:
        name = str(error.values.get("property", "")) if isinstance(error, UserError) else ""
        for row in self.rows:
            if row.found.name == name and row.value is not None:
                row.value.set_error(sentence(error))
                self.deed_button.set_idle()
                self.safe_button.setEnabled(True)
                self.fit_soon()
                return
        self.show_error(sentence(error))
