"""The panel of a record: editing, two editors at once, sensitive values, history."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from crmdesk.core.access.permissions import Permission
from tests.ui.records.data import add_bank_account

ENTER = Qt.Key.Key_Return


def open_first(records, record) -> None:
    records.page.open_link(f"records/{record.object_type}/{record.id}")
    records.wait(lambda: records.page.panel.properties.complete)


def test_an_edit_is_stored_and_shown_with_its_history(desk, open_page):
    ann = desk.contact(firstname="Ann", phone="555-0100")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    records.click(panel.properties.groups[0]._edit)
    records.write(panel.form.fields["phone"].control, "555-0199")
    records.click(panel.save_button)

    records.wait(lambda: panel.form is None and panel.properties.groups)
    assert desk.value(ann, "phone") == "555-0199"
    assert panel.properties.groups[0].rows["phone"].accessibleName() == "Phone Number: 555-0199"
    records.wait(lambda: len(panel.history.entries) == 2)
    assert panel.history.entries[0].old == "555-0100"
    assert records.told.changes[-1].record_ids == (ann.id,)
    records.wait(lambda: panel.properties.complete)
    # A label that is too long for its line takes two, and is whole.
    row = next(
        g.rows["lastmodifieddate"] for g in panel.properties.groups if "lastmodifieddate" in g.rows
    )
    name = row.findChild(QLabel)
    assert name.text() == "Last Modified Date"
    assert name.wordWrap()
    assert name.height() >= name.heightForWidth(name.width())


def test_a_blank_field_clears_the_value(desk, open_page):
    ann = desk.contact(firstname="Ann", phone="555-0100")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.edit()
    records.write(panel.form.fields["phone"].control, "")
    panel.save()

    records.wait(lambda: panel.form is None)
    assert desk.value(ann, "phone") is None


def test_the_second_of_two_editors_sees_both_values_and_may_then_save(desk, open_page):
    ann = desk.contact(firstname="Ann", phone="1", city="Bergen")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.edit()
    records.write(panel.form.fields["phone"].control, "2")
    desk.edit(ann, phone="3", city="Oslo")
    panel.save()

    records.wait(lambda: panel.form.fields["phone"]._below.plain_text() == "Now: 3")
    assert "Somebody changed this contact" in panel._notice.accessibleName()
    assert panel.form.fields["city"].text() == "Oslo"
    assert desk.value(ann, "phone") == "3"

    panel.save()
    records.wait(lambda: panel.form is None)
    assert (desk.value(ann, "phone"), desk.value(ann, "city")) == ("2", "Oslo")


def test_an_edit_that_is_not_saved_is_never_lost_without_a_word(desk, open_page):
    ann, bo = desk.contact(firstname="Ann"), desk.contact(firstname="Bo")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.edit()
    records.write(panel.form.fields["firstname"].control, "Anna")

    records.page.open_record(bo.id)
    assert panel.record.id == ann.id
    assert records.page.escape()
    assert panel.isVisible()
    assert not records.page.show_place("deals")
    assert "not saved yet" in panel._notice.accessibleName()

    panel.discard()
    records.page.open_record(bo.id)
    assert panel.record.id == bo.id
    assert desk.value(ann, "firstname") == "Ann"


def test_a_value_that_is_refused_is_told_at_its_field(desk, open_page):
    ann = desk.contact(email="ann@example.org")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.edit()
    field = panel.form.fields["email"]
    records.write(field.control, "nonsense")
    panel.save()

    records.wait(lambda: field.error)
    assert field.error.startswith("This is not an e-mail address.")
    assert not panel.save_button.busy
    records.qtbot.keyClicks(field.control, "x")
    assert not field.error
    panel.discard()


def test_a_sensitive_value_is_masked_until_it_is_revealed_and_the_look_is_logged(desk, open_page):
    add_bank_account(desk)
    ann = desk.contact(firstname="Ann", bank_account="NO93 8601 1117 947")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    row = next(g.rows["bank_account"] for g in panel.properties.groups if "bank_account" in g.rows)
    assert "947" not in row.accessibleName()

    records.click(row.findChild(object, "reveal_bank_account"))

    records.wait(lambda: row.accessibleName() == "Bank account: NO93 8601 1117 947")
    assert desk.audit_actions()[-1] == ("VALUE", "ok")


def test_who_may_not_see_sensitive_values_is_told_and_cannot_type_over_them(desk, open_page):
    add_bank_account(desk)
    ann = desk.contact(firstname="Ann", bank_account="NO93 8601 1117 947")
    records = open_page(desk, desk.user("Marc Dubois", Permission.DELETE_RECORDS))
    open_first(records, ann)
    panel = records.page.panel
    group = next(g for g in panel.properties.groups if "bank_account" in g.rows)
    assert group.rows["bank_account"].findChild(object, "reveal_bank_account") is None
    records.click(group._edit)

    field = panel.form.fields["bank_account"]
    assert not field.control.isEnabled()
    assert field._below.plain_text() == "You may not edit sensitive values."


def test_a_masked_value_that_is_not_touched_stays(desk, open_page):
    add_bank_account(desk)
    ann = desk.contact(firstname="Ann", bank_account="NO93 8601 1117 947")
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    group = next(g for g in panel.properties.groups if "bank_account" in g.rows)
    records.click(group._edit)

    assert panel.form.changes() == {}
    panel.save()
    assert panel.form is None
    shown = desk.workspace.records.reveal(desk.admin, "contacts", ann.id, ["bank_account"])
    assert shown == {"bank_account": "NO93 8601 1117 947"}


def test_a_stage_is_chosen_among_those_of_the_pipeline_and_stored_by_its_name(desk, open_page):
    deal = desk.deal(dealname="Autumn order", pipeline="default", dealstage="qualifiedtobuy")
    records = open_page(desk)
    open_first(records, deal)
    panel = records.page.panel
    panel.edit()
    combo = panel.form.fields["dealstage"].control
    combo.setFocus()
    records.press(Qt.Key.Key_Down)
    chosen = combo.currentData()
    records.page.commands()["save"]()

    records.wait(lambda: panel.form is None)
    assert chosen not in ("", "qualifiedtobuy")
    assert desk.value(deal, "dealstage") == chosen


def test_a_record_deleted_by_somebody_else_says_so_instead_of_vanishing(desk, open_page):
    ann = desk.contact(firstname="Ann")
    records = open_page(desk)
    open_first(records, ann)
    desk.purge(ann)

    records.page.refresh()

    records.wait(lambda: records.page.panel.record is None)
    assert "no contact with the record ID" in records.page.panel._notice.accessibleName()


def test_history_names_what_happened_by_whom_and_shows_older_changes_on_request(desk, open_page):
    ann = desk.contact(firstname="Ann", phone="0")
    for number in range(1, 43):
        desk.edit(ann, phone=str(number))
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    records.wait(lambda: len(panel.history.entries) == 43)
    panel.show_page("history")

    first = panel.history._column.itemAt(0).widget()
    assert first.accessibleName().startswith("Phone Number changed. 41 → 42. Ingrid Solberg")
    records.click(panel.history.findChild(object, "more_history"))
    assert panel.history._column.count() == 43
