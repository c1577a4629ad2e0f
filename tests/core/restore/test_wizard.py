"""The wizard as plain data: for every step and input, the next step or the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from crmdesk.core.changes.plan import ValueCounts
from crmdesk.core.restore import wizard
from crmdesk.core.restore.model import (
    OpenedBackup,
    PropertySurvey,
    RestorableObject,
    RestorePlan,
    Survey,
)
from crmdesk.core.restore.wizard import Blocked, Step, WizardState

AT = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
BACKUP = OpenedBackup("b1", "b1.zip", AT, 1_000, 9, {"deals": 5, "contacts": 4})
OBJECTS = (
    RestorableObject("conversations", "Conversation", "Conversations", "", 3, False, "x"),
    RestorableObject("deals", "Deal", "Deals", "handshake", 5, True, ""),
    RestorableObject("contacts", "Contact", "Contacts", "contact", 4, True, ""),
)


def surveyed(
    name: str, counts: ValueCounts, reason: str = "", together: str = ""
) -> PropertySurvey:
    return PropertySurvey(name, name, "", counts, not reason, reason, False, False, together)


DEALS = Survey(
    "deals",
    (
        surveyed("amount", ValueCounts(overwrite=3, unchanged=2)),
        surveyed("closedate", ValueCounts(overwrite=1, clear=2, unchanged=2)),
        surveyed("dealname", ValueCounts(unchanged=5)),
        surveyed("description", ValueCounts(clear=4, unchanged=1)),
        surveyed("pipeline", ValueCounts(overwrite=1, unchanged=4), together="dealstage"),
        surveyed("dealstage", ValueCounts(unchanged=5), together="pipeline"),
        surveyed("createdate", ValueCounts(), reason="calculated"),
    ),
    5,
    {},
    0,
)
CONTACTS = Survey("contacts", (surveyed("phone", ValueCounts(unchanged=4)),), 4, {}, 0)


def plan(changing: int = 3) -> RestorePlan:
    return RestorePlan(
        id="p1",
        kind="restore",
        hash="0" * 64,
        source="b1",
        source_name="b1.zip",
        snapshot_at=AT,
        object_name="deals",
        properties={"amount": ValueCounts(overwrite=changing)},
        records_changing=changing,
        records_unchanged=2,
        skipped={},
        samples=(),
        skips=(),
        lock_seconds=0.1,
        created_since=0,
        automations=(),
        undo_until=AT,
        code_needed=True,
        created_at=AT,
    )


START = WizardState()
OPENED = wizard.choose_backup(START, BACKUP, OBJECTS)
SURVEYED = wizard.take_survey(OPENED, DEALS)
UNCHANGED = wizard.take_survey(wizard.choose_object(SURVEYED, "contacts"), CONTACTS)
ONLY_CLEARS = wizard.select_properties(SURVEYED, frozenset({"description"}))
REVIEW = wizard.take_plan(SURVEYED, plan())
ONE_BOX = wizard.accept(REVIEW, changes=True)
READY = wizard.accept(ONE_BOX, irreversible=True)
STALE = wizard.plan_grew_old(READY, 12)
RUNNING = wizard.started(READY, "r1")
ENDED = wizard.ended(RUNNING)

Move = Callable[[WizardState], WizardState]
choose: Move = partial(wizard.choose_backup, backup=BACKUP, objects=OBJECTS)
pick_deals: Move = partial(wizard.choose_object, object_name="deals")
pick_conversations: Move = partial(wizard.choose_object, object_name="conversations")
survey: Move = partial(wizard.take_survey, survey=DEALS)
none: Move = partial(wizard.select_properties, names=frozenset())
amount: Move = partial(wizard.select_properties, names=frozenset({"amount"}))
name: Move = partial(wizard.select_properties, names=frozenset({"dealname"}))
calculated: Move = partial(wizard.select_properties, names=frozenset({"createdate"}))
planned: Move = partial(wizard.take_plan, plan=plan())
nothing_planned: Move = partial(wizard.take_plan, plan=plan(0))
tick_changes: Move = partial(wizard.accept, changes=True)
untick_changes: Move = partial(wizard.accept, changes=False)
tick_both: Move = partial(wizard.accept, changes=True, irreversible=True)
old: Move = partial(wizard.plan_grew_old, records=12)
skip_clears: Move = partial(wizard.set_skip_clears, skip_clears=True)
keep_edited: Move = partial(wizard.set_only_unchanged, only_unchanged=True)
two_records: Move = partial(wizard.set_records, record_ids=(7, 8, 7))
start: Move = partial(wizard.started, restore_id="r1")


@pytest.mark.parametrize(
    ("state", "move", "step", "blocked"),
    [
        (START, wizard.back, Step.BACKUP, Blocked.NO_BACKUP),
        (START, pick_deals, Step.BACKUP, Blocked.NO_BACKUP),
        (START, amount, Step.BACKUP, Blocked.NO_BACKUP),
        (START, choose, Step.PROPERTIES, Blocked.COMPARING),
        (OPENED, wizard.back, Step.BACKUP, None),
        (OPENED, pick_conversations, Step.PROPERTIES, Blocked.COMPARING),
        (OPENED, amount, Step.PROPERTIES, Blocked.COMPARING),
        (OPENED, survey, Step.PROPERTIES, None),
        (SURVEYED, none, Step.PROPERTIES, Blocked.NO_PROPERTIES),
        (SURVEYED, calculated, Step.PROPERTIES, Blocked.NO_PROPERTIES),
        (SURVEYED, name, Step.PROPERTIES, Blocked.NOTHING_CHANGES),
        (SURVEYED, amount, Step.PROPERTIES, None),
        (ONLY_CLEARS, wizard.back, Step.BACKUP, None),
        (ONLY_CLEARS, skip_clears, Step.PROPERTIES, Blocked.NOTHING_CHANGES),
        (SURVEYED, skip_clears, Step.PROPERTIES, None),
        (SURVEYED, keep_edited, Step.PROPERTIES, Blocked.COMPARING),
        (SURVEYED, two_records, Step.PROPERTIES, Blocked.COMPARING),
        (SURVEYED, planned, Step.REVIEW, Blocked.BOXES),
        (SURVEYED, nothing_planned, Step.REVIEW, Blocked.NOTHING_CHANGES),
        (SURVEYED, choose, Step.PROPERTIES, Blocked.COMPARING),
        (UNCHANGED, pick_deals, Step.PROPERTIES, None),
        (UNCHANGED, wizard.back, Step.BACKUP, None),
        (REVIEW, tick_changes, Step.REVIEW, Blocked.BOXES),
        (REVIEW, tick_both, Step.REVIEW, None),
        (REVIEW, wizard.back, Step.PROPERTIES, None),
        (ONE_BOX, tick_both, Step.REVIEW, None),
        (READY, untick_changes, Step.REVIEW, Blocked.BOXES),
        (READY, old, Step.REVIEW, Blocked.OUTDATED),
        (READY, planned, Step.REVIEW, Blocked.BOXES),
        (READY, start, Step.RESTORE, Blocked.RUNNING),
        (STALE, tick_both, Step.REVIEW, Blocked.OUTDATED),
        (STALE, planned, Step.REVIEW, Blocked.BOXES),
        (STALE, wizard.back, Step.PROPERTIES, None),
        (RUNNING, wizard.back, Step.RESTORE, Blocked.RUNNING),
        (RUNNING, old, Step.REVIEW, Blocked.OUTDATED),
        (RUNNING, wizard.ended, Step.RESTORE, Blocked.DONE),
        (ENDED, wizard.back, Step.RESTORE, Blocked.DONE),
    ],
)
def test_each_input_leads_to_its_step_or_says_why_not(
    state: WizardState, move: Move, step: Step, blocked: Blocked | None
) -> None:
    after = move(state)

    assert (after.step, after.blocked) == (step, blocked)


def test_changed_properties_are_chosen_first_but_those_that_would_clear_are_not() -> None:
    assert SURVEYED.chosen == {"amount", "pipeline"}


def test_a_pair_goes_in_and_comes_out_together() -> None:
    bare = wizard.select_properties(SURVEYED, frozenset())

    both = wizard.select_properties(bare, frozenset({"dealstage"}))
    neither = wizard.select_properties(both, both.chosen - {"pipeline"})

    assert both.chosen == {"dealstage", "pipeline"}
    assert neither.chosen == frozenset()


@pytest.mark.parametrize(
    "move", [amount, skip_clears, keep_edited, two_records, wizard.back, pick_deals]
)
def test_another_choice_forgets_the_plan_and_both_boxes(move: Move) -> None:
    after = move(READY)

    assert after.plan is None
    assert not after.accepts_changes
    assert not after.accepts_irreversible


def test_the_choice_of_each_object_is_kept_while_another_is_looked_at() -> None:
    chosen = amount(SURVEYED)

    there_and_back = pick_deals(wizard.choose_object(chosen, "contacts"))

    assert there_and_back.chosen == {"amount"}


def test_another_backup_forgets_everything_chosen_for_the_first() -> None:
    after = choose(READY)

    assert (after.surveys, after.selected, after.plan) == ({}, {}, None)


def test_an_option_counts_anew_and_leaves_the_choice_as_it_is() -> None:
    chosen = amount(SURVEYED)

    after = wizard.take_survey(keep_edited(chosen), DEALS)

    assert keep_edited(chosen).surveys == {}
    assert (after.chosen, after.only_unchanged) == ({"amount"}, True)
    assert keep_edited(chosen).narrowed.only_unchanged


def test_chosen_records_are_those_of_one_object_and_only_that_is_counted_anew() -> None:
    both = wizard.take_survey(wizard.choose_object(SURVEYED, "contacts"), CONTACTS)

    some = two_records(both)
    other = pick_deals(some)

    assert (some.record_ids, set(some.surveys)) == ((7, 8), {"deals"})
    assert (other.record_ids, set(other.surveys)) == (None, {"deals"})
    assert wizard.set_records(some, (7, 8)).surveys == some.surveys


def test_a_wizard_may_begin_with_an_object_and_records_of_it() -> None:
    opening = wizard.Opening("contacts", (4,))
    unknown = wizard.Opening("boats", (4,))

    begun = wizard.choose_backup(START, BACKUP, OBJECTS, opening)
    usual = wizard.choose_backup(START, BACKUP, OBJECTS, unknown)

    assert (begun.object_name, begun.record_ids) == ("contacts", (4,))
    assert (usual.object_name, usual.record_ids) == ("deals", None)


def test_a_plan_that_grew_old_says_how_many_records_changed_and_unticks_both_boxes() -> None:
    assert STALE.outdated == 12
    assert not (STALE.accepts_changes)
    assert not (STALE.accepts_irreversible)
    assert wizard.plan_grew_old(READY, 0).outdated == 1


@pytest.mark.parametrize(
    ("state", "draft", "back"),
    [
        (START, False, False),
        (OPENED, True, True),
        (READY, True, True),
        (RUNNING, True, False),
        (ENDED, False, False),
    ],
)
def test_a_draft_is_kept_until_the_restore_has_ended(
    state: WizardState, draft: bool, back: bool
) -> None:
    assert state.has_draft is draft
    assert wizard.can_go_back(state) is back


def test_a_backup_of_conversations_alone_offers_no_object() -> None:
    state = wizard.choose_backup(START, BACKUP, OBJECTS[:1])

    assert state.blocked is Blocked.NO_OBJECT
    assert wizard.take_survey(state, DEALS).chosen == frozenset()


def test_the_wizard_goes_to_the_first_object_with_changes_when_none_was_chosen():
    same = replace(DEALS, properties=(), records_changing=0)
    changed = replace(CONTACTS, records_changing=4)

    waiting = wizard.take_survey(OPENED, same)
    assert waiting.object_name == "deals"
    assert wizard.take_survey(waiting, changed).object_name == "contacts"

    # An object that was chosen by hand stays in sight, and so does the first where nothing differs.
    by_hand = wizard.choose_object(waiting, "deals")
    assert wizard.take_survey(by_hand, changed).object_name == "deals"
    assert wizard.take_survey(waiting, CONTACTS).object_name == "deals"
