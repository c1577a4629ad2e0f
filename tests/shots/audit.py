"""The Audit Logs tab in the frame: the log, an entry, the filters, a verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui.audit.page import AuditPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state of the tab."""
    desk = desk_factory()
    _write_entries(desk)
    window = window_of(desk).window
    window.go_to("audit")
    page = window.page
    assert isinstance(page, AuditPage)
    settle_until(lambda: bool(page.strip.histogram.bars))
    yield "log", window
    changed = desk.sql("SELECT max(id) FROM audit_events WHERE category = 'property_value'")
    page.open_entry(int(str(changed[0][0])))
    settle(300)
    yield "entry", window
    deleted = desk.sql("SELECT max(id) FROM audit_events WHERE action = 'delete'")
    page.open_entry(int(str(deleted[0][0])))
    settle(300)
    yield "deleted", window
    bulk = desk.sql("SELECT max(id) FROM audit_events WHERE subjects > 1")
    page.open_entry(int(str(bulk[0][0])))
    page.panel.show_page("records")
    settle(300)
    yield "bulk", window
    page.open_link(f"audit/{changed[0][0]}/comments")
    settle(300)
    yield "comments", window
    page.close_panel()
    yield from _filter_shots(window, page)


def _filter_shots(window: QWidget, page: AuditPage) -> Iterator[tuple[str, QWidget]]:
    """What opens below the chips and the search, and what they find."""
    filters = page.filters
    page.verifying.begin()
    settle_until(lambda: page.told.banner is not None)
    yield "verified", window
    filters.people.click()
    settle(300)
    yield "people", window
    filters.people.popover.dismiss()
    filters.category.click()
    filters.category.list.choose(["security", "crm_object"])
    settle(400)
    yield "categories", window
    filters.category.popover.dismiss()
    filters.period.click()
    settle(300)
    yield "dates", window
    filters.period.popover.dismiss()
    filters.search.setText("action:delte")
    filters.search.returnPressed.emit()
    settle(300)
    yield "error", window
    filters.search.setText("subcategory:")
    filters.search.offer()
    settle(200)
    yield "completions", filters.search.popup
    filters.search.popup.hide()
    page.views.manage()
    settle(300)
    yield "views", page.views.dialog
    page.views.dialog.reject()
    filters.search.setText("nothing like this")
    filters.search.returnPressed.emit()
    settle_until(lambda: page.table.count == 0)
    yield "nothing", window


def _write_entries(desk: Desk) -> None:
    fill(desk)
    elif_ = desk.user(
        "Elif Demir",
        Permission.USE_RECORDS,
        Permission.DELETE_RECORDS,
        email="elif@northwind.example",
    )
    marc = desk.user("Marc Dubois", Permission.USE_RECORDS, email="marc@northwind.example")
    editor = desk.workspace.editor
    deal = desk.deal(dealname="Rattlesnake Canyon 2027")
    desk.backup()
    editor.archive(elif_, "deals", [deal.id])
    desk.workspace.audit_views.save_as(
        desk.admin, "Deletions by sales", AuditViewDefinition(AuditFilters(actions=("delete",)))
    )
    for record_id, phone in ((1, "555-0199"), (2, "555-0142"), (3, "555-0177")):
        editor.update(marc, "contacts", record_id, {"phone": phone})
    entry = int(str(desk.sql("SELECT max(id) FROM audit_events")[0][0]))
    _write_comments(desk, entry)


def _write_comments(desk: Desk, entry: int) -> None:
    sanne = desk.user("Sanne de Vries", super_admin=True, email="sanne@northwind.example")
    write = desk.workspace.audit_comments
    first = write.add(desk.admin, entry, "@Sanne de Vries is the new number right?").comment_id
    write.reply(sanne, first, "I asked: the old one is of the office. This one reaches her.")
    write.reply(desk.admin, first, "Thanks.")
    write.add(sanne, entry, "The same change came by https://forms.northwind.example/4711.")
