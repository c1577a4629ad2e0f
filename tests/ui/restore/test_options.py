"""The wizard's options, every difference of a plan, and what stays after the restore."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from crmdesk.core.backup.model import Backup
from crmdesk.core.records.record import Record
from crmdesk.core.restore.wizard import Step
from crmdesk.ui.tables.data_table import DataTable
from tests.builders import Desk
from tests.ui.hands import Authenticator
from tests.ui.restore.conftest import Open
from tests.ui.restore.ways import at_review, compared, from_backup, reviewed

Damaged = tuple[Desk, Backup, list[Record]]


def test_values_that_people_edited_are_kept_when_that_is_asked_for(
    open_page: Open, desk: Desk
) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup()
    desk.edit(ann, phone="9", city="Rome")
    work = from_backup(open_page, desk, backup)
    compared(work)
    panel = work.page.wizard.choose.panel

    work.click(panel.options.only_unchanged.box)
    work.wait(lambda: work.page.flow.state.survey is not None)

    assert work.page.flow.state.survey.records_changing == 0
    assert "2 values edited since, kept" in panel._rest.plain_text()
    assert not work.page.wizard.forward.isEnabled()


def test_only_chosen_records_are_counted_planned_and_restored(
    open_page: Open, damaged: Damaged
) -> None:
    desk, backup, people = damaged
    phone = Authenticator(desk)
    work = from_backup(open_page, desk, backup)
    compared(work)
    field = work.page.wizard.choose.panel.options.records

    work.qtbot.keyClicks(field, f"x, {people[1].id}")
    work.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert work.page.flow.state.record_ids is None
    field.setText(f"{people[1].id}")
    work.qtbot.keyClick(field, Qt.Key.Key_Return)
    work.wait(lambda: work.page.flow.state.record_ids == (people[1].id,))
    work.wait(lambda: work.page.flow.state.survey is not None)
    assert work.page.flow.state.survey.records_changing == 1
    work.page.flow.select(frozenset({"phone"}))
    work.click(work.page.wizard.forward)
    reviewed(work)
    work.click(work.page.wizard.review.before.changes.box)
    work.click(work.page.wizard.review.before.irreversible.box)
    assert work.page.wizard.primary.plain_text() == "Restore 1 value"
    work.click(work.page.wizard.primary)
    dialog = work.dialog()
    work.qtbot.keyClicks(dialog.entry.code, phone.code())
    work.click(dialog.deed_button)
    work.wait(lambda: work.page.flow.state.finished)

    assert [desk.value(person, "phone") for person in people] == ["000", "555-0101", "000"]


def test_a_link_with_records_begins_with_them(open_page: Open, damaged: Damaged) -> None:
    desk, backup, people = damaged
    work = open_page(desk)

    work.page.open_link(f"restore/records/contacts/{people[2].id}/{backup.id}")
    work.wait(lambda: work.page.flow.state.survey is not None)

    state = work.page.flow.state
    assert (state.object_name, state.record_ids) == ("contacts", (people[2].id,))
    assert work.page.wizard.choose.panel.options.records.text() == str(people[2].id)


def test_every_difference_is_listed_and_narrowed_by_property(
    open_page: Open, timed_desk: Desk
) -> None:
    people = [timed_desk.contact(firstname=f"Ann {n}", phone=f"555-{n}") for n in range(40)]
    backup = timed_desk.backup()
    for person in people:
        timed_desk.edit(person, phone="000", city="Bergen")
    timed_desk.delete(people[0])
    work = at_review(open_page, timed_desk, backup, "phone", "city")
    card = work.page.wizard.review.samples
    assert card._share.text() == "5 of 78"

    work.click(card.show_all)
    work.wait(lambda: card.table.count == 78)
    assert card._share.text() == "78 of 78"
    first = card.table.row(card.table.ids[0])
    assert first is not None
    assert first.cells["record"].text == "Ann 1 #2"
    card.choose_property("phone")
    work.wait(lambda: card.table.count == 39)
    card.kinds.set_current("skipped")
    card.choose_property("")
    work.wait(lambda: card.table.count == 1)
    last = card.table.row(card.table.ids[0])
    assert last is not None
    assert last.cells["why"].text == "The record is in the recycle bin"
    work.click(card.show_all)
    work.wait(lambda: card.table.count == 1)


def test_skipped_values_are_listed_and_saved_after_the_restore(
    open_page: Open, damaged: Damaged, tmp_path: Path
) -> None:
    desk, backup, people = damaged
    desk.delete(people[0])
    done = desk.restore(backup, "contacts", ["phone"])
    work = open_page(desk)

    work.page.show_restore(done.id)
    tables = work.page.summary.findChildren(DataTable)
    [table] = [each for each in tables if each.view.accessibleName() == "Skipped values"]
    work.wait(lambda: table.count == 1)
    row = table.row(0)
    assert row is not None
    assert row.cells["record"].text == "Ann 0 #1"

    work.click(work.page.summary.save_button)
    dialog = work.page.summary.findChild(QFileDialog, "save_dialog")
    target = tmp_path / "skipped.csv"
    dialog.fileSelected.emit(str(target))
    work.wait(target.exists)
    assert "in_recycle_bin" in target.read_text(encoding="utf-8")

    work.click(work.page.summary.report_button)
    dialogs = work.page.summary.findChildren(QFileDialog, "save_dialog")
    report = tmp_path / "report.csv"
    dialogs[-1].fileSelected.emit(str(report))
    work.wait(report.exists)
    assert "555-0101" in report.read_text(encoding="utf-8-sig")


def test_a_plan_that_grew_old_in_the_worker_says_what_changed(
    open_page: Open, damaged: Damaged
) -> None:
    desk, backup, _people = damaged
    work = at_review(open_page, desk, backup, "phone")

    work.page.flow._grew_old(2, "2 records changed since the review (1 edited, 1 deleted).")

    assert work.page.flow.state.step is Step.REVIEW
    assert "(1 edited, 1 deleted)" in work.page.wizard.banner.accessibleName()
