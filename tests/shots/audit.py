"""The Audit Logs tab in the frame: the log, an entry, the filters, a verification."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.core.access.permissions import Permission
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
    page.verify()
    settle_until(lambda: page.banner is not None)
    yield "verified", window
    page.close_panel()
    page.filters.category.click()
    page.filters.category.list.choose(["security", "crm_object"])
    settle(400)
    yield "categories", window
    page.filters.category.popover.dismiss()
    page.filters.period.click()
    settle(300)
    yield "dates", window
    page.filters.period.popover.dismiss()
    page.filters.search.setText("action:delte")
    page.filters.search.returnPressed.emit()
    settle(300)
    yield "error", window
    page.filters.search.setText("nothing like this")
    page.filters.search.returnPressed.emit()
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
    for record_id, phone in ((1, "555-0199"), (2, "555-0142"), (3, "555-0177")):
        editor.update(marc, "contacts", record_id, {"phone": phone})
