"""Groups of filters, segments, views, bulk edit, property history and the bin's dialogs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.core.records.filters import parse_filter
from crmdesk.core.records.picking import Picked
from crmdesk.core.records.recycle_bin_model import bin_key
from crmdesk.core.records.views import ViewDefinition
from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.object_list import BIN
from crmdesk.ui.records.page import RecordsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import PEOPLE, fill

LONDON = ((parse_filter("city:eq:London"),),)


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state."""
    desk = desk_factory()
    fill(desk)
    _fill(desk)
    window = window_of(desk).window
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    settle_until(lambda: page.face.table.count == len(PEOPLE))
    settle(400)
    yield "views-and-segments", window
    yield from _filters(page, window)
    yield from _segments(page, window)
    yield from _bulk(page, window)
    yield from _history(desk, page, window)
    yield from _bin(desk, page, window)


def _fill(desk: Desk) -> None:
    segments, views = desk.workspace.segments, desk.workspace.views
    segments.add(desk.admin, "contacts", "Londoners", LONDON)
    owner = ((parse_filter("hubspot_owner_id:not_has_property"),),)
    segments.add(desk.admin, "contacts", "No owner", owner)
    segments.add(desk.admin, "contacts", "Autumn fair", members=Picked([1, 2, 3]))
    views.add(desk.admin, "contacts", "Customers in London", ViewDefinition(groups=LONDON))
    changed = ((parse_filter("lastmodifieddate:within:this_week"),),)
    views.add(desk.admin, "contacts", "Changed this week", ViewDefinition(groups=changed))


def _filters(page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    filters = page.face.filters
    filters.set_condition(Condition("city", Ask.IS, ("London",)))
    filters.set_condition(Condition("lastmodifieddate", Ask.PERIOD, ("last_30_days",)))
    filters._add_line((Condition("lifecyclestage", Ask.ANY_OF, ("lead", "opportunity")),))
    filters._conditions_changed()
    settle(400)
    yield "filter-groups", window
    filters.open("lastmodifieddate")
    settle(200)
    yield "filter-period", window
    filters.popover.dismiss()
    filters.clear()
    page.face.views.show_view(page.face.views.views[0].id)
    settle(500)
    filters.set_condition(Condition("jobtitle", Ask.CONTAINS, ("Sales",)))
    settle(400)
    yield "view-changed", window
    page.face.views.save_as()
    settle(200)
    yield "view-save", page.face.views.dialog
    page.face.views.dialog.reject()
    page.face.views.tabs.show_key("all")
    settle(400)


def _segments(page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    segment = page.segments.segments[1]
    page.open_link(f"records/contacts/segment/{segment.id}")
    settle(400)
    yield "segment", window
    page._segments._edit_filter()
    settle(300)
    yield "segment-filter", window
    page.face.strip.answered.emit(False)
    page.show_place("contacts")
    settle(400)
    page.face.filters.set_condition(Condition("city", Ask.IS, ("London",)))
    settle(300)
    page._segments.make()
    settle(200)
    yield "segment-new", page.segments.dialog
    page.segments.dialog.reject()
    page.face.filters.clear()
    settle(300)


def _bulk(page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    table = page.face.table
    for row_id in list(table.ids)[:3]:
        table.ticks.toggle(row_id)
    table.view.announce_ticks()
    settle(200)
    yield "selected", window
    page.face.bulk_edit.click()
    dialog = page.bulk.dialog
    row = dialog.rows[0]
    row.which.setCurrentIndex(row.which.findData("city"))
    row.value.set_text("Oslo")
    settle(200)
    yield "bulk-edit", dialog
    dialog.deed_button.click()
    settle_until(lambda: dialog.plan is not None)
    settle(200)
    yield "bulk-review", dialog
    dialog.reject()
    page.bulk.delete(page.face.object_type, list(table.ids)[:7])
    settle(500)
    yield "bulk-delete", page.bulk.dialog
    page.bulk.dialog.reject()
    table.view.clear_ticks()


def _history(desk: Desk, page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    desk.workspace.editor.update(desk.admin, "contacts", 1, {"phone": "+44 20 7946 0999"})
    desk.workspace.editor.update(desk.admin, "contacts", 1, {"phone": ""})
    page.open_record(1)
    page.panel.show_page("history")
    settle(400)
    yield "history", window
    page.panel.values.show_property("phone")
    settle(300)
    yield "property-history", window
    page.escape()


def _bin(desk: Desk, page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    ann = desk.contact(firstname="Ann", lastname="Devon", email="ann.d@eastern.example")
    call = desk.add("calls", hs_call_title="Call about the autumn order")
    desk.workspace.associations.associate(desk.admin, "contacts", ann.id, "calls", call.id)
    desk.delete(call)
    desk.delete(ann)
    desk.contact(firstname="Anna", lastname="Devon", email="ann.d@eastern.example")
    page.show_place(BIN)
    settle_until(lambda: page.bin.table.count > 0)
    settle(400)
    yield "bin-all", window
    own = desk.workspace.definitions.object(desk.admin, "contacts")
    keys = [bin_key(own.id, ann.id)]
    page.bin_part.restore(keys)
    settle_until(lambda: page.bin_part.dialog is not None)
    settle(300)
    yield "bin-conflict", page.bin_part.dialog
    page.bin_part.dialog.reject()
    page.bin_part.purge(keys, "Ann Devon")
    settle(500)
    yield "bin-purge", page.bin_part.dialog
    page.bin_part.dialog.reject()
