"""A write behind a restore says what it waits for, and can be withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from crmdesk.core.jobs.job import JobKind
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk
from tests.ui.records.test_panel import open_first


@contextmanager
def restore_that_commits(desk: Desk) -> Iterator[None]:
    """The write lock in another connection's hands, and a restore among the open jobs."""
    with desk.workspace.database.write() as tx:
        desk.workspace.jobs.enqueue(tx, desk.admin, JobKind.RESTORE, {})
    with closing(desk.workspace.database.raw()) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_an_edit_behind_a_restore_can_be_withdrawn_and_saved_afterwards(desk, open_page):
    ann = desk.contact(firstname="Ann")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.edit()
    records.write(panel.form.fields["firstname"].control, "Anna")

    with restore_that_commits(desk):
        records.stand.jobs.poll()
        records.click(panel.save_button)
        records.wait(lambda: panel.save_button.plain_text() == "Waits for the restore")
        withdraw = panel.findChild(object, "discard_edit")
        assert withdraw.plain_text() == "Withdraw"
        records.click(withdraw)
        assert not panel.save_button.busy
        assert panel.form.fields["firstname"].text() == "Anna"
        assert withdraw.plain_text() == "Discard"

    assert desk.value(ann, "firstname") == "Ann"
    records.click(panel.save_button)
    records.wait(lambda: panel.form is None)
    assert desk.value(ann, "firstname") == "Anna"


def test_an_edit_that_waits_is_saved_when_the_restore_is_over(desk, open_page):
    ann = desk.contact(firstname="Ann")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.edit()
    records.write(panel.form.fields["firstname"].control, "Anna")

    with restore_that_commits(desk):
        records.click(panel.save_button)
        records.wait(lambda: panel.save_button.plain_text().startswith("Waits for"))

    records.wait(lambda: panel.form is None)
    assert desk.value(ann, "firstname") == "Anna"


def test_a_new_record_that_waits_is_taken_back_by_its_other_button(desk, open_page):
    records = open_page(desk)
    records.page.commands()["new"]()
    dialog = records.dialog()
    records.write(dialog.form.fields["firstname"].control, "Ann")

    with restore_that_commits(desk):
        records.click(dialog.deed_button)
        records.wait(lambda: dialog.deed_button.plain_text().startswith("Waits for"))
        records.click(dialog.safe_button)
        records.wait(lambda: not dialog.isVisible())

    assert desk.workspace.records.count(desk.admin, RecordQuery("contacts")) == 0
