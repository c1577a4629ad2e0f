"""A restore that runs, is over, is taken back."""

from __future__ import annotations

from crmdesk.core.backup.model import Backup
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.record import Record
from crmdesk.core.restore.wizard import Step
from crmdesk.ui.widgets.banner import Banner
from crmdesk.ui.widgets.dialog import DecisionDialog
from tests.builders import Desk
from tests.ui.restore.conftest import Open
from tests.ui.restore.ways import at_review, compared


def test_a_restore_is_undone_from_its_summary(
    open_page: Open, damaged: tuple[Desk, Backup, list[Record]]
) -> None:
    desk, backup, people = damaged
    desk.admin = desk.by_sso(desk.admin)
    work = at_review(open_page, desk, backup, "phone", actor=desk.admin)
    work.click(work.page.wizard.primary)
    work.wait(lambda: work.page.flow.state.finished)

    desk.time.forward(minutes=1)
    # Asked anew each time: the button is made again as the summary comes.
    run = work.page.wizard.run
    work.wait(lambda: run.undo_button.isVisible() and run.undo_button.isEnabled())
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
