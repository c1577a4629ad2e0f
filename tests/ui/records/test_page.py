"""The Records tab by mouse and by keyboard, over a real workspace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLineEdit

from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.object_list import BIN
from crmdesk.ui.widgets.dialog import DecisionDialog
from crmdesk.ui.widgets.empty_state import EmptyState
from tests.ui.records.data import PEOPLE

ENTER, ESCAPE, SPACE = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space


def test_every_object_is_listed_with_its_count_and_the_bin_with_its_own(filled, open_page):
    records = open_page(filled)

    assert records.page.places.findChild(object, "contacts").accessibleName() == "Contacts, 16"
    assert records.page.places.findChild(object, "deals").accessibleName() == "Deals, 3"
    assert records.page.places.bin.accessibleName() == "Recycle bin, 3"
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))


def test_a_click_on_an_object_shows_its_records_under_its_name(filled, open_page):
    records = open_page(filled)

    records.click(records.page.places.findChild(object, "deals"))

    records.wait(lambda: records.page.face.table.count == 3)
    assert set(records.names()) == {"Autumn order", "Spring fittings", "Cold store"}
    assert records.page.face.new_button.plain_text() == "New deal"


def test_typing_in_the_search_narrows_after_a_pause_and_escape_shows_all_again(filled, open_page):
    records = open_page(filled)
    records.page.commands()["find"]()

    records.qtbot.keyClicks(records.page.face.filters.search, "elizabeth")
    records.wait(lambda: records.page.face.table.count == 2)
    assert set(records.names()) == {"Elizabeth Brown", "Elizabeth Lincoln"}
    header, footer = records.page.face.header, records.page.face.footer
    assert header._subtitle.text().startswith("2 of 16 records")
    assert footer._strong.text() == "2 contacts"

    records.press(ESCAPE)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))
    assert header._subtitle.text().startswith("16 records")


def test_a_chip_narrows_by_ticked_options_and_its_delete_key_takes_that_back(filled, open_page):
    records = open_page(filled)
    chip = records.page.face.filters.chips["lifecyclestage"]
    chip.setFocus()
    records.press(SPACE)
    popover = records.page.face.filters.popover
    popover.options.list.setFocus()
    popover.options.list.setCurrentIndex(popover.options.list.model().index(1, 0))
    records.press(SPACE)
    records.press(ENTER)

    records.wait(lambda: records.page.face.table.count == 3)
    assert chip.plain_text() == "Stage: Lead"

    chip.setFocus()
    records.press(Qt.Key.Key_Delete)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))
    assert chip.plain_text() == "Stage"


def test_a_filter_on_any_property_comes_from_the_filter_button(filled, open_page):
    records = open_page(filled)
    records.click(records.page.face.filters.more)
    picker = records.page.face.filters.popover
    records.qtbot.keyClicks(picker.search, "city")
    records.press(ENTER)
    popover = records.page.face.filters.popover
    popover.text.setFocus()
    records.qtbot.keyClicks(popover.text, "london")
    records.click(popover.apply_button)

    records.wait(lambda: records.page.face.table.count == 2)
    assert "city" in records.page.face.filters.chips


def test_a_number_that_cannot_be_read_is_refused_in_the_popover(filled, open_page):
    records = open_page(filled)
    records.page.show_place("deals")
    records.wait(lambda: records.page.face.table.count == 3)
    records.page.face.filters.open("amount")
    popover = records.page.face.filters.popover
    records.qtbot.keyClicks(popover.low, "many")
    records.qtbot.keyClicks(popover.high, "50000")
    popover.apply()
    assert "not a number" in popover._error.plain_text()

    records.write(popover.low, "1000")
    popover.apply()
    records.wait(lambda: records.page.face.table.count == 2)


def test_nothing_found_names_the_filters_and_clears_them_by_one_press(filled, open_page):
    records = open_page(filled)
    records.page.face.filters.set_condition(Condition("city", Ask.CONTAINS, ("Atlantis",)))

    records.wait(lambda: records.page.face.findChild(EmptyState) is not None)
    assert records.page.face.table.count == 0
    clear = records.page.findChild(object, "clear_filters")
    assert (
        records.page.face.findChild(EmptyState).accessibleName().startswith("No contact matches 1")
    )
    records.click(clear)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))


def test_an_object_without_records_offers_to_add_one_or_to_import(desk, open_page):
    records = open_page(desk)
    records.wait(lambda: records.page.findChild(object, "first_record") is not None)

    assert not records.page.face.new_button.isVisible()
    records.page.face.import_asked.emit()
    assert records.told.links == ["imports/new/contacts"]


def test_a_new_record_is_added_by_keyboard_and_shown_in_the_panel(desk, open_page):
    records = open_page(desk)
    records.page.commands()["new"]()
    dialog = records.dialog()
    assert dialog.form.fields["firstname"].control.hasFocus()
    records.qtbot.keyClicks(dialog.form.fields["firstname"].control, "Ann")
    records.qtbot.keyClicks(dialog.form.fields["email"].control, "ann@example.org")
    records.press(ENTER)

    records.wait(records.page.panel.isVisible)
    (record_id,) = desk.workspace.records.ids(desk.admin, RecordQuery("contacts"))
    stored = desk.workspace.records.get(desk.admin, "contacts", record_id)
    assert (stored.values["firstname"], stored.values["email"]) == ("Ann", "ann@example.org")
    assert records.told.toasts[0][0] == "Contact created"


def test_a_wrong_value_is_told_at_its_field_and_nothing_is_stored(desk, open_page):
    records = open_page(desk)
    records.click(
        records.page.face.findChild(object, "first_record") or records.page.face.new_button
    )
    dialog = records.dialog()
    records.qtbot.keyClicks(dialog.form.fields["email"].control, "ann at example")
    records.click(dialog.deed_button)

    records.wait(lambda: dialog.form.fields["email"].error)
    assert dialog.form.fields["email"].error.startswith("This is not an e-mail address.")
    assert not dialog.deed_button.busy
    assert len(desk.workspace.records.ids(desk.admin, RecordQuery("contacts"))) == 0
    records.click(dialog.safe_button)


def test_an_address_in_use_is_told_with_the_record_that_has_it(desk, open_page):
    desk.contact(email="ann@example.org")
    records = open_page(desk)
    records.page.add_record()
    dialog = records.dialog()
    records.qtbot.keyClicks(dialog.form.fields["email"].control, "ANN@example.org")
    records.click(dialog.deed_button)

    records.wait(lambda: dialog.form.fields["email"].error)
    assert "record ID 1" in dialog.form.fields["email"].error
    dialog.reject()


def test_deleting_ticked_records_counts_them_and_the_toast_brings_them_back(filled, open_page):
    records = open_page(filled)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))
    view = records.page.face.table.view
    view.setFocus()
    records.press(Qt.Key.Key_Home)
    records.press(SPACE)
    records.press(Qt.Key.Key_Down)
    records.press(SPACE)
    records.click(records.page.face.bulk_delete)
    dialog = records.dialog()
    assert dialog.accessibleName() == "Delete 2 contacts?"
    records.click(dialog.deed_button)

    records.wait(lambda: records.page.face.table.count == len(PEOPLE) - 2)
    title, _text, action, undo = records.told.toasts[-1]
    assert (title, action) == ("2 contacts deleted", "Undo")
    assert filled.sql("SELECT count(*) FROM obj_contacts WHERE archived_at IS NOT NULL") == [(5,)]
    undo()
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))


def test_enter_in_the_delete_dialog_keeps_the_record(desk, open_page):
    ann = desk.contact(firstname="Ann")
    records = open_page(desk)
    records.wait(lambda: records.page.face.table.count == 1)
    records.page.start_focus()
    records.press(Qt.Key.Key_Home)
    records.page.commands()["delete"]()
    dialog = records.dialog()
    assert isinstance(dialog, DecisionDialog)
    records.press(ENTER)

    records.wait(lambda: not records.dialogs())
    assert desk.read(ann).archived_at is None


def test_who_may_not_delete_sees_the_reason_and_no_way(filled, open_page):
    records = open_page(filled, filled.user("Elif Demir"))
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))

    assert "delete" not in records.page.commands()
    (delete,) = [a for a in records.page.face.actions_of(None) if a.key == "delete"]
    assert delete.reason == "You may not delete records."
    assert not records.page.face.import_button.isVisible()
    records.page.face.table.view.toggle_all()
    assert not records.page.face.bulk_delete.isEnabled()


def test_sorting_by_the_name_orders_the_whole_table(filled, open_page):
    records = open_page(filled)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))
    records.page.face.table.press_sort("@name")

    records.wait(lambda: records.names()[0] == "Ann Devon")
    assert records.names() == sorted(records.names())


def test_a_link_opens_the_record_it_names_and_a_lost_one_says_so(desk, open_page):
    deal = desk.deal(dealname="Autumn order")
    records = open_page(desk)

    records.page.open_link(f"records/deals/{deal.id}")
    assert records.page.panel.record.id == deal.id
    assert records.page.face.object_type.name == "deals"

    records.page.open_link("records/deals/999")
    assert records.page.panel.record is None
    assert "999" in records.page.panel._notice.accessibleName()


def test_alt_down_steps_through_the_list_with_the_panel_open(filled, open_page):
    records = open_page(filled)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))
    records.page.start_focus()
    records.press(Qt.Key.Key_Home)
    records.press(ENTER)
    first = records.page.panel.record.id
    assert first == records.page.face.table.ids[0]

    records.page.commands()["next"]()
    assert records.page.panel.record.id == records.page.face.table.ids[1]
    records.page.commands()["previous"]()
    assert records.page.panel.record.id == first
    assert records.page.escape()
    assert not records.page.panel.isVisible()
    assert records.page.face.table.view.hasFocus()


def test_the_left_list_becomes_a_menu_in_a_narrow_window(filled, open_page):
    records = open_page(filled)
    records.page.set_narrow(True)

    assert not records.page.places.isVisible()
    menu = records.page.places.menu(records.page)
    (bin_action,) = [a for a in menu.actions() if a.objectName() == f"place_{BIN}"]
    bin_action.trigger()
    assert records.page.in_bin


def test_what_others_changed_is_seen_when_the_window_tells(filled, open_page):
    records = open_page(filled)
    records.wait(lambda: records.page.face.table.count == len(PEOPLE))
    filled.contact(firstname="Zoe")

    records.page.take_change(object())

    records.wait(lambda: records.page.face.table.count == len(PEOPLE) + 1)


@pytest.mark.parametrize("place", ["contacts", BIN])
def test_every_control_has_a_name(filled, open_page, place):
    records = open_page(filled)
    records.page.show_place(place)
    kinds = (QAbstractButton, QAbstractItemView, QLineEdit)
    found = [w for kind in kinds for w in records.page.findChildren(kind) if w.isVisible()]
    unnamed = [w for w in found if not w.accessibleName() and not getattr(w, "text", str)()]

    assert len(found) >= 10
    assert unnamed == []
