"""The dialog that merges two records: side by side, value by value."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from crmdesk.core.changes.change_set import Change
from crmdesk.core.errors import UserError
from crmdesk.core.records.merge_plan import MergePlan, MergeValue, Side
from crmdesk.core.records.merges import Merged, Unmerged
from crmdesk.core.records.record import Record
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.icons import icon
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.records.eliding import ChoiceButton
from crmdesk.ui.records.record_search import RecordSearch
from crmdesk.ui.records.showing import Showing, in_sentence
from crmdesk.ui.theme.apply import px
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.elided_label import ElidedLabel
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.scrolling import scrolling

_WIDTH, _TALLEST, _NAMES, _SHORTENED = 760, 320, 160, 80


class MergeDialog(DecisionDialog):
    """Whose value stays, property by property; the numbers follow each choice.

    Args:
        first: the record that stays unless the sides are changed.
        second: the record that becomes part of it.

    Signals:
        merged: the :class:`~crmdesk.core.records.merges.Merged` that was done.
    """

    merged = Signal(object)

    def __init__(self, showing: Showing, first: int, second: int, parent: QWidget) -> None:
        super().__init__(_decision(showing), parent, closes=False)
        self.setObjectName("merge_dialog")
        self.setFixedWidth(px(_WIDTH))
        self._showing, self._desk = showing, showing.desk
        self.winner, self.loser = first, second
        self.choices: dict[str, Side] = {}
        self.plan: MergePlan | None = None
        self.groups: dict[str, QButtonGroup] = {}
        self.swap = Link(self.tr("Keep the other one"), "arrow-up-down")
        self.swap.setObjectName("swap_sides")
        self.swap.clicked.connect(self._swap)
        self._place = QVBoxLayout()
        self._sum = Paragraph("", TextStyle.BODY, "text")
        self.body.addLayout(self._place)
        self.body.addWidget(self.swap)
        self.body.addWidget(self._sum)
        self.decided.connect(self._send)
        self._read()

    # Reading

    def _read(self) -> None:
        service, desk = self._desk.workspace.merges, self._desk
        try:
            self.plan = service.plan(
                desk.actor, self._object, self.winner, self.loser, self.choices
            )
        except UserError as error:
            self.set_reason(message(error).title)
            self._sum.set_text(sentence(error))
            return
        self._show(self.plan)

    @property
    def _object(self) -> str:
        return self._showing.object_type.name

    def _swap(self) -> None:
        self.winner, self.loser = self.loser, self.winner
        self.choices = {}
        self._read()
        self.fit_soon()

    # Showing

    def _show(self, plan: MergePlan) -> None:
        while (item := self._place.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        table = self._table(plan)
        area = scrolling(table)
        area.setObjectName("merge_values")
        # The radio buttons take the focus; the area scrolls along with them.
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setFixedHeight(min(px(_TALLEST), table.sizeHint().height() + 4))
        self._place.addWidget(self._head(plan))
        self._place.addWidget(area)
        self._say(plan)

    def _head(self, plan: MergePlan) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 12, 4)
        row.setSpacing(12)
        corner = label(self.tr("Property"), TextStyle.CAPTION, "text3")
        corner.setFixedWidth(px(_NAMES))
        row.addWidget(corner)
        for record, what in ((plan.winner, self.tr("Stays")), (plan.loser, self.tr("Is merged"))):
            words_ = QVBoxLayout()
            words_.setSpacing(0)
            words_.addWidget(ElidedLabel(self._showing.name(record.values), TextStyle.STRONG))
            about = self.tr("%1, record ID %2").replace("%2", str(record.id)).replace("%1", what)
            words_.addWidget(ElidedLabel(about, TextStyle.CAPTION, "text2"))
            row.addLayout(words_, 1)
        return head

    def _table(self, plan: MergePlan) -> QWidget:
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 12, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        self.groups = {}
        for place, value in enumerate(plan.values):
            name = ElidedLabel(value.column.label, TextStyle.BODY, "text2")
            name.setFixedWidth(px(_NAMES))
            grid.addWidget(name, place, 0)
            group = QButtonGroup(table)
            for column, side in ((1, Side.WINNER), (2, Side.LOSER)):
                grid.addWidget(self._choice(value, side, group), place, column)
            self.groups[value.column.name] = group
        if not plan.values:
            grid.addWidget(Paragraph(self.tr("The two hold the same values.")), 0, 0, 1, 3)
        return table

    def _choice(self, value: MergeValue, side: Side, group: QButtonGroup) -> QRadioButton:
        kept = value.winner if side is Side.WINNER else value.loser
        text = self._showing.text(value.column, kept) or self.tr("no value")
        button = ChoiceButton(text)
        short = text if len(text) <= _SHORTENED else text[:_SHORTENED] + "…"
        button.setAccessibleName(f"{value.column.label}: {short}")
        button.setChecked(value.chosen is side)
        button.setObjectName(f"{side.value}_{value.column.name}")
        button.clicked.connect(partial(self._choose, value.column.name, side))
        group.addButton(button)
        return button

    def _choose(self, name: str, side: Side) -> None:
        self.choices[name] = side
        before = self.plan
        desk = self._desk
        try:
            plan = desk.workspace.merges.plan(
                desk.actor, self._object, self.winner, self.loser, self.choices
            )
        except UserError as error:
            self.show_error(sentence(error))
            return
        self.plan = plan
        moved = before is None or [v.chosen for v in before.values] != [
            v.chosen for v in plan.values
        ]
        if moved:
            self._follow_sides(plan)
        self._say(plan)

    def _follow_sides(self, plan: MergePlan) -> None:
        """A stage goes with its pipeline."""
        for value in plan.values:
            for button in self.groups[value.column.name].buttons():
                button.setChecked(button.objectName().startswith(value.chosen.value))

    def _say(self, plan: MergePlan) -> None:
        values = len(plan.cells)
        moving = sum(plan.associations.values())
        text = self.tr("%Ln value{|s} of the merged record replace{s|} what stands, ", "", values)
        text += self.tr("%Ln association{|s} move{s|}.", "", moving)
        if plan.held:
            text += " " + self.tr(
                "%Ln sensitive value{|s} stay{s|} behind: you may not edit such values.",
                "",
                len(plan.held),
            )
        self._sum.set_text(text)

    # Doing

    def _send(self) -> None:
        plan, desk = self.plan, self._desk
        if plan is None:
            return
        self.set_busy(self.tr("Merging..."))
        write = partial(
            desk.workspace.merges.apply,
            desk.actor,
            self._object,
            self.winner,
            self.loser,
            dict(self.choices),
            versions=(plan.winner.version, plan.loser.version),
        )
        desk.run_write(self, write, self._done, self._failed)

    def _done(self, merged: Merged) -> None:
        self.merged.emit(merged)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.show_error(sentence(error))
        if isinstance(error, UserError) and error.code == "plan_outdated":
            self._read()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        first = next(iter(self.groups.values()), None)
        chosen = None if first is None else first.checkedButton()
        if chosen is not None:
            chosen.setFocus(Qt.FocusReason.TabFocusReason)


class MergeWithDialog(DecisionDialog):
    """Choose the record that another one is merged with.

    Signals:
        chosen: its record ID.
    """

    chosen = Signal(int)

    def __init__(self, showing: Showing, record_id: int, name: str, parent: QWidget) -> None:
        super().__init__(
            Decision(
                title=_say("Merge"),
                heading=_say("Merge %1 with").replace("%1", name),
                sentence=_say("Next you choose, value by value, what stays."),
                safe=_say("Cancel"),
                deed=_say("Compare the two"),
                icon="merge",
            ),
            parent,
        )
        self.setObjectName("merge_with_dialog")
        self.records = RecordSearch(showing.desk, showing.object_type, record_id)
        self.records.changed.connect(self._follow_choice)
        self.records.activated.connect(self.deed_button.click)
        self.body.addWidget(self.records)
        self.decided.connect(self._tell)
        self._follow_choice()

    def _follow_choice(self) -> None:
        none = self.tr("Choose a record first") if self.records.chosen is None else ""
        self.set_reason(none)

    def _tell(self) -> None:
        if self.records.chosen is not None:
            self.chosen.emit(self.records.chosen)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.records.search.setFocus(Qt.FocusReason.TabFocusReason)


def merge_toast(desk: Desk, merged: Merged, page: QWidget) -> None:
    """Say that two records are one, with the way back."""
    title = _say("%1 records merged").replace("%1", words.number(2))
    text = _say("Record ID %1 now leads to %2.").replace("%1", str(merged.loser_id))
    text = text.replace("%2", str(merged.winner_id))
    desk.toast(title, text, _say("Undo"), partial(take_back, desk, merged.change_id, page))


def take_back(desk: Desk, change_id: int, page: QWidget) -> None:
    """Undo a merge, and say what came of it."""

    def undone(done: Unmerged) -> None:
        desk.toast(_say("Merge taken back"), _say("Both records are there again."))
        desk.changed(Change(done.object_type, (done.winner_id, done.loser_id)))

    desk.run_write(
        page,
        lambda: desk.workspace.merges.undo(desk.actor, change_id),
        undone,
        lambda error: desk.toast(message(error).title, message(error).advice),
    )


def add_undo_of_merges(
    menu: QMenu, desk: Desk, record: Record, ask: Callable[[int], object]
) -> None:
    """Offer to take back the newest merges into a record."""
    standing = desk.workspace.merges.of_record(desk.actor, record.object_type, record.id)
    for done in [each for each in standing if each.undoable][:3]:
        text = _say("Undo merge of record ID %1").replace("%1", str(done.loser_id))
        # The action's own argument must not become one of the question's.
        menu.addAction(icon("split"), text, lambda change=done.change_id: ask(change))


def _decision(showing: Showing) -> Decision:
    plural = in_sentence(showing.object_type.plural_label)
    days = showing.desk.workspace.settings.number(None, "recycle_bin.days")
    kept = _say("The merge can be undone for %1 days.").replace("%1", str(days))
    return Decision(
        title=_say("Merge"),
        heading=_say("Merge two %1 into one").replace("%1", plural),
        sentence=_say("Choose whose value stays where the two differ."),
        safe=_say("Keep both"),
        deed=_say("Merge records"),
        icon="merge",
        effects=(Effect("undo-2", kept),),
    )


def _say(text: str) -> str:
    return QCoreApplication.translate("Merging", text)
