"""The restore wizard as plain data: a step, what was chosen, and why one cannot go on.

No Qt and no database: faces show :class:`WizardState`, send what the user did to one of the
functions, and show the state that comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from crmdesk.core.restore.model import (
    Narrowed,
    OpenedBackup,
    RestorableObject,
    RestorePlan,
    Survey,
)


class Step(StrEnum):
    """The wizard's pages, in order."""

    BACKUP = "backup"
    PROPERTIES = "properties"
    REVIEW = "review"
    RESTORE = "restore"


class Blocked(StrEnum):
    """Why one cannot go on; faces make the sentence."""

    NO_BACKUP = "no_backup"
    NO_OBJECT = "no_object"
    COMPARING = "comparing"
    NO_PROPERTIES = "no_properties"
    NOTHING_CHANGES = "nothing_changes"
    PLANNING = "planning"
    BOXES = "boxes"
    OUTDATED = "outdated"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a wizard that is opened from elsewhere begins with."""

    object_name: str
    record_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class WizardState:
    """Everything that the wizard's pages show.

    Attributes:
        record_ids: only these records of the chosen object; ``None`` for all of them.
        only_unchanged: values stay that a person edited since the backup.
        outdated: records that changed since the review; zero while the plan fits.
        outdated_because: the sentence that says what changed.
        restore_id: set once the restore has been queued.
        finished: the restore has ended, one way or another.
        seeking: no object was chosen by hand; the first one with changes will be shown.
    """

    step: Step = Step.BACKUP
    backup: OpenedBackup | None = None
    objects: tuple[RestorableObject, ...] = ()
    object_name: str | None = None
    surveys: dict[str, Survey] = field(default_factory=dict)
    selected: dict[str, frozenset[str]] = field(default_factory=dict)
    skip_clears: bool = False
    only_unchanged: bool = False
    record_ids: tuple[int, ...] | None = None
    plan: RestorePlan | None = None
    accepts_changes: bool = False
    accepts_irreversible: bool = False
    outdated: int = 0
    outdated_because: str = ""
    restore_id: str | None = None
    finished: bool = False
    seeking: bool = False

    @property
    def survey(self) -> Survey | None:
        """The survey of the chosen object, once it is there."""
        return None if self.object_name is None else self.surveys.get(self.object_name)

    @property
    def chosen(self) -> frozenset[str]:
        """The chosen properties of the chosen object."""
        if self.object_name is None:
            return frozenset()
        return self.selected.get(self.object_name, frozenset())

    @property
    def narrowed(self) -> Narrowed:
        """The options that a comparison counts by."""
        return Narrowed(self.record_ids, self.only_unchanged)

    @property
    def blocked(self) -> Blocked | None:
        """Why the primary button is off, or ``None`` when it is on."""
        return _BLOCKED[self.step](self)

    @property
    def has_draft(self) -> bool:
        """Whether leaving would lose choices: the tab then shows a dot."""
        return self.backup is not None and not self.finished


def choose_backup(
    state: WizardState,
    backup: OpenedBackup,
    objects: tuple[RestorableObject, ...],
    opening: Opening | None = None,
) -> WizardState:
    """A backup was picked: everything chosen for another one is forgotten.

    Args:
        opening: the object, and perhaps records of it, to begin with.
    """
    names = [item.name for item in objects if item.restorable]
    found = opening if opening is not None and opening.object_name in names else None
    return WizardState(
        step=Step.PROPERTIES,
        backup=backup,
        objects=objects,
        object_name=next(iter(names), None) if found is None else found.object_name,
        skip_clears=state.skip_clears,
        only_unchanged=state.only_unchanged,
        record_ids=None if found is None else found.record_ids,
        seeking=found is None,
    )


def choose_object(state: WizardState, object_name: str) -> WizardState:
    """Another object was picked; one that cannot be restored changes nothing."""
    allowed = any(item.name == object_name and item.restorable for item in state.objects)
    if not allowed:
        return state
    if object_name == state.object_name:
        return replace(_forget_plan(state), seeking=False)
    # Record ids mean nothing for another object, and what was counted by them is not its whole.
    return replace(set_records(state, None), object_name=object_name, seeking=False)


def take_survey(state: WizardState, survey: Survey) -> WizardState:
    """The comparison of one object is done: its changed properties are preselected.

    Clears are not: losing a value is something to be chosen.
    """
    surveys = {**state.surveys, survey.object_name: survey}
    preselected = frozenset(
        item.name
        for item in survey.properties
        if item.selectable and item.counts.changing and not item.counts.clear
    )
    selected = {**state.selected}
    selected.setdefault(survey.object_name, preselected)
    return _sought(replace(state, surveys=surveys, selected=selected))


def _sought(state: WizardState) -> WizardState:
    """Nobody chose an object: show the first one with changes, as soon as it is known."""
    if not state.seeking:
        return state
    names = [item.name for item in state.objects if item.restorable]
    for name in names:
        if name not in state.surveys:
            return state
        if state.surveys[name].records_changing:
            return replace(state, object_name=name, seeking=False)
    return replace(state, seeking=False)


def select_properties(state: WizardState, names: frozenset[str]) -> WizardState:
    """The set of chosen properties changed; those restored only together come along."""
    survey = state.survey
    if survey is None or state.object_name is None:
        return state
    selectable = {item.name: item for item in survey.properties if item.selectable}
    chosen = {name for name in names if name in selectable}
    # A pair goes in together and comes out together.
    added = {selectable[name].together for name in chosen - state.chosen}
    removed = {selectable[name].together for name in state.chosen - chosen if name in selectable}
    final = frozenset(name for name in (chosen | added) - removed if name in selectable)
    return replace(
        _forget_plan(state), seeking=False, selected={**state.selected, state.object_name: final}
    )


def set_skip_clears(state: WizardState, skip_clears: bool) -> WizardState:
    """Whether values stay where the backup has none."""
    return replace(_forget_plan(state), skip_clears=skip_clears)


def set_only_unchanged(state: WizardState, only_unchanged: bool) -> WizardState:
    """Whether values stay that a person edited since the backup; all is counted anew."""
    return replace(_forget_counts(state), only_unchanged=only_unchanged)


def set_records(state: WizardState, record_ids: tuple[int, ...] | None) -> WizardState:
    """Only these records, or all of them; the object is counted anew where that is another set."""
    chosen = None if record_ids is None else tuple(dict.fromkeys(record_ids))
    if chosen == state.record_ids:
        return _forget_plan(state)
    return replace(_forget_counts(state, state.object_name), record_ids=chosen)


def take_plan(state: WizardState, plan: RestorePlan) -> WizardState:
    """The plan is made: on to the review, with both boxes unticked."""
    return replace(
        state,
        step=Step.REVIEW,
        plan=plan,
        accepts_changes=False,
        accepts_irreversible=False,
        outdated=0,
        outdated_because="",
    )


def plan_grew_old(state: WizardState, records: int, because: str = "") -> WizardState:
    """The data changed since the review: boxes are unticked, and it must be reviewed again.

    Args:
        because: what changed, in a sentence.
    """
    return replace(
        state,
        step=Step.REVIEW,
        outdated=max(records, 1),
        outdated_because=because,
        accepts_changes=False,
        accepts_irreversible=False,
        restore_id=None,
    )


def accept(
    state: WizardState, *, changes: bool | None = None, irreversible: bool | None = None
) -> WizardState:
    """A consequence box was ticked or unticked."""
    return replace(
        state,
        accepts_changes=state.accepts_changes if changes is None else changes,
        accepts_irreversible=state.accepts_irreversible if irreversible is None else irreversible,
    )


def started(state: WizardState, restore_id: str) -> WizardState:
    """The restore has been queued."""
    return replace(state, step=Step.RESTORE, restore_id=restore_id)


def ended(state: WizardState) -> WizardState:
    """The restore has ended; its summary stays until the wizard is closed."""
    return replace(state, finished=True)


def back(state: WizardState) -> WizardState:
    """One step back; from the last step there is none."""
    if state.step is Step.PROPERTIES:
        return replace(state, step=Step.BACKUP)
    if state.step is Step.REVIEW:
        return replace(_forget_plan(state), step=Step.PROPERTIES)
    return state


def can_go_back(state: WizardState) -> bool:
    """Whether *Back* does something."""
    return state.step in (Step.PROPERTIES, Step.REVIEW)


def _forget_plan(state: WizardState) -> WizardState:
    return replace(
        state,
        plan=None,
        accepts_changes=False,
        accepts_irreversible=False,
        outdated=0,
        outdated_because="",
    )


def _forget_counts(state: WizardState, object_name: str | None = None) -> WizardState:
    """Forget what was counted, of one object or of all; what was chosen stays."""
    kept = {
        name: survey
        for name, survey in state.surveys.items()
        if object_name is not None and name != object_name
    }
    return replace(_forget_plan(state), surveys=kept)


def _blocked_backup(state: WizardState) -> Blocked | None:
    return Blocked.NO_BACKUP if state.backup is None else None


def _blocked_properties(state: WizardState) -> Blocked | None:
    if state.object_name is None:
        return Blocked.NO_OBJECT
    if state.survey is None:
        return Blocked.COMPARING
    if not state.chosen:
        return Blocked.NO_PROPERTIES
    chosen = [item.counts for item in state.survey.properties if item.name in state.chosen]
    changing = sum(counts.changing for counts in chosen)
    if state.skip_clears:
        changing -= sum(counts.clear for counts in chosen)
    return None if changing else Blocked.NOTHING_CHANGES


def _blocked_review(state: WizardState) -> Blocked | None:
    if state.plan is None:
        return Blocked.PLANNING
    if state.outdated:
        return Blocked.OUTDATED
    if not state.plan.records_changing:
        return Blocked.NOTHING_CHANGES
    if not (state.accepts_changes and state.accepts_irreversible):
        return Blocked.BOXES
    return None


def _blocked_restore(state: WizardState) -> Blocked | None:
    return Blocked.DONE if state.finished else Blocked.RUNNING


_BLOCKED = {
    Step.BACKUP: _blocked_backup,
    Step.PROPERTIES: _blocked_properties,
    Step.REVIEW: _blocked_review,
    Step.RESTORE: _blocked_restore,
}
