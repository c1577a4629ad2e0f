"""Restoring in the window: choosing, reviewing, proving, watching, undoing."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMenu

from crmdesk.core.access.actor import Actor
from crmdesk.core.backup.model import Backup
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.record import Record
from crmdesk.core.restore.wizard import Step
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.access.two_factor_dialog import TwoFactorDialog
from crmdesk.ui.widgets.banner import Banner
from crmdesk.ui.widgets.dialog import DecisionDialog
from tests.builders import Desk
from tests.ui.clipping import PseudoTranslator, clipped
from tests.ui.hands import SIZE, SMALLEST, AtWork, Authenticator, nameless
from tests.ui.restore.conftest import Open


@pytest.fixture
def damaged(timed_desk: Desk) -> tuple[Desk, Backup, list[Record]]:
    """Three contacts that were backed up, then had phones overwritten and a city filled in."""
    people = [timed_desk.contact(firstname=f"Ann {n}", phone=f"555-010{n}") for n in range(3)]
    backup = timed_desk.backup()
    for person in people:
        timed_desk.edit(person, phone="000", city="Bergen")
    return timed_desk, backup, people


def compared(work: AtWork) -> None:
    """Wait until the properties of the chosen object are shown."""
    work.wait(lambda: work.page.flow.state.survey is not None)
    work.wait(lambda: work.page.wizard.choose.properties.table.count)


def reviewed(work: AtWork) -> None:
    """Wait until the plan is shown."""
    work.wait(lambda: work.page.flow.state.step is Step.REVIEW and not work.page.flow.busy)


def from_backup(open_page: Open, desk: Desk, backup: Backup, actor: Actor | None = None) -> AtWork:
    """The wizard at its second step."""
    work = open_page(desk, actor)
    work.page.open_link(f"restore/from/{backup.id}")
    work.wait(lambda: work.page.flow.state.survey is not None)
    return work


def at_review(
    open_page: Open, desk: Desk, backup: Backup, *names: str, actor: Actor | None = None
) -> AtWork:
    """The wizard at its review, with both boxes ticked."""
    work = from_backup(open_page, desk, backup, actor)
    compared(work)
    work.page.flow.select(frozenset(names))
    work.click(work.page.wizard.forward)
    reviewed(work)
    work.click(work.page.wizard.review.before.changes.box)
    work.click(work.page.wizard.review.before.irreversible.box)
    return work


def test_a_restore_is_done_by_mouse_from_the_list_to_the_summary(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, _backup, people = damaged
    phone = Authenticator(desk)
    work = open_page(desk)
    page = work.page
    work.wait(lambda: page.start.picker.table.count)

    work.click_row(page.start.picker.table, 0)
    compared(work)
    assert page.flow.state.chosen == {"phone"}, (
        "a property that would be cleared is not preselected"
    )
    work.click(page.wizard.forward)
    reviewed(work)
    assert not page.wizard.primary.isEnabled()
    assert page.wizard.reason.text() == "Tick both boxes to go on"
    work.click(page.wizard.review.before.changes.box)
    work.click(page.wizard.review.before.irreversible.box)
    assert page.wizard.primary.plain_text() == "Restore 3 values"
    work.click(page.wizard.primary)
    dialog = work.dialog()
    work.qtbot.keyClicks(dialog.entry.code, phone.code())
    work.click(dialog.deed_button)
    work.wait(lambda: page.flow.state.finished)

    assert [desk.value(person, "phone") for person in people] == [
        "555-0100",
        "555-0101",
        "555-0102",
    ]
    assert [desk.value(person, "city") for person in people] == ["Bergen"] * 3
    assert page.wizard.primary.plain_text() == "View contacts"
    assert ("DATA_RESTORE_COMPLETED", "ok") in desk.audit_actions()


def test_a_restore_is_done_with_the_keyboard_alone(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, _backup, people = damaged
    phone = Authenticator(desk)
    work = open_page(desk)
    page = work.page
    work.wait(lambda: page.start.picker.table.count)

    page.start_focus()
    work.tab_to(page.start.picker.table.view)
    work.press(Qt.Key.Key_Down)
    work.press(Qt.Key.Key_Return)
    compared(work)
    work.press(Qt.Key.Key_Home)
    work.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    work.wait(lambda: page.flow.state.chosen == {"phone", "city"})
    work.tab_to(page.wizard.forward)
    work.press(Qt.Key.Key_Space)
    reviewed(work)
    work.tab_to(page.wizard.review.before.changes.box)
    work.press(Qt.Key.Key_Space)
    work.tab_to(page.wizard.review.before.irreversible.box)
    work.press(Qt.Key.Key_Space)
    work.tab_to(page.wizard.primary)
    work.press(Qt.Key.Key_Space)
    dialog = work.dialog()
    work.qtbot.keyClicks(dialog.entry.code, phone.code())
    work.qtbot.keyClick(dialog.entry.code, Qt.Key.Key_Return)
    work.wait(lambda: page.flow.state.finished)

    assert desk.value(people[0], "phone") == "555-0100"
    assert desk.value(people[0], "city") is None


def test_clears_are_counted_in_red_and_can_be_switched_off(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)
    panel = work.page.wizard.choose.panel

    work.page.flow.select(frozenset({"phone", "city"}))
    assert [line.text() for line in panel._lines] == [
        "3 values overwritten",
        "0 values filled in",
        "3 values cleared",
    ]
    assert panel._lines[2].property("tone") == "danger"
    work.click(panel.options.skip_clears.box)
    work.click(work.page.wizard.forward)
    reviewed(work)

    plan = work.page.flow.state.plan
    assert (plan.values.overwrite, plan.values.clear) == (3, 0)
    assert plan.skipped == {"clears_skipped": 3}


def test_conversations_are_listed_and_say_why_they_cannot_be_chosen(
    open_page: Open, timed_desk: Desk
) -> None:
    timed_desk.contact()
    timed_desk.add("conversations", subject="Hello")
    work = from_backup(open_page, timed_desk, timed_desk.backup())
    objects = work.page.wizard.choose.objects

    item = objects._items["conversations"]
    assert not item.isEnabled()
    assert item.accessibleDescription() == objects._reasons["conversations"].plain_text()
    assert "only backed up" in item.accessibleDescription()


def test_searching_and_showing_unchanged_properties_keeps_the_choice(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)
    compared(work)
    choose = work.page.wizard.choose
    table = choose.properties.table

    changed = table.count
    choose.search.setFocus()
    work.qtbot.keyClicks(choose.search, "city")
    work.wait(lambda: work.texts(table) == ["City"])
    assert work.page.flow.state.chosen == {"phone"}
    work.click_row(table, 0)
    assert work.page.flow.state.chosen == {"phone", "city"}
    assert work.page.escape(), "Esc clears the search"
    work.wait(lambda: table.count == changed)
    work.click(choose.only_changed)
    work.wait(lambda: table.count > changed)

    reasons = [row.reason for row in map(table.row, table.ids) if row is not None and row.reason]
    assert any("calculates" in reason for reason in reasons)
    assert work.page.flow.state.chosen == {"phone", "city"}


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
def test_a_group_narrows_the_properties(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)
    compared(work)
    choose = work.page.wizard.choose
    work.click(choose.only_changed)
    work.wait(lambda: choose.properties.table.count > 2)
    everything = choose.properties.table.count

    work.click(choose.group)
    menu = work.menu()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    menu.close()

    work.wait(lambda: 0 < choose.properties.table.count < everything)


def test_a_session_begun_by_single_sign_on_is_asked_for_no_code(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    actor = desk.by_sso(desk.admin)
    work = at_review(open_page, desk, backup, "phone", actor=actor)

    assert "single sign-on" in work.page.wizard.review.before._code.plain_text()
    work.click(work.page.wizard.primary)
    work.wait(lambda: work.page.flow.state.finished)

    assert work.no_dialog()
    assert desk.value(people[0], "phone") == "555-0100"


def test_a_wrong_code_changes_nothing_and_keeps_the_dialog_open(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    phone = Authenticator(desk)
    work = at_review(open_page, desk, backup, "phone")

    work.click(work.page.wizard.primary)
    dialog = work.dialog()
    right = phone.code()
    work.qtbot.keyClicks(dialog.entry.code, f"{(int(right) + 1) % 1_000_000:06d}")
    work.click(dialog.deed_button)
    work.wait(lambda: not dialog.entry.code.code and dialog.safe_button.isEnabled())

    assert isinstance(dialog, TwoFactorDialog)
    assert dialog.isVisible()
    assert desk.value(people[0], "phone") == "000"
    assert work.page.flow.state.step is Step.REVIEW


def test_a_review_that_grew_old_is_said_and_made_again(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    actor = desk.by_sso(desk.admin)
    work = at_review(open_page, desk, backup, "phone", actor=actor)
    wizard = work.page.wizard
    desk.edit(people[0], phone="777")

    work.click(wizard.primary)
    work.wait(lambda: work.page.flow.state.outdated)

    assert wizard.banner.isVisible()
    assert "changed since the review" in wizard.banner.accessibleName()
    assert not wizard.review.before.changes.is_checked()
    assert wizard.primary.plain_text() == "Review again"
    assert desk.value(people[0], "phone") == "777"
    work.click(wizard.primary)
    work.wait(lambda: not work.page.flow.state.outdated and not work.page.flow.busy)
    assert not wizard.banner.isVisible()
    work.click(wizard.review.before.changes.box)
    work.click(wizard.review.before.irreversible.box)
    work.click(wizard.primary)
    work.wait(lambda: work.page.flow.state.finished)
    assert desk.value(people[0], "phone") == "555-0100"


def test_a_second_restore_is_told_who_runs_the_first_and_since_when(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    other = desk.plan(backup, "contacts", ["city"])
    desk.workspace.restores.start(
        desk.admin,
        other.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(other),
    )
    work = at_review(open_page, desk, backup, "phone", actor=desk.by_sso(desk.admin))

    work.click(work.page.wizard.primary)
    work.wait(lambda: work.page.wizard._notice == "error")

    said = work.page.wizard.banner.accessibleName()
    assert "Ingrid Solberg is running a restore since 22 Nov 2026" in said
    assert work.page.flow.state.step is Step.REVIEW


def test_a_restore_is_undone_from_its_summary(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    desk.admin = desk.by_sso(desk.admin)
    work = at_review(open_page, desk, backup, "phone", actor=desk.admin)
    work.click(work.page.wizard.primary)
    work.wait(lambda: work.page.flow.state.finished)

    desk.time.forward(minutes=1)
    work.click(work.page.wizard.run.undo_button)
    dialog = work.dialog()
    assert isinstance(dialog, DecisionDialog)
    assert dialog.deed_button.plain_text() == "Undo 3 values"
    work.click(dialog.deed_button)
    work.wait(lambda: desk.value(people[0], "phone") == "000")
    work.wait(lambda: work.page._past is not None and work.page._past.state is JobState.SUCCEEDED)

    assert [found.kind for found in desk.workspace.restores.list(desk.admin)] == ["undo", "restore"]


def test_a_past_restore_is_listed_opened_and_says_when_it_cannot_be_undone(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    done = desk.restore(backup, "contacts", ["phone"])
    desk.time.forward(minutes=1)
    desk.undo(done)
    work = open_page(desk)
    page = work.page
    work.wait(lambda: page.start.past.table.count == 2)

    assert work.texts(page.start.past.table) == [
        "Undo of Data Restore - Contact",
        "Data Restore - Contact",
    ]
    assert work.texts(page.start.past.table, "undo")[1] == "It was undone already"
    work.click_row(page.start.past.table, 1)
    assert page._past.id == done.id
    assert page.summary.undo_button.isHidden()
    table = page.summary.findChildren(type(page.start.past.table))[-1]
    work.wait(lambda: table.count == 3)
    assert work.texts(table, "new") == ["555-0100", "555-0101", "555-0102"]


def test_the_draft_stays_and_the_tab_says_so_until_it_is_closed(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = from_backup(open_page, desk, backup)

    assert work.told.drafts["restore"] is True
    work.page.hide()
    work.page.show()
    assert work.page.flow.state.chosen == {"phone"}
    work.click(work.page.wizard.close_button)

    assert work.told.drafts["restore"] is False
    assert work.page._stack.currentWidget() is work.page.start


def test_stopping_the_comparison_says_so_and_it_can_be_taken_up_again(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    work = open_page(desk)
    flow = work.page.flow
    flow.changed.connect(lambda: flow.stop() if flow.busy == "comparing" else None)
    work.page.open_link(f"restore/from/{backup.id}")
    work.wait(lambda: flow.state.step is Step.PROPERTIES and not flow.busy)
    flow.changed.disconnect()
    flow.changed.connect(work.page.wizard.show_state)

    assert work.page.wizard.banner.accessibleName().startswith("The comparison was stopped")
    assert not work.page.wizard.forward.isEnabled()
    work.click(work.page.wizard.banner.button)
    compared(work)
    assert work.page.wizard.forward.isEnabled()


def test_a_file_of_another_program_is_refused_with_the_way_to_import(
    open_page: Open, timed_desk: Desk, tmp_path: Path
) -> None:
    foreign = tmp_path / "hubspot.zip"
    with zipfile.ZipFile(foreign, "w") as file:
        file.writestr("contacts.csv", "Record ID,First Name\n1,Ann\n")
    timed_desk.backup()
    work = open_page(timed_desk)

    work.page.open_link(f"restore/from/{foreign}")
    work.wait(lambda: work.page.wizard._notice == "foreign")

    said = work.page.wizard.banner.accessibleName()
    assert "was not made by this workspace" in said
    assert "Import" in said
    work.click(work.page.wizard.banner.button)
    assert work.told.links == [f"imports/file/{foreign}"]


def test_a_saved_copy_from_anywhere_can_be_restored(open_page: Open, timed_desk: Desk) -> None:
    ann = timed_desk.contact(phone="1")
    copy = timed_desk.backup_file()
    timed_desk.edit(ann, phone="2")
    work = open_page(timed_desk)

    work.page.open_link(f"restore/from/{copy}")
    compared(work)

    assert work.page.flow.state.chosen == {"phone"}


def test_records_deleted_since_are_counted_with_the_way_to_the_recycle_bin(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    desk.delete(people[2])
    work = at_review(open_page, desk, backup, "phone")
    limits = work.page.wizard.review.limits

    link = next(b for b in limits.findChildren(type(work.page.wizard.primary)) if b.isVisible())
    assert link.plain_text() == "Open recycle bin"
    work.click(link)

    assert work.told.links == ["records/recycle-bin/contacts"]


def test_samples_can_be_narrowed_and_a_sample_opens_its_record(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    work = at_review(open_page, desk, backup, "phone", "city")
    samples = work.page.wizard.review.samples
    work.wait(lambda: samples.table.count == 5)

    work.click(samples.show_all)
    work.wait(lambda: samples.table.count == 6)
    work.click(samples.kinds._buttons["cleared"])
    work.wait(lambda: work.texts(samples.table, "after") == ["Cleared"] * 3)
    work.click(samples.kinds._buttons["skipped"])
    work.wait(samples._nothing.isVisible)
    assert samples._nothing.plain_text() == "Nothing is skipped."
    work.click(samples.kinds._buttons["all"])
    work.wait(lambda: samples.table.isVisible() and samples.table.count == 6)
    work.click_row(samples.table, 0)

    assert work.told.links[-1] == f"records/contacts/{people[0].id}"


def test_without_a_backup_the_tab_says_what_to_do(open_page: Open, timed_desk: Desk) -> None:
    work = open_page(timed_desk)
    work.wait(work.page.start._empty.isVisible)

    assert work.page.start._empty.accessibleName().startswith("Nothing to restore from yet")
    assert work.page.start.choose_button.isHidden()


@pytest.mark.parametrize("size", [SIZE, SMALLEST])
@pytest.mark.parametrize("longer", [False, True], ids=["english", "longer"])
def test_nothing_is_cut_on_any_step(
    open_page: Open,
    damaged: tuple[Desk, Backup, list[Record]],
    size: tuple[int, int],
    longer: bool,
) -> None:
    desk, backup, people = damaged
    desk.delete(people[2])
    actor = desk.by_sso(desk.admin)
    translator = PseudoTranslator()
    if longer:
        QCoreApplication.installTranslator(translator)
    try:
        work = from_backup(open_page, desk, backup, actor)
        compared(work)
        work.page.resize(*size)
        work.page.flow.select(frozenset({"phone", "city"}))
        assert clipped(work.page) == []
        work.page.flow.review()
        reviewed(work)
        assert clipped(work.page) == []
        work.page.flow.accept(changes=True, irreversible=True)
        work.page.wizard.go_on()
        work.wait(lambda: work.page.flow.state.finished)
        assert clipped(work.page) == []
    finally:
        QCoreApplication.removeTranslator(translator)


def test_every_control_on_every_step_has_a_name(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, _people = damaged
    actor = desk.by_sso(desk.admin)
    work = open_page(desk, actor)
    work.wait(lambda: work.page.start.picker.table.count)
    assert nameless(work.page) == []
    work.page.open_link(f"restore/from/{backup.id}")
    compared(work)
    assert nameless(work.page) == []
    work.page.flow.review()
    reviewed(work)
    assert nameless(work.page) == []
    work.page.flow.accept(changes=True, irreversible=True)
    work.page.wizard.go_on()
    work.wait(lambda: work.page.flow.state.finished)
    assert nameless(work.page) == []


def test_a_backup_without_an_object_that_can_be_restored_says_so(
    open_page: Open, timed_desk: Desk
) -> None:
    timed_desk.add("conversations", subject="Hello")
    backup = timed_desk.backup()
    work = open_page(timed_desk)

    work.page.open_link(f"restore/from/{backup.id}")
    work.wait(lambda: work.page.flow.state.step is Step.PROPERTIES)

    assert work.page.wizard.reason.text() == "No object of this backup can be restored"
    assert not work.page.wizard.banner.isVisible()


def test_who_has_no_second_factor_sets_it_up_before_restoring(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    work = at_review(open_page, desk, backup, "phone")

    work.click(work.page.wizard.primary)

    assert isinstance(work.dialog(), EnrolmentDialog)
    assert desk.value(people[0], "phone") == "000"


def test_a_cancelled_restore_changed_nothing_and_says_so(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    work = at_review(open_page, desk, backup, "phone", actor=desk.by_sso(desk.admin))
    flow, wizard = work.page.flow, work.page.wizard
    # The worker is slow to begin: the cancel comes first.
    work.stand.jobs._start = lambda _job: None
    work.click(wizard.primary)
    work.wait(lambda: flow.restore is not None and wizard.run.progress is not None)

    work.click(wizard.run.progress.cancel_button)
    work.wait(lambda: flow.state.finished)

    assert flow.restore.state is JobState.CANCELLED
    banner = wizard.run.findChild(Banner)
    assert banner.accessibleName().startswith("The restore was cancelled")
    assert desk.value(people[0], "phone") == "000"
    work.click(banner.button)
    compared(work)
    assert flow.state.step is Step.PROPERTIES
