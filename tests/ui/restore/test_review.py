"""The review of a restore, and the code that allows it."""

from __future__ import annotations

from crmdesk.core.backup.model import Backup
from crmdesk.core.records.record import Record
from crmdesk.core.restore.wizard import Step
from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog
from crmdesk.ui.access.two_factor_dialog import TwoFactorDialog
from tests.builders import Desk
from tests.ui.hands import Authenticator
from tests.ui.restore.conftest import Open
from tests.ui.restore.ways import at_review


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


def test_who_has_no_second_factor_sets_it_up_before_restoring(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    work = at_review(open_page, desk, backup, "phone")

    work.click(work.page.wizard.primary)

    assert isinstance(work.dialog(), EnrolmentDialog)
    assert desk.value(people[0], "phone") == "000"
