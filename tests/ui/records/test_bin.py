"""The recycle bin: what is in it, bringing back, and deleting for good."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from crmdesk.core.access.permissions import Permission
from crmdesk.core.records.recycle_bin_model import bin_key
from crmdesk.ui.notices import notice
from crmdesk.ui.records.object_list import BIN

ENTER = Qt.Key.Key_Return


def key_of(records, record) -> int:
    own = records.desk.workspace.definitions.object(records.desk.admin, record.object_type)
    return bin_key(own.id, record.id)


def into_bin(records) -> None:
    records.click(records.page.places.bin)
    records.wait(lambda: records.page.bin.table.count)


def test_it_says_when_by_whom_and_how_long_a_record_is_kept(desk, open_page):
    ann = desk.contact(firstname="Ann", lastname="Devon")
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)

    row = records.page.bin.table.row(key_of(records, ann))
    assert row.cells["by"].text == "Ingrid Solberg"
    assert row.cells["left"].text == "90 days"
    assert records.page.bin.header._subtitle.text() == "1 deleted record, kept for 90 days"


def test_everything_deleted_is_listed_and_each_object_has_a_tab(desk, open_page):
    deal, ann = desk.deal(dealname="Cold store"), desk.contact(firstname="Ann")
    desk.delete(deal)
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    assert records.page.bin.tabs.keys() == ["@all", "contacts", "deals"]
    assert records.names() == ["Ann", "Cold store"]

    records.page.bin.tabs.setFocus()
    records.press(Qt.Key.Key_Right)
    records.wait(lambda: records.names() == ["Ann"])
    records.press(Qt.Key.Key_Right)

    records.wait(lambda: records.names() == ["Cold store"])


def test_restoring_brings_a_record_back_without_asking(desk, open_page):
    ann = desk.contact(firstname="Ann")
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    records.page.open_record(key_of(records, ann))
    records.click(records.page.panel.findChild(object, "restore_record"))

    records.wait(lambda: desk.read(ann).archived_at is None)
    records.wait(lambda: not records.page.panel.isVisible())
    assert records.told.toasts[-1][0] == "1 contact restored"


@pytest.mark.parametrize(
    ("choice", "addresses"),
    [(0, ("ann@example.org", None)), (1, (None, "ann@example.org"))],
)
def test_an_address_in_use_by_now_is_given_to_one_of_the_two(desk, open_page, choice, addresses):
    first = desk.contact(firstname="Ann", email="ann@example.org")
    desk.delete(first)
    other = desk.contact(firstname="Anna", email="ann@example.org")
    records = open_page(desk)
    into_bin(records)
    records.page.bin.table.view.toggle_all()
    records.click(records.page.bin.bulk_restore)
    dialog = records.dialog()
    assert "held by another record" in dialog.accessibleDescription()
    (combo,) = dialog.choices.values()
    assert "Anna" in combo.itemText(0)
    combo.setCurrentIndex(choice)
    records.click(dialog.deed_button)

    records.wait(lambda: desk.read(first).archived_at is None)
    assert (desk.value(first, "email"), desk.value(other, "email")) == addresses
    records.wait(lambda: records.told.toasts)
    assert records.told.toasts[-1][0] == "1 contact restored"


def test_what_belongs_to_a_record_comes_back_with_it_and_undo_takes_both_back(desk, open_page):
    ann, call = desk.contact(firstname="Ann"), desk.add("calls", hs_call_title="Call")
    desk.workspace.associations.associate(desk.admin, "contacts", ann.id, "calls", call.id)
    desk.delete(call)
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    records.page.bin.restore_asked.emit([key_of(records, ann)])
    dialog = records.dialog()
    assert dialog.children_box.is_checked()
    records.click(dialog.deed_button)
    records.wait(lambda: desk.read(call).archived_at is None)
    records.wait(lambda: records.told.toasts)
    title, _, _, undo = records.told.toasts[-1]
    assert title == "1 contact, 1 call restored"
    undo()
    records.wait(lambda: desk.read(ann).archived_at is not None)
    assert desk.read(call).archived_at is not None


def test_the_list_is_narrowed_by_who_deleted_and_when(desk, open_page):
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS)
    ann, bo = desk.contact(firstname="Ann"), desk.contact(firstname="Bo")
    desk.delete(ann)
    desk.workspace.editor.archive(marc, "contacts", [bo.id])
    records = open_page(desk)
    into_bin(records)
    bin_ = records.page.bin
    records.wait(lambda: bin_.by.count() == 3)
    bin_.by.setCurrentIndex(bin_.by.findData(marc.user_id))
    records.wait(lambda: records.names() == ["Bo"])
    bin_.within.setCurrentIndex(bin_.within.findData("yesterday"))
    records.wait(lambda: bin_.table.count == 0)
    records.wait(lambda: bin_.table._empty is not None)
    bin_.clear()
    records.wait(lambda: bin_.table.count == 2)


def test_deleting_for_good_takes_the_typed_name(desk, open_page):
    ann = desk.contact(firstname="Ann", lastname="Devon", email="ann@example.org")
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    records.page.open_record(key_of(records, ann))
    records.click(records.page.panel.findChild(object, "purge_record"))
    dialog = records.dialog()
    assert "1 contact with" in dialog.accessibleDescription()
    assert "2 history entries" in dialog.accessibleDescription()
    records.qtbot.keyClicks(dialog.name_edit, "Ann Dev")
    assert not dialog.deed_button.isEnabled()
    records.qtbot.keyClicks(dialog.name_edit, "on")
    records.click(dialog.deed_button)

    records.wait(lambda: records.page.bin.table.count == 0)
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    assert desk.audit_actions()[-1] == ("GDPR_DELETE", "ok")


def test_several_are_deleted_for_good_by_typing_how_many(desk, open_page):
    desk.delete(desk.contact(), desk.contact(), desk.contact())
    records = open_page(desk)
    into_bin(records)
    records.page.bin.table.view.toggle_all()
    records.click(records.page.bin.bulk_purge)
    dialog = records.dialog()
    records.qtbot.keyClicks(dialog.name_edit, "3 contacts")
    records.click(dialog.deed_button)

    records.wait(lambda: records.page.bin.table.count == 0)
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]


def test_who_may_not_delete_sees_the_bin_and_the_reason(desk, open_page):
    desk.delete(desk.contact(firstname="Ann"))
    records = open_page(desk, desk.user("Marc Dubois"))
    into_bin(records)

    assert records.page.bin.header._reason.text() == "You may not delete or restore records."
    records.page.open_record(records.page.bin.table.ids[0])
    assert records.page.panel.findChild(object, "restore_record") is None


def test_an_empty_bin_says_how_long_it_keeps_records(desk, open_page):
    records = open_page(desk)
    records.page.show_place(BIN)

    records.wait(lambda: records.page.bin.table._empty is not None)
    assert "90 days" in records.page.bin.table._empty.accessibleName()


def many_deleted(desk, count=501, addresses=False):
    """Deleted contacts, more than are done at once."""
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (created_at, updated_at, version, email) VALUES (?, ?, 1, ?)",
            [
                (tx.now_text, tx.now_text, f"p{one}@example.org" if addresses else None)
                for one in range(count)
            ],
        )
        ids = [row[0] for row in tx.sql("SELECT id FROM obj_contacts")]
    desk.workspace.editor.archive(desk.admin, "contacts", ids)


def test_many_come_back_by_a_worker_and_the_toast_undoes_it(desk, open_page):
    many_deleted(desk)
    records = open_page(desk)
    into_bin(records)
    records.page.bin.table.view.toggle_all()
    records.click(records.page.bin.bulk_restore)
    records.qtbot.waitUntil(lambda: bool(records.told.toasts), timeout=30_000)
    title, _, action, undo = records.told.toasts[-1]
    assert (title, action) == ("501 contacts restored", "Undo")
    records.wait(lambda: records.page.bin.table.count == 0)
    (note,) = desk.workspace.inbox.list(desk.admin)
    shown = notice(note, records.stand.desk.zone)
    assert (shown.title, shown.text) == (
        "Restored from the recycle bin",
        "501 records are back.",
    )
    undo()
    records.qtbot.waitUntil(lambda: records.page.bin.table.count == 501, timeout=30_000)


def test_many_are_deleted_for_good_by_a_worker(desk, open_page):
    many_deleted(desk)
    records = open_page(desk)
    into_bin(records)
    records.page.bin.table.view.toggle_all()
    records.click(records.page.bin.bulk_purge)
    dialog = records.dialog()
    records.qtbot.keyClicks(dialog.name_edit, "501 contacts")
    records.click(dialog.deed_button)
    records.qtbot.waitUntil(lambda: bool(records.told.toasts), timeout=30_000)
    assert records.told.toasts[-1][0] == "501 contacts deleted permanently"
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(0,)]
    records.wait(lambda: records.page.bin.table.count == 0)


def test_more_conflicts_than_a_person_reads_have_one_answer(desk, open_page):
    many_deleted(desk, 103, addresses=True)
    with desk.workspace.database.write() as tx:
        tx.sql(
            "INSERT INTO obj_contacts (created_at, updated_at, version, email) "
            "SELECT created_at, updated_at, 1, email FROM obj_contacts"
        )
    records = open_page(desk)
    into_bin(records)
    records.page.bin.table.view.toggle_all()
    records.click(records.page.bin.bulk_restore)
    dialog = records.dialog()
    assert "103 values are held by another record by now" in dialog.accessibleDescription()
    assert len(dialog.choices) == 100
    dialog.others.setFocus()
    records.press(Qt.Key.Key_Down)
    records.click(dialog.deed_button)
    records.wait(lambda: records.told.toasts)
    title, text, _, _ = records.told.toasts[-1]
    assert (title, text) == ("100 contacts restored", "3 stay in the recycle bin.")
