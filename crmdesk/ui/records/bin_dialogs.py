"""The decisions of the recycle bin: who keeps a unique value, and what is lost for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from crmdesk.core.files.plain_line import plain_line
from crmdesk.core.records.record import MASKED
from crmdesk.core.records.recycle_bin_model import Answer, BinPlan, Conflict, PurgePlan, Wish
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.records.bin_source import bin_counted
from crmdesk.ui.tables.cells import MASK
from crmdesk.ui.theme.apply import px
from crmdesk.ui.widgets.check_row import CheckRow
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog, Effect
from crmdesk.ui.widgets.form_field import FormField
from crmdesk.ui.widgets.scrolling import scrolling

_HEIGHT = 260


class RestoreDialog(DecisionDialog):
    """Asks what comes back along, and who keeps each value that two records would hold.

    Signals:
        answered: a :class:`Wish` about the picked keys.
    """

    answered = Signal(object)

    def __init__(
        self,
        keys: Sequence[int],
        plan: BinPlan,
        objects: Mapping[str, ObjectType],
        parent: QWidget,
    ) -> None:
        what = bin_counted(plan.records, objects)
        self._keys = keys
        decision = Decision(
            title=_say("Restore from the recycle bin"),
            heading=_say("Restore %1").replace("%1", what),
            sentence=_sentence(plan),
            safe=_say("Leave in the recycle bin"),
            deed=_say("Restore"),
            icon="undo-2",
        )
        super().__init__(decision, parent, closes=False)
        self.choices: dict[tuple[int, str], QComboBox] = {}
        self.others: QComboBox | None = None
        if plan.conflicts:
            self.body.addWidget(self._conflicts(plan))
        if plan.conflict_count > len(plan.conflicts):
            self.body.addWidget(self._other_conflicts(plan.conflict_count - len(plan.conflicts)))
        along = _say("Restore what belongs to them too: %1")
        self.children_box = CheckRow(along.replace("%1", bin_counted(plan.children, objects)))
        self.children_box.set_checked(True)
        if plan.children:
            self.body.addWidget(self.children_box)
        self.decided.connect(self._answer)

    def _conflicts(self, plan: BinPlan) -> QWidget:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for conflict in plan.conflicts:
            choice = QComboBox()
            for answer in conflict.answers:
                choice.addItem(_answer_words(conflict, answer), answer.value)
            # Enter alone takes a value from nobody.
            choice.setCurrentIndex(max(choice.findData(Answer.WITHOUT.value), 0))
            choice.setMinimumContentsLength(20)
            self.choices[(conflict.key, conflict.property)] = choice
            column.addWidget(FormField(_title(conflict), choice))
        area = scrolling(inside)
        area.setFixedHeight(min(px(_HEIGHT), inside.sizeHint().height() + 8))
        return area

    def _other_conflicts(self, count: int) -> QWidget:
        """One answer for what is too much to be decided one by one."""
        self.others = QComboBox()
        self.others.addItem(_say("Come back without the value"), Answer.WITHOUT.value)
        self.others.addItem(_say("Stay in the recycle bin"), Answer.LEAVE.value)
        return FormField(_count("%Ln more value{|s} held by another record", count), self.others)

    def _answer(self) -> None:
        answers = {key: Answer(str(choice.currentData())) for key, choice in self.choices.items()}
        otherwise = None if self.others is None else Answer(str(self.others.currentData()))
        children = self.children_box.is_checked()
        self.answered.emit(Wish(self._keys, answers, otherwise, children))


def purge_many_dialog(
    plan: PurgePlan, objects: Mapping[str, ObjectType], name: str, parent: QWidget
) -> DecisionDialog:
    """Delete for good, counted; the name or the number has to be typed."""
    what = bin_counted(plan.records, objects)
    one = sum(plan.records.values()) == 1 and name
    lost = _say("This deletes %1 with %2 and %3. It cannot be undone.")
    history = _count("%Ln history entr{y|ies}", plan.history_entries)
    links = _count("%Ln association{|s}", plan.associations)
    lost = lost.replace("%1", what).replace("%2", history).replace("%3", links)
    effects = []
    if plan.merged:
        parts = _count("%Ln of them {is|are} merged into others of them.", plan.merged)
        effects.append(Effect("merge", parts))
    effects.append(Effect("archive", _say("Backups and imported files still hold the values.")))
    if plan.contacts_with_address:
        blocked = _count(
            "%Ln e\N{NON-BREAKING HYPHEN}mail address{|es} cannot be used for a new contact.",
            plan.contacts_with_address,
        )
        effects.append(Effect("ban", blocked))
    decision = Decision(
        title=_say("Delete permanently"),
        heading=_say("Delete %1 permanently?").replace("%1", name if one else what),
        sentence=lost,
        safe=_say("Keep in the recycle bin"),
        deed=_say("Delete permanently"),
        icon="triangle-alert",
        effects=effects,
        destructive=True,
        typed_name=name if one else what,
    )
    return DecisionDialog(decision, parent, closes=False)


def _sentence(plan: BinPlan) -> str:
    parts = []
    if plan.conflicts:
        held = "%Ln value{|s} {is|are} held by another record by now."
        parts.append(_count(held, plan.conflict_count))
    if plan.associations:
        parts.append(_count("%Ln association{|s} {is|are} seen again.", plan.associations))
    if plan.merged:
        parts.append(_count("%Ln {is|are} part of another record and stay{s|}.", plan.merged))
    return " ".join(parts) or _say("They come back with their values and history.")


def _title(conflict: Conflict) -> str:
    value = MASK if conflict.value == MASKED else plain_line(conflict.value)
    return f"{conflict.name}: {conflict.label} {value}"


def _answer_words(conflict: Conflict, answer: Answer) -> str:
    text = {
        Answer.TAKE: _say("Keeps it; “%1” loses it"),
        Answer.WITHOUT: _say("Comes back without it; “%1” keeps it"),
        Answer.LEAVE: _say("Stays in the recycle bin"),
    }[answer]
    return text.replace("%1", conflict.holder_name)


def _say(text: str) -> str:
    return QCoreApplication.translate("BinDialogs", text)


def _count(text: str, count: int) -> str:
    return QCoreApplication.translate("BinDialogs", text, "", count)
