"""Bulk edit, bulk delete and undo in the Records tab."""

from __future__ import annotations

from crmdesk.core.records.bulk_model import AT_ONCE
from tests.ui.records.data import PEOPLE


def tick(records, count: int) -> list[int]:
    table = records.page.face.table
    records.wait(lambda: table.count)
    ids = list(table.ids)[:count]
    for row_id in ids:
        table.ticks.toggle(row_id)
    table.view.announce_ticks()
    return ids


def cities(desk) -> list[str | None]:
    return [row[0] for row in desk.sql("SELECT city FROM obj_contacts ORDER BY id")]


def choose(dialog, name: str, value: str) -> None:
    row = dialog.rows[-1]
    row.which.setCurrentIndex(row.which.findData(name))
    row.value.set_text(value)


def test_values_are_reviewed_in_numbers_then_changed_and_undone(filled, open_page):
    records = open_page(filled)
    before = cities(filled)
    tick(records, 2)
    records.click(records.page.face.bulk_edit)
    dialog = records.dialog()
    choose(dialog, "city", "Oslo")
    records.click(dialog.deed_button)
    records.wait(lambda: dialog.plan is not None)
    assert cities(filled) == before
    assert dialog.deed_button.plain_text() == "Change 2 contacts"

    records.click(dialog.deed_button)
    records.wait(lambda: cities(filled).count("Oslo") == 2)
    records.wait(lambda: records.told.toasts)
    title, _, word, undo = records.told.toasts[-1]
    assert (title, word) == ("2 contacts changed", "Undo")
    undo()
    records.wait(lambda: cities(filled) == before)
    records.wait(lambda: records.told.toasts[-1][0] == "Edit of 2 records undone")


def test_another_choice_takes_the_review_back(filled, open_page):
    records = open_page(filled)
    tick(records, 2)
    records.click(records.page.face.bulk_edit)
    dialog = records.dialog()
    choose(dialog, "city", "Oslo")
    records.click(dialog.deed_button)
    records.wait(lambda: dialog.plan is not None)
    records.click(dialog.more)
    assert dialog.plan is None
    assert dialog.deed_button.plain_text() == "Review changes"
    assert len(dialog.rows) == 2


def test_a_wrong_value_is_told_at_its_field(filled, open_page):
    records = open_page(filled)
    tick(records, 2)
    records.click(records.page.face.bulk_edit)
    dialog = records.dialog()
    choose(dialog, "hubspotscore", "many")
    records.click(dialog.deed_button)
    records.wait(lambda: dialog.rows[0].value.error)
    assert dialog.plan is None


def test_many_are_deleted_after_the_numbers_were_seen_and_come_back(filled, open_page):
    records = open_page(filled)
    ids = tick(records, 3)
    records.page.face.table.view.setFocus()
    records.page.commands()["delete"]()
    dialog = records.dialog()
    assert "3 contacts" in dialog.accessibleDescription()
    records.click(dialog.deed_button)
    table = records.page.face.table
    records.wait(lambda: table.count == len(PEOPLE) - 3)
    records.wait(lambda: records.told.toasts)
    assert records.told.toasts[-1][0] == "3 contacts deleted"
    records.page.commands()["undo"]()
    records.wait(lambda: table.count == len(PEOPLE))
    assert set(ids) <= set(table.ids)


def test_a_large_change_runs_as_a_job_and_is_told_when_it_has_ended(desk, open_page):
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (created_at, updated_at) VALUES (?, ?)",
            [(tx.now_text, tx.now_text)] * (AT_ONCE + 1),
        )
    records = open_page(desk)
    table = records.page.face.table
    records.wait(lambda: table.count == AT_ONCE + 1)
    table.view.toggle_all()
    records.click(records.page.face.bulk_edit)
    dialog = records.dialog()
    choose(dialog, "city", "Oslo")
    records.click(dialog.deed_button)
    records.wait(lambda: dialog.plan is not None)
    records.click(dialog.deed_button)
    records.wait(lambda: records.told.toasts)
    assert records.told.toasts[-1][0] == f"{AT_ONCE + 1} contacts changed"
    assert set(cities(desk)) == {"Oslo"}


def test_undo_says_why_it_cannot(desk, open_page):
    ann = desk.contact(phone="1")
    records = open_page(desk)
    desk.purge(ann)
    records.page.commands()["undo"]()
    records.wait(lambda: records.told.toasts)
    assert "cannot be undone" in records.told.toasts[-1][0]


def test_undo_takes_a_single_edit_back(desk, open_page):
    ann = desk.contact(phone="1")
    desk.edit(ann, phone="2")
    records = open_page(desk)
    records.page.commands()["undo"]()
    records.wait(lambda: desk.value(ann, "phone") == "1")
    records.wait(lambda: records.told.toasts)
    assert records.told.toasts[-1][0] == "Edit of 1 record undone"


def test_a_saved_edit_and_a_new_record_are_told_with_their_own_undo(desk, open_page):
    ann = desk.contact(firstname="Ann", phone="1")
    records = open_page(desk)
    page = records.page
    records.wait(lambda: page.face.table.count == 1)
    page.open_record(ann.id)
    page.panel.edit()
    page.panel.form.fields["phone"].set_text("2")
    page.panel.save()
    records.wait(lambda: records.told.toasts)
    title, text, word, undo = records.told.toasts[-1]
    assert (title, text, word) == ("Contact saved", "Ann", "Undo")
    desk.edit(ann, city="Oslo")
    undo()
    records.wait(lambda: desk.value(ann, "phone") == "1")
    assert desk.value(ann, "city") == "Oslo"
