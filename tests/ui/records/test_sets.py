"""Groups of filters, segments and saved views in the Records tab."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from crmdesk.core.records.filters import parse_filter
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.segment_rows import SegmentKind
from crmdesk.core.records.views import ViewDefinition
from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.object_list import segment_place
from tests.ui.records.data import PEOPLE

ENTER = Qt.Key.Key_Return
LONDON = ((parse_filter("city:eq:London"),),)


def entry(menu: QMenu, words: str) -> None:
    """Press an entry of a menu by its words."""
    next(action for action in menu.actions() if words in action.text()).trigger()


def loaded(records, count: int) -> None:
    records.wait(lambda: records.page.face.table.count == count)


def test_or_begins_a_row_of_which_one_is_enough(filled, open_page):
    records = open_page(filled)
    filters = records.page.face.filters
    filters.set_condition(Condition("city", Ask.IS, ("London",)))
    loaded(records, 2)
    records.click(filters.rows[0].other)
    picker = filters.popover
    records.qtbot.keyClicks(picker.search, "lifecycle")
    records.press(ENTER)
    records.wait(lambda: filters.popover is not picker)
    popover = filters.popover
    popover.options.choose(["subscriber"])
    popover.apply()
    loaded(records, 3)
    assert len(filters.rows) == 2

    filters.rows[1].drop("lifecyclestage")
    loaded(records, 2)
    filters.clear()
    loaded(records, len(PEOPLE))
    assert len(filters.rows) == 1


def test_a_period_and_a_day_are_chosen_in_the_popover(filled, open_page):
    records = open_page(filled)
    filters = records.page.face.filters
    records.click(filters.chips["lastmodifieddate"])
    popover = filters.popover
    popover.period.setCurrentIndex(popover.period.findData("this_week"))
    popover.apply()
    loaded(records, len(PEOPLE))
    assert "This week" in filters.chips["lastmodifieddate"].plain_text()
    filters.open("lastmodifieddate")
    filters.popover.ask.setCurrentIndex(3)
    filters.popover.apply()
    loaded(records, 0)


def test_an_active_segment_is_made_of_the_filters_on_show(filled, open_page):
    records = open_page(filled)
    page = records.page
    page.face.filters.set_condition(Condition("city", Ask.IS, ("London",)))
    loaded(records, 2)
    records.click(page.places.findChild(object, "new_segment"))
    dialog = records.dialog()
    assert not dialog.deed_button.isEnabled()
    records.qtbot.keyClicks(dialog.edit, "Londoners")
    records.press(ENTER)

    records.wait(lambda: filled.workspace.segments.list(filled.admin))
    (made,) = filled.workspace.segments.list(filled.admin)
    assert (made.name, made.kind, made.size) == ("Londoners", SegmentKind.ACTIVE, 2)
    records.wait(lambda: segment_place(made.id) in page.places._items)


def test_a_segment_is_chosen_renamed_and_deleted(filled, open_page):
    segments = filled.workspace.segments
    made = segments.add(filled.admin, "contacts", "Londoners", LONDON)
    records = open_page(filled)
    page = records.page
    records.wait(lambda: segment_place(made) in page.places._items)
    records.click(page.places._items[segment_place(made)])
    loaded(records, 2)
    assert page.face.header._title.text() == "Londoners"
    assert page.places.current == segment_place(made)

    segment = page.segments.by_id(made)
    entry(page.segments.menu(segment, lambda: None), "Rename")
    dialog = records.dialog()
    records.write(dialog.edit, "From London")
    records.press(ENTER)
    records.wait(lambda: page.face.header._title.text() == "From London")

    entry(page.segments.menu(page.segments.by_id(made), lambda: None), "Delete")
    records.click(records.dialog().deed_button)
    records.wait(lambda: page.face.header._title.text() == "Contacts")
    assert segments.list(filled.admin) == []
    loaded(records, len(PEOPLE))


def test_the_filter_of_a_segment_is_edited_in_the_chips(filled, open_page):
    segments = filled.workspace.segments
    made = segments.add(filled.admin, "contacts", "Londoners", LONDON)
    records = open_page(filled)
    page = records.page
    page.open_link(f"records/contacts/segment/{made}")
    loaded(records, 2)
    records.wait(lambda: page.face.segment is not None)
    entry(page.segments.menu(page.face.segment, page._segments._edit_filter), "filter")
    records.wait(page.face.strip.isVisible)
    page.face.filters.set_condition(Condition("city", Ask.IS, ("Delta",)))
    loaded(records, 1)
    records.click(page.face.strip.save)
    records.wait(lambda: segments.show(filled.admin, made).size == 1)
    records.wait(lambda: not page.face.strip.isVisible())
    loaded(records, 1)


def test_selected_records_are_put_into_a_static_segment_and_taken_out(filled, open_page):
    segments = filled.workspace.segments
    made = segments.add(filled.admin, "contacts", "Picked", members=Picked())
    records = open_page(filled)
    page = records.page
    loaded(records, len(PEOPLE))
    records.wait(lambda: page.segments.by_id(made) is not None)
    for row_id in list(page.face.table.ids)[:2]:
        page.face.table.ticks.toggle(row_id)
    page.face.table.view.announce_ticks()
    entry(page.segments.fill_menu(page.face.table.ticks.ids(), lambda: None), "Picked")
    records.wait(lambda: segments.show(filled.admin, made).size == 2)
    records.wait(lambda: records.told.toasts)
    assert records.told.toasts[-1][0] == "2 records added to “Picked”"
    page.segments.take_out(page.segments.by_id(made), page.face.table.ticks.ids()[:1])
    records.wait(lambda: segments.show(filled.admin, made).size == 1)


def test_a_view_is_saved_shown_changed_and_reset(filled, open_page):
    views = filled.workspace.views
    records = open_page(filled)
    bar = records.page.face.views
    loaded(records, len(PEOPLE))
    assert not bar.isVisible()
    records.page.face.filters.set_condition(Condition("city", Ask.IS, ("London",)))
    loaded(records, 2)
    entry(bar.menu(), "Save as a new view")
    dialog = records.dialog()
    records.qtbot.keyClicks(dialog.edit, "Londoners")
    dialog.choice.setCurrentIndex(1)
    dialog.deed_button.click()
    records.wait(lambda: views.list(filled.admin, "contacts"))
    (view,) = views.list(filled.admin, "contacts")
    assert (view.name, view.shared, view.definition.groups) == ("Londoners", True, LONDON)
    records.wait(bar.isVisible)
    records.wait(lambda: bar.current is not None)

    records.page.face.filters.set_condition(Condition("city", Ask.IS, ("Delta",)))
    loaded(records, 1)
    assert bar.tabs.tabText(1) == "Londoners *"
    records.click(bar.reset_link)
    loaded(records, 2)
    assert bar.tabs.tabText(1) == "Londoners"
    records.page.face.filters.search.setText("brown")
    loaded(records, 1)
    records.click(bar.save_link)
    records.wait(lambda: views.list(filled.admin, "contacts")[0].definition.search == "brown")
    records.wait(lambda: not bar.save_link.isVisible())
    records.qtbot.keyClick(bar.tabs, Qt.Key.Key_Left)
    loaded(records, len(PEOPLE))
    records.qtbot.keyClick(bar.tabs, Qt.Key.Key_Right)
    loaded(records, 1)


def test_the_default_view_opens_first_and_a_deleted_one_gives_way(filled, open_page):
    views = filled.workspace.views
    definition = ViewDefinition(("city",), "city", False, LONDON)
    made = views.add(filled.admin, "contacts", "Londoners", definition)
    views.set_default(filled.admin, "contacts", made)
    records = open_page(filled)
    face = records.page.face
    loaded(records, 2)
    assert [column.key for column in face.table.columns] == ["@name", "city"]
    assert face.table.query.sort.key == "city"
    entry(face.views.menu(), "Delete view")
    loaded(records, len(PEOPLE))
    assert views.list(filled.admin, "contacts") == []


def test_another_persons_view_can_be_used_but_not_changed(filled, open_page):
    una = filled.user("Una Berg")
    filled.workspace.views.add(una, "contacts", "Hers", ViewDefinition(groups=LONDON), shared=True)
    records = open_page(filled)
    bar = records.page.face.views
    records.wait(bar.isVisible)
    bar.show_view(bar.views[0].id)
    loaded(records, 2)
    menu = bar.menu()
    disabled = [action.text() for action in menu.actions() if not action.isEnabled()]
    assert {"Save view", "Rename view", "Delete view"} <= set(disabled)
    assert any("Una Berg" in text for text in disabled)


def test_the_records_of_an_import_become_a_segment(desk, open_page, tmp_path):
    path = tmp_path / "fair.csv"
    path.write_text("Email\na@example.org\nb@example.org\n", encoding="utf-8")
    desk.contact()
    imports = desk.workspace.imports
    import_id = imports.start(desk.admin, imports.inspect(desk.admin, path).request())
    desk.workspace.run_job(str(imports.show(desk.admin, import_id).job_id))
    records = open_page(desk)
    loaded(records, 3)
    records.page.open_link(f"records/contacts/import/{import_id}")
    dialog = records.dialog()
    records.qtbot.keyClicks(dialog.edit, "Fair")
    dialog.deed_button.click()
    records.wait(lambda: desk.workspace.segments.list(desk.admin))
    assert desk.workspace.segments.list(desk.admin)[0].size == 2
