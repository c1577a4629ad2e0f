"""Exports in the frame: the dialog, the list with every state, history, decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from PySide6.QtWidgets import QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.clock import to_text
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportRequest, ExportSource, ExportState
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.exports.dialog import CHOSEN, ExportDialog
from crmdesk.ui.exports.page import ExportsPage
from crmdesk.ui.records.page import RecordsPage
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.tables.column_chooser import ColumnChooser
from tests.builders import Desk
from tests.left_exports import left
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import PEOPLE, fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state."""
    desk = desk_factory()
    fill(desk)
    made = window_of(desk)
    window = made.window
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    settle_until(lambda: page.face.table.count == len(PEOPLE))
    yield "records-button", window
    yield from _dialog(page)
    yield from _listing(desk, window)
    yield from _bell(desk, made)


def _dialog(page: RecordsPage) -> Iterator[tuple[str, QWidget]]:
    page.exports.ask()
    dialog = page.exports.dialog
    assert isinstance(dialog, ExportDialog)
    settle_until(lambda: dialog.estimate is not None)
    yield "dialog", dialog
    dialog.columns.setCurrentIndex(dialog.columns.findData(CHOSEN))
    settle_until(lambda: dialog.estimate is not None)
    dialog.chosen.showPopup()
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
    _past(desk, admin, marc)
    window.go_to("transfer")
    page = window.page.exports
    settle_until(lambda: page.table.count > 6)
    page.start_focus()
    settle(300)
    yield "list", window
    page.open_link(f"exports/{done}")
    settle(300)
    yield "panel", window
    yield from _history(desk, page, window)
    page.open_link(f"exports/{done}")
    yield from _overview(page, window)
    page.open_link(f"exports/{waiting}")
    settle(300)
    yield "waiting", window
    page.close_panel()
    broken = UserError("database_busy", "Another program holds the database.", "Try again soon.")
    page._show_error(broken)
    settle(200)
    yield "error", window
    page.table.show_banner(None)
    page.open_link(f"exports/{done}")
    page.filters.columns.click()
    settle(200)
    yield "columns", window
    chooser = window.findChild(ColumnChooser)
    assert chooser is not None
    chooser.dismiss()
    page.deeds.reject(workspace.exports.show(admin, waiting))
    settle(200)
    yield "reject", page.deeds.dialog
    page.deeds.dialog.reject()
    page.close_panel()
    page.filters.state.list.choose([ExportState.FAILED])
    settle(400)
    yield "nothing-found", window
    page.filters.clear()


def _history(desk: Desk, page: ExportsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    """Who saved a copy."""
    mailed = _make(desk, desk.admin, name="Mailing", columns=("firstname", "city"))
    for number in range(2):
        copy = desk.folder.parent / f"copy{number}.csv"
        desk.workspace.exports.download(desk.admin, mailed, copy)
    page.open_link(f"exports/{mailed}")
    page.panel.show_page("history")
    settle(300)
    yield "history", window


def _overview(page: ExportsPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    """The figures above the list, as tables and as filters."""
    overview = page.overview
    for name, link, table in (
        ("days", overview.as_table, overview.days),
        ("months", overview.months.by_user, overview.by_user),
    ):
        link.click()
        settle(300)
        yield name, window
        table.dismiss()
    assert overview.found is not None
    overview.chosen.emit(overview.found.last_month.amount.wanted)
    settle(300)
    yield "figure", window
    page.filters.clear()
    settle(300)


def _bell(desk: Desk, made: SignedInWindow) -> Iterator[tuple[str, QWidget]]:
    """What stands behind the bell, all of it and narrowed."""
    told = {"name": "All contacts", "user": "Marc Dubois", "records": 120_000, "bytes": 9_300_000}
    large = {**told, "source_name": "Contacts", "sensitive": ["Bank account"], "state": "running"}
    with desk.workspace.database.write() as tx:
        for kind, values in (
            (NotificationKind.BACKUP_DONE, told),
            (NotificationKind.EXPORT_DONE, told),
            (NotificationKind.TWO_FACTOR_RESET, {"by": "Marc Dubois"}),
            (NotificationKind.LARGE_EXPORT, large),
            (NotificationKind.EXPORT_WAITING, told),
        ):
            desk.workspace.inbox.notify(tx, [desk.admin.user_id or 0], kind, values, "exports")
    first = desk.workspace.inbox.list(desk.admin)[-1].id
    desk.workspace.inbox.mark_read(desk.admin, first)
    made.feed.read()
    settle(300)
    made.window.open_notices()
    settle(200)
    yield "bell", made.window
    popover = made.window.notices_popover
    popover.topics.setCurrentIndex(popover.topics.findData("imports"))
    popover.narrowed.emit()
    settle(300)
    yield "bell-none", made.window
    popover.dismiss()


def _past(desk: Desk, *people: Actor) -> None:
    """What was exported in the weeks before."""
    now = datetime.now(UTC)
    vault = desk.folder / "vault" / "exports"
    vault.mkdir(exist_ok=True)
    for number in range(1, 45):
        made = now - timedelta(days=number * number / 30, hours=number)
        expires = made + timedelta(days=30)
        (vault / f"past{number}.csv").write_text("Record ID", "utf-8")
        left(
            desk,
            to_text(made),
            40 + number * 37 % 900,
            people[number % len(people)].user_id or 0,
            source="segment",
            source_name="Oslo",
            name=f"Mailing {number}",
            bytes=9_000 + number * 1_700,
            expires_at=to_text(expires),
            expired_at=to_text(expires) if expires < now else None,
            file_name=f"past{number}.csv",
        )


def _make(
    desk: Desk, actor: Actor, *, object_name: str = "contacts", run: bool = True, **asked: object
) -> str:
    service = desk.workspace.exports
    export_id = service.create(actor, ExportRequest(RecordQuery(object_name), **asked))
    job_id = service.show(actor, export_id).job_id
    if run and job_id is not None:
        desk.workspace.run_job(job_id)
    return export_id
