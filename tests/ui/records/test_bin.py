"""The recycle bin: what is in it, bringing back, and deleting for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt

from crmdesk.ui.records.object_list import BIN
from crmdesk.ui.records.source import days_left

ENTER = Qt.Key.Key_Return


def into_bin(records) -> None:
    records.click(records.page.places.bin)
    records.wait(lambda: records.page.bin.table.count)


def test_it_says_when_by_whom_and_how_long_a_record_is_kept(desk, open_page):
    ann = desk.contact(firstname="Ann", lastname="Devon")
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)

    row = records.page.bin.table.row(ann.id)
    assert row.cells["by"].text == "Ingrid Solberg"
    assert row.cells["left"].text == "90 days"
    assert records.page.bin.header._subtitle.text() == "1 deleted record, each is kept for 90 days"


def test_objects_with_deleted_records_are_tabs_and_the_first_is_shown(desk, open_page):
    deal, ann = desk.deal(dealname="Cold store"), desk.contact(firstname="Ann")
    desk.delete(deal)
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    assert records.page.bin.tabs.keys() == ["contacts", "deals"]

    records.page.bin.tabs.setFocus()
    records.press(Qt.Key.Key_Right)

    records.wait(lambda: records.names() == ["Cold store"])


def test_restoring_brings_a_record_back_without_asking(desk, open_page):
    ann = desk.contact(firstname="Ann")
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    records.page.open_record(ann.id)
    records.click(records.page.panel.findChild(object, "restore_record"))

    records.wait(lambda: desk.read(ann).archived_at is None)
    records.wait(lambda: not records.page.panel.isVisible())
    assert records.told.toasts[-1][0] == "1 contact restored"


def test_an_address_in_use_by_now_is_told_and_leads_to_the_record_that_has_it(desk, open_page):
    first = desk.contact(firstname="Ann", email="ann@example.org")
    desk.delete(first)
    other = desk.contact(firstname="Anna", email="ann@example.org")
    records = open_page(desk)
    into_bin(records)
    records.page.bin.table.view.toggle_all()
    records.click(records.page.bin.bulk_restore)
    dialog = records.dialog()
    assert f"record ID {other.id}" in dialog.accessibleDescription()
    records.click(dialog.deed_button)

    records.wait(lambda: records.page.panel.record is not None)
    assert records.page.panel.record.id == other.id
    assert not records.page.in_bin
    assert desk.read(first).archived_at is not None


def test_deleting_for_good_takes_the_typed_name(desk, open_page):
    ann = desk.contact(firstname="Ann", lastname="Devon", email="ann@example.org")
    desk.delete(ann)
    records = open_page(desk)
    into_bin(records)
    records.page.open_record(ann.id)
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


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(0), "90 days"),
        (timedelta(days=89, hours=1), "1 day"),
        (timedelta(days=90), "Time is up"),
    ],
)
def test_the_days_left_are_counted_in_full(ago, said, qapp):
    from crmdesk.ui.language import install_language

    install_language(qapp)
    now = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    assert days_left(now - ago, 90, now=now) == said
