"""Exports in the frame: the dialog, the list with every state, history, decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import ExportRequest, ExportSource, ExportState
from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.exports.dialog import CHOSEN, ExportDialog
from crmdesk.ui.records.page import RecordsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import PEOPLE, fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state."""
    desk = desk_factory()
    fill(desk)
    window = window_of(desk).window
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    settle_until(lambda: page.face.table.count == len(PEOPLE))
    yield "records-button", window
    yield from _dialog(page)
    yield from _listing(desk, window)


def _dialog(page: RecordsPage) -> Iterator[tuple[str, QWidget]]:
    page.exports.ask()
    dialog = page.exports.dialog
    assert isinstance(dialog, ExportDialog)
    settle_until(lambda: dialog.estimate is not None)
    yield "dialog", dialog
    dialog.columns.setCurrentIndex(dialog.columns.findData(CHOSEN))
    settle_until(lambda: dialog.estimate is not None)
    dialog.chosen.click()
    settle(200)
    yield "dialog-columns", dialog
    dialog.reject()


def _listing(desk: Desk, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    """Every state of an export in the list."""
    workspace, admin = desk.workspace, desk.admin
    workspace.settings.set(admin, "exports.approval", value=True)
    marc = desk.user("Marc Dubois", Permission.EXPORT, Permission.VIEW_SENSITIVE)
    _make(desk, admin, name="All contacts", columns=("firstname", "lastname", "email"))
    done = _make(desk, admin, name="VIP list", source=ExportSource.VIEW, source_name="VIP")
    waiting = _make(desk, marc, name="Salaries", columns=("firstname", "bank_account"), run=False)
    refused = _make(desk, marc, name="Birthdays", columns=("date_of_birth",), run=False)
    workspace.export_approvals.reject(admin, refused, "Ask the works council first")
    stopped = _make(desk, marc, name="Oslo", columns=("firstname",), run=False)
    workspace.exports.cancel(admin, stopped)
    _make(desk, admin, name="Deals of this year", object_name="deals", run=False)
    window.go_to("transfer")
    page = window.page.exports
    settle_until(lambda: page.table.count == 6)
    page.start_focus()
    settle(300)
    yield "list", window
    page.open_link(f"exports/{done}")
    settle(300)
    yield "panel", window
    page.deeds.reject(workspace.exports.show(admin, waiting))
    settle(200)
    yield "reject", page.deeds.dialog
    page.deeds.dialog.reject()
    page.close_panel()
    page.filters.state.list.choose([ExportState.FAILED])
    settle(400)
    yield "nothing-found", window
    page.filters.clear()


def _make(
    desk: Desk, actor: Actor, *, object_name: str = "contacts", run: bool = True, **asked: object
) -> str:
    exports = desk.workspace.exports
    export_id = exports.create(actor, ExportRequest(RecordQuery(object_name), **asked))
    job_id = exports.show(actor, export_id).job_id
    if run and job_id is not None:
        desk.workspace.run_job(job_id)
    return export_id
