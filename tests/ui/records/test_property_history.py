"""All values of one property in the record's panel, and putting one back."""

from __future__ import annotations

from crmdesk.core.access.permissions import Permission
from crmdesk.ui.widgets.link import Link
from tests.ui.clipping import clipped


def opened(records, record) -> None:
    records.wait(lambda: records.page.face.table.count)
    records.page.open_record(record.id)
    records.page.panel.show_page("history")


def links(records) -> list[Link]:
    return [
        link
        for link in records.page.panel.values.findChildren(Link, "put_back")
        if link.isVisible()
    ]


def test_a_value_of_the_past_is_put_back(desk, open_page):
    ann = desk.contact(phone="555-0100", city="Oslo")
    desk.edit(ann, phone="555-0200")
    desk.edit(ann, phone="")
    records = open_page(desk)
    opened(records, ann)
    panel = records.page.panel
    records.wait(lambda: len(panel.history.entries) == 3)
    panel.values.show_property("phone")
    records.wait(lambda: len(links(records)) == 2)

    records.click(links(records)[1])

    records.wait(lambda: desk.value(ann, "phone") == "555-0100")
    records.wait(lambda: len(links(records)) == 3)
    assert panel.record.values["phone"] == "555-0100"
    records.click(panel.values.findChild(Link, "all_changes"))
    records.wait(panel.history.isVisible)


def test_each_change_leads_to_the_history_of_its_property(desk, open_page):
    ann = desk.contact(phone="555-0100")
    desk.edit(ann, phone="555-0200")
    records = open_page(desk)
    opened(records, ann)
    records.wait(lambda: len(records.page.panel.history.entries) == 2)
    row = records.page.panel.history._column.itemAt(0).widget()
    row.property_asked.emit("phone")
    records.wait(lambda: len(links(records)) == 1)


def test_a_sensitive_value_is_put_back_only_by_those_who_may_edit_it(desk, open_page):
    ann = desk.contact(date_of_birth="1980-02-03")
    desk.edit(ann, date_of_birth="1981-02-03")
    una = desk.user("Una Berg", Permission.VIEW_SENSITIVE)
    records = open_page(desk, una)
    opened(records, ann)
    records.wait(lambda: len(records.page.panel.history.entries) == 2)
    records.page.panel.values.show_property("date_of_birth")
    assert links(records) == []


def test_the_history_of_a_property_leaves_as_a_file_for_those_who_may(desk, open_page):
    ann = desk.contact(firstname="Ann", phone="555-0100", date_of_birth="1980-02-03")
    desk.edit(ann, phone="555-0200", date_of_birth="1981-02-03")
    edda = desk.user("Edda Berg", Permission.EXPORT)
    records = open_page(desk, edda)
    opened(records, ann)
    values = records.page.panel.values
    records.wait(lambda: len(records.page.panel.history.entries) == 3)
    values.show_property("date_of_birth")
    assert values.findChild(Link, "export_history") is None
    values.show_property("phone")
    records.click(values.findChild(Link, "export_history"))
    dialog = values.exports.dialog
    records.wait(lambda: dialog.estimate is not None)
    assert dialog.name.text() == "Phone Number of Ann"
    assert dialog.deed_button.plain_text() == "Export 2 values"
    assert not clipped(dialog)
    records.click(dialog.deed_button)

    records.qtbot.waitUntil(lambda: "Export finished" in [each[0] for each in records.told.toasts])
    [found] = desk.workspace.exports.list(edda)
    assert (found.source_name, found.records) == ("Phone Number", 2)
