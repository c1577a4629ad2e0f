"""Associations in a record's panel, and merging from the table and from the panel."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu

from crmdesk.core.records.create_forms import FormField
from crmdesk.core.records.merge_plan import Side
from crmdesk.ui.records.history import EntryRow
from crmdesk.ui.widgets.buttons import IconButton
from tests.ui.clipping import clipped
from tests.ui.records.test_panel import open_first

ENTER = Qt.Key.Key_Return


def pair(desk):
    ann = desk.contact(firstname="Ann", lastname="Devon")
    return ann, desk.add("companies", name="Northwind Traders")


def linked(desk, ann, north, label=""):
    desk.workspace.associations.associate(
        desk.admin, "contacts", ann.id, "companies", north.id, label
    )


def names(desk, ann, object_name="companies"):
    found = desk.workspace.associations.list(desk.admin, "contacts", ann.id, object_name)
    return [(each.name, each.labels) for each in found]


def shown(records, record):
    """The panel's associations, once they are read."""
    open_first(records, record)
    page = records.page.panel.associations
    records.page.panel.show_page("associations")
    records.wait(lambda: page.found is not None)
    return page


def row(page, other):
    return page.findChild(object, f"association_{other.object_type}_{other.id}")


def test_a_record_is_found_by_typing_and_associated_by_keyboard_alone(desk, open_page):
    ann, north = pair(desk)
    desk.add("companies", name="Acme")
    records = open_page(desk)
    page = shown(records, ann)
    page.add.setFocus()
    records.press(ENTER)
    dialog = records.dialog()
    assert dialog.kind.currentData() == "companies"
    dialog.records.search.setFocus()
    records.qtbot.keyClicks(dialog.records.search, "north")
    records.wait(lambda: dialog.records.found.count() == 1)
    assert not clipped(dialog)
    records.press(Qt.Key.Key_Down)
    records.press(ENTER)

    records.wait(lambda: names(desk, ann) == [("Northwind Traders", ())])
    records.wait(lambda: row(page, north) is not None)
    assert "Associations 1" in records.page.panel._tabs.tabText(1)
    assert records.told.changes[-1].record_ids == (ann.id,)


def test_a_click_on_the_name_leads_to_the_record(desk, open_page):
    ann, north = pair(desk)
    linked(desk, ann, north)
    records = open_page(desk)
    page = shown(records, ann)
    records.wait(lambda: row(page, north) is not None)

    records.click(row(page, north).name)

    assert records.told.links == [f"records/companies/{north.id}"]


def test_a_removed_association_comes_back_by_the_toast(desk, open_page):
    ann, north = pair(desk)
    linked(desk, ann, north)
    records = open_page(desk)
    page = shown(records, ann)
    records.wait(lambda: row(page, north) is not None)
    page.remove(row(page, north).other)
    records.wait(lambda: names(desk, ann) == [])
    records.wait(lambda: records.told.toasts)
    title, _text, word, undo = records.told.toasts[-1]
    assert (title, word) == ("Association with Northwind Traders removed", "Undo")

    undo()
    records.wait(lambda: names(desk, ann) == [("Northwind Traders", ())])


def test_labels_are_ticked_and_shown(desk, open_page):
    ann, north = pair(desk)
    desk.workspace.association_definitions.add_label(
        desk.admin, "contacts", "companies", "Employer", "Employee"
    )
    linked(desk, ann, north)
    records = open_page(desk)
    page = shown(records, ann)
    records.wait(lambda: row(page, north) is not None)
    page.edit_labels(row(page, north).other)
    dialog = records.dialog()
    records.click(dialog.rows["Employer"].box)
    records.click(dialog.deed_button)

    records.wait(lambda: names(desk, ann) == [("Northwind Traders", ("Employer",))])
    records.wait(lambda: "Employer" in row(page, north).accessibleName())


def test_a_limit_is_told_in_the_dialog_and_nothing_is_written(desk, open_page):
    ann, north = pair(desk)
    linked(desk, ann, north)
    other = desk.add("companies", name="Acme")
    desk.workspace.association_definitions.set_limit(desk.admin, "contacts", "companies", 1)
    records = open_page(desk)
    page = shown(records, ann)
    records.click(page.add)
    dialog = records.dialog()
    records.wait(lambda: dialog.records.found.count() == 2)
    assert dialog.records.chosen == other.id
    records.click(dialog.deed_button)

    records.wait(lambda: "the most it may have" in dialog._error.plain_text())
    assert len(names(desk, ann)) == 1
    dialog.reject()


def test_a_record_in_the_bin_takes_no_new_association(desk, open_page):
    ann, north = pair(desk)
    linked(desk, ann, north)
    desk.delete(ann)
    records = open_page(desk)
    records.page.open_link("records/recycle-bin/contacts")
    records.wait(lambda: records.page.bin.table.count == 1)
    records.page.open_record(ann.id)
    page = records.page.panel.associations
    records.wait(lambda: page.found is not None)
    assert not page.add.isVisibleTo(page)
    assert not row(page, north).more.isVisibleTo(page)


def test_two_ticked_records_are_merged_value_by_value(desk, open_page):
    ann = desk.contact(firstname="Ann", city="Oslo", email="ann@example.org")
    anne = desk.contact(firstname="Anne", phone="555", email="anne@example.org")
    records = open_page(desk)
    face = records.page.face
    records.wait(lambda: face.table.count == 2)
    face.table.view.setFocus()
    records.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    records.wait(face.bulk_merge.isVisible)
    records.click(face.bulk_merge)
    dialog = records.dialog()
    assert not clipped(dialog)
    if dialog.winner != ann.id:
        records.click(dialog.swap)
    sides = {each.objectName(): each for each in dialog.groups["firstname"].buttons()}
    sides[f"{Side.LOSER.value}_firstname"].click()
    assert "2 values" in dialog._sum.plain_text()
    records.click(dialog.deed_button)

    records.wait(lambda: desk.value(ann, "firstname") == "Anne")
    now = desk.read(ann).values
    assert (now["city"], now["phone"], now["email"]) == ("Oslo", "555", "ann@example.org")
    assert desk.read(anne).archived_at is not None
    records.wait(lambda: records.told.toasts)
    records.told.toasts[-1][3]()
    records.wait(lambda: desk.read(anne).archived_at is None)
    assert desk.value(ann, "firstname") == "Ann"


def test_a_record_is_merged_from_its_panel_with_one_that_was_searched(desk, open_page):
    ann, anne = desk.contact(firstname="Ann"), desk.contact(firstname="Anne")
    records = open_page(desk)
    open_first(records, ann)
    records.page.panel.merge_asked.emit()
    search = records.dialog()
    records.wait(lambda: search.records.chosen == anne.id)
    records.click(search.deed_button)
    dialog = records.dialog()
    assert (dialog.winner, dialog.loser) == (ann.id, anne.id)
    dialog.deed_button.click()

    records.wait(lambda: desk.read(anne).archived_at is not None)


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)
def test_a_merge_is_taken_back_from_the_menu_of_the_record_that_is_left(desk, open_page):
    ann, anne = desk.contact(firstname="Ann"), desk.contact(firstname="Anne")
    desk.workspace.merges.apply(desk.admin, "contacts", ann.id, anne.id)
    records = open_page(desk)
    open_first(records, ann)
    records.click(records.page.panel.more)
    records.wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    menu = QApplication.activePopupWidget()
    wanted = f"Undo merge of record ID {anne.id}"
    next(each for each in menu.actions() if each.text() == wanted).trigger()
    menu.close()

    records.wait(lambda: desk.read(anne).archived_at is None)
    records.wait(lambda: [toast[0] for toast in records.told.toasts] == ["Merge taken back"])


def test_a_merge_of_records_that_changed_meanwhile_is_looked_at_again(desk, open_page):
    ann, anne = desk.contact(firstname="Ann"), desk.contact(firstname="Anne")
    records = open_page(desk)
    records.page._merging.merge([ann.id, anne.id])
    dialog = records.dialog()
    desk.edit(ann, city="Oslo")
    dialog.deed_button.click()

    records.wait(lambda: "was changed since" in dialog._error.plain_text())
    assert desk.read(anne).archived_at is None
    assert dialog.plan.winner.values["city"] == "Oslo"
    dialog.reject()


def test_the_create_dialog_asks_for_the_chosen_fields_and_demands_the_required(desk, open_page):
    desk.workspace.create_forms.set(
        desk.admin, "contacts", [FormField("city"), FormField("phone", required=True)]
    )
    records = open_page(desk)
    records.page.add_record()
    dialog = records.dialog()
    assert list(dialog.form.fields) == ["city", "phone"]
    assert dialog.form.fields["phone"].title.text() == "Phone Number (required)"
    records.write(dialog.form.fields["city"].control, "Oslo")
    dialog.deed_button.click()
    records.wait(lambda: dialog.form.fields["phone"].error)
    records.write(dialog.form.fields["phone"].control, "555")
    dialog.deed_button.click()

    # Only then has the window nothing more to do with what was written.
    records.wait(lambda: records.told.toasts)
    assert desk.sql("SELECT city, phone FROM obj_contacts") == [("Oslo", "555")]


def test_the_history_tells_of_associations_and_leads_to_the_other_record(desk, open_page):
    desk.workspace.association_definitions.add_label(
        desk.admin, "contacts", "companies", "Employer", "Employee"
    )
    ann, north = pair(desk)
    linked(desk, ann, north)
    desk.workspace.associations.relabel(
        desk.admin, "contacts", ann.id, "companies", north.id, ["Employer"]
    )
    records = open_page(desk)
    open_first(records, ann)
    panel = records.page.panel
    panel.show_page("history")
    records.wait(lambda: len(panel.history.entries) == 3)
    rows = panel.history.findChildren(EntryRow)
    told = [each.accessibleName().split(", ")[0] for each in rows]
    assert told == [
        "Label of the association with Northwind Traders changed. no label \N{RIGHTWARDS ARROW} "
        "Employer. Ingrid Solberg",
        "Associated with Northwind Traders. Ingrid Solberg",
        "Created. Ingrid Solberg",
    ]
    button = rows[0].findChild(IconButton)
    assert button.accessibleName() == "Open Northwind Traders"
    records.wait(button.isVisible)
    records.qtbot.keyClick(button, Qt.Key.Key_Space)
    assert records.told.links == [f"records/companies/{north.id}"]


def test_the_history_follows_an_association_that_is_removed_in_the_panel(desk, open_page):
    ann, north = pair(desk)
    linked(desk, ann, north)
    records = open_page(desk)
    page = shown(records, ann)
    records.wait(lambda: row(page, north) is not None)

    page.remove(row(page, north).other)

    history = records.page.panel.history
    records.wait(
        lambda: [each.kind for each in history.entries] == ["dissociate", "associate", "create"]
    )
