"""The Records tab in the frame: table, filters, panel, dialogs, empty states, recycle bin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.object_list import BIN
from crmdesk.ui.records.page import RecordsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import PEOPLE, fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state of the tab."""
    desk = desk_factory()
    fill(desk)
    window = window_of(desk).window
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    settle_until(lambda: page.face.table.count == len(PEOPLE))
    yield "table", window
    yield from _panel(desk, page, window)
    yield from _filters(page, window)
    yield from _dialogs(page, window)
    yield from _places(page, window)


def _panel(desk: Desk, page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    desk.workspace.editor.update(desk.admin, "contacts", 1, {"phone": "+44 20 7946 0999"})
    page.open_record(1)
    page.face.table.ticks.toggle(1)
    page.face.table.view.announce_ticks()
    settle_until(lambda: page.panel.properties.complete)
    settle(300)
    yield "panel", window
    page.panel.edit()
    page.panel.form.fields["phone"].set_text("12")
    desk.workspace.editor.update(desk.admin, "contacts", 1, {"phone": "+44 20 7946 0123"})
    settle()
    yield "panel-edit", window
    page.panel.save()
    settle(400)
    yield "panel-conflict", window
    page.panel.discard()
    page.panel.show_page("history")
    settle(300)
    yield "panel-history", window
    page.escape()


def _filters(page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    filters = page.face.filters
    some = ("lead", "customer", "opportunity", "other")
    filters.set_condition(Condition("lifecyclestage", Ask.ANY_OF, some))
    settle(300)
    for name in ("lifecyclestage", "lastmodifieddate"):
        filters.chips[name].click()
        settle()
        yield f"filter-{name}", window
        filters.popover.dismiss()
    filters.more.click()
    settle()
    yield "filter-property", window
    filters.popover.dismiss()
    filters.set_condition(Condition("city", Ask.CONTAINS, ("Atlantis",)))
    settle_until(lambda: page.face.table.count == 0)
    yield "no-match", window
    filters.clear()
    settle_until(lambda: page.face.table.count == len(PEOPLE))


def _dialogs(page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    page.face.table.view.toggle_all()
    page.commands()["delete"]()
    settle()
    yield "ticked", window
    settle_until(lambda: page.bulk.dialog is not None)
    yield "delete", page.bulk.dialog
    page.bulk.dialog.reject()
    page.add_record()
    page.dialog.form.fields["email"].set_text("ann at example")
    page.dialog.deed_button.click()
    settle_until(lambda: bool(page.dialog.form.fields["email"].error))
    yield "new", page.dialog
    page.dialog.reject()


def _places(page: RecordsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    page.show_place("deals")
    settle(300)
    yield "deals", window
    page.show_place("tickets")
    settle(300)
    yield "empty", window
    page.show_place(BIN)
    settle_until(lambda: page.bin.table.count > 0)
    page.open_record(page.bin.table.ids[0])
    settle(300)
    yield "bin", window
    page.escape()
