"""Labels and limits between an object and another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QLabel

from crmdesk.core.records.association_labels import Label
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.showing import in_sentence
from crmdesk.ui.settings.objects.label_dialogs import NO_LIMIT, LabelDialog, LimitDialog
from crmdesk.ui.settings.objects.object_tab import ObjectTab
from crmdesk.ui.settings.objects.words import say
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, RowAction, RowHeight
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.tables.source import ListSource
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.choice import Choice
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog
from crmdesk.ui.widgets.empty_state import EmptyState
from crmdesk.ui.widgets.labels import label
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.window_state import TableState


class AssociationsTab(ObjectTab):
    """The other object is chosen above; limits of the two stand under it, then the labels."""

    def __init__(self, desk: Desk, object_type: ObjectType, objects: Sequence[ObjectType]) -> None:
        super().__init__(desk, object_type)
        self._objects = list(objects)
        self._labels: Sequence[Label] = ()
        self._maxima: dict[tuple[str, str, str], int] = {}
        self.other = Choice(say("Associated with"))
        self.other.setObjectName("associated_object")
        for each in objects:
            self.other.addItem(each.plural_label, each.name)
        self.add = Button(say("Add label"), ButtonKind.PRIMARY, "plus")
        self.add.setObjectName("add_label")
        self.add.set_reason(self.reason)
        self.limits = [self._limit_line(place) for place in range(2)]
        self._source = ListSource(_columns())
        self.table = DataTable(
            say("Labels"),
            self._source,
            desk.queries,
            actions_of=self._actions,
            start=TableState(height=RowHeight.ROOMY),
        )
        self._lay_out()
        self._connect()
        self.other.setCurrentIndex(1 if object_type.name == objects[0].name else 0)
        self.read()

    def _limit_line(self, place: int) -> tuple[QLabel, Link]:
        change = Link(say("Change"))
        change.setObjectName(f"change_limit_{place}")
        change.set_reason(self.reason)
        change.clicked.connect(lambda: self._ask_limit(place, ""))
        return label("", TextStyle.BODY), change

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(24, 12, 24, 8)
        bar.setSpacing(8)
        bar.addWidget(label(say("Associated with"), TextStyle.BODY, "text2"))
        bar.addWidget(self.other)
        bar.addStretch(1)
        bar.addWidget(self.add)
        self.column.addLayout(bar)
        for words_, change in self.limits:
            line = QHBoxLayout()
            line.setContentsMargins(24, 0, 24, 0)
            line.setSpacing(4)
            line.addWidget(words_)
            line.addWidget(change)
            line.addStretch(1)
            self.column.addLayout(line)
        self.column.addSpacing(8)
        self.column.addWidget(self.table, 1)

    def _connect(self) -> None:
        self.other.activated.connect(lambda _index: self.read())
        self.add.clicked.connect(lambda: self._open_label(None))
        self.table.opened.connect(self._open_by_id)
        self.table.action_chosen.connect(self._act)

    # -- reading -------------------------------------------------------------------------
    @property
    def far(self) -> ObjectType:
        """The other object."""
        return self._objects[max(0, self.other.currentIndex())]

    @property
    def _pairs(self) -> list[tuple[ObjectType, ObjectType]]:
        pairs = [(self.object_type, self.far), (self.far, self.object_type)]
        return pairs[:1] if self.far.name == self.object_type.name else pairs

    def show_objects(self, objects: Sequence[ObjectType]) -> None:
        """Offer these objects."""
        chosen = self.other.currentData()
        self._objects = list(objects)
        self.other.clear()
        for each in objects:
            self.other.addItem(each.plural_label, each.name)
        self.other.setCurrentIndex(max(0, self.other.findData(chosen)))

    def read(self) -> None:
        """Show labels and limits as they are now."""
        service, actor = self._desk.workspace.association_definitions, self._desk.actor
        self._maxima = {
            (each.object_name, each.other_name, each.label): each.maximum
            for each in service.limits(actor)
        }
        for place, (words_, change) in enumerate(self.limits):
            there = place < len(self._pairs)
            words_.setVisible(there)
            change.setVisible(there)
            if there:
                words_.setText(self._limit_words(*self._pairs[place]))
        self._labels = service.labels(actor, self.object_type.name, self.far.name)
        self._source.replace([self._row(each) for each in self._labels])
        self.table.show_empty(self._empty())
        self.table.load()

    def _limit_words(self, one: ObjectType, other: ObjectType) -> str:
        maximum = self._maxima.get((one.name, other.name, ""))
        text = say("One %1 may have any number of %2.")
        if maximum is not None:
            text = say("One %1 may have at most %3 %2.").replace("%3", words.number(maximum))
        what = other.label if maximum == 1 else other.plural_label
        return text.replace("%1", in_sentence(one.label)).replace("%2", in_sentence(what))

    def _row(self, found: Label) -> Row:
        here, there = self._readings(found)
        maximum = self._maxima.get((self.object_type.name, self.far.name, found.name))
        cells = {
            "label": Cell(here, found.name),
            "inverse": Cell(there or say("The same"), quiet=not there),
            "limit": Cell("" if maximum is None else words.number(maximum)),
            "uses": Cell(words.number(found.uses)),
        }
        return Row(found.id, cells)

    def _readings(self, found: Label) -> tuple[str, str]:
        """The label read from this object, and from the other where that differs."""
        if not found.inverse_label:
            return found.label, ""
        if found.from_type_id == self.object_type.id:
            return found.label, found.inverse_label
        return found.inverse_label, found.label

    def _empty(self) -> EmptyState:
        text = say("A label says what the one is to the other, such as employer or decision maker.")
        return EmptyState("tag", say("No labels between these two"), text)

    # -- labels --------------------------------------------------------------------------
    def _label(self, label_id: int) -> Label | None:
        return next((each for each in self._labels if each.id == label_id), None)

    def _open_by_id(self, label_id: int) -> None:
        found = self._label(label_id)
        if found is not None and not self.reason:
            self._open_label(found)

    def _open_label(self, found: Label | None) -> None:
        words_ = ("", "") if found is None else self._readings(found)
        dialog = LabelDialog(self.object_type, self.far, words_, new=found is None)
        dialog.setParent(self.window(), dialog.windowFlags())
        service, actor = self._desk.workspace.association_definitions, self._desk.actor

        def send(text: str, inverse: str) -> None:
            if found is None:
                names = self.object_type.name, self.far.name
                write: Callable[[], object] = partial(
                    service.add_label, actor, *names, text, inverse
                )
            else:
                turned = inverse and found.from_type_id != self.object_type.id
                pair = (inverse, text) if turned else (text, inverse)
                write = partial(service.set_label, actor, found.id, *pair)
            self._in_dialog(dialog, write)

        dialog.given.connect(send)
        dialog.open()

    def _in_dialog(self, dialog: DecisionDialog, write: Callable[[], object]) -> None:
        dialog.set_busy(say("Saving..."))

        def done(_answer: object) -> None:
            dialog.accept()
            self.changed.emit()

        self._desk.run_write(dialog, write, done, lambda error: dialog.show_error(sentence(error)))

    def _actions(self, row: Row) -> Sequence[RowAction]:
        if self._label(row.id) is None:
            return ()
        return (
            RowAction("edit", say("Edit label"), "pencil", reason=self.reason),
            RowAction("limit", say("Limit"), "list-checks", reason=self.reason),
            RowAction(
                "remove",
                say("Put label away"),
                "trash-2",
                danger=True,
                reason=self.reason,
                separated=True,
            ),
        )

    def _act(self, key: str, label_id: int) -> None:
        found = self._label(label_id)
        if found is None:
            return
        if key == "edit":
            self._open_label(found)
        elif key == "limit":
            self._ask_limit(0, found.name)
        else:
            self._confirm_removal(found)

    def _confirm_removal(self, found: Label) -> None:
        text = self.tr("%Ln association{|s} bear{s|} it and stay{s|}, without it.", "", found.uses)
        decision = Decision(
            title=say("Labels"),
            heading=say("Put the label %1 away?").replace("%1", self._readings(found)[0]),
            sentence=text,
            safe=say("Keep label"),
            deed=say("Put away"),
            icon="trash-2",
            destructive=True,
        )
        dialog = DecisionDialog(decision, self.window())
        dialog.setObjectName("remove_label_dialog")
        service, actor = self._desk.workspace.association_definitions, self._desk.actor
        dialog.decided.connect(lambda: self.write(lambda: service.remove_label(actor, found.id)))
        dialog.open()

    # -- limits --------------------------------------------------------------------------
    def _ask_limit(self, place: int, name: str) -> None:
        one, other = self._pairs[place]
        dialog = LimitDialog(one, other, self._maxima.get((one.name, other.name, name)))
        dialog.setParent(self.window(), dialog.windowFlags())
        service, actor = self._desk.workspace.association_definitions, self._desk.actor
        dialog.given.connect(
            lambda number: self._in_dialog(
                dialog,
                partial(
                    service.set_limit,
                    actor,
                    one.name,
                    other.name,
                    None if number == NO_LIMIT else number,
                    name,
                ),
            )
        )
        dialog.open()


def _columns() -> Sequence[Column]:
    return (
        Column("label", say("Label"), 240, stretch=True, sortable=False),
        Column("inverse", say("The other way round"), 200, rank=1, sortable=False),
        Column("limit", say("At most"), 100, align=Align.END, rank=2, sortable=False),
        Column("uses", say("Associations"), 120, align=Align.END, sortable=False),
    )
