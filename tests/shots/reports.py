"""Exports of what is no record: from the log, the users, a property's history; and in the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtWidgets import QWidget

from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest, UsersReport
from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.exports.file_dialog import CHOSEN
from crmdesk.ui.exports.report_part import ReportPart
from crmdesk.ui.records.page import RecordsPage
from crmdesk.ui.settings.page import SettingsPage
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of
from tests.ui.records.data import PEOPLE, fill


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Each place, its dialog, and what stands in the list."""
    desk = desk_factory()
    fill(desk)
    desk.backup()
    ann = desk.contact(firstname="Ann", lastname="Devon", phone="555-0100")
    for phone in ("555-0142", "555-0199"):
        desk.edit(ann, phone=phone)
    made = window_of(desk)
    window = made.window
    yield from _log(window)
    made.go("settings/users")
    yield from _users(window)
    yield from _history(window, ann.id)
    yield from _listed(desk, window)


def _log(window: QWidget) -> Iterator[tuple[str, QWidget]]:
    window.go_to("audit")
    page = window.page
    assert isinstance(page, AuditPage)
    settle_until(lambda: page.table.count > 0)
    yield "log", window
    page.filters.search.setText("555")
    settle(500)
    yield from _dialog("log-dialog", page.exports)
    page.clear_filters()


def _users(window: QWidget) -> Iterator[tuple[str, QWidget]]:
    page = window.page
    assert isinstance(page, SettingsPage)
    settle(400)
    yield "users", window
    yield from _dialog("users-dialog", page.shown_page.exports)


def _history(window: QWidget, record_id: int) -> Iterator[tuple[str, QWidget]]:
    window.go_to("records")
    page = window.page
    assert isinstance(page, RecordsPage)
    settle_until(lambda: page.face.table.count > len(PEOPLE))
    page.open_record(record_id)
    page.panel.show_page("history")
    settle_until(lambda: len(page.panel.history.entries) == 3)
    page.panel.values.show_property("phone")
    settle(300)
    yield "history", window
    yield from _dialog("history-dialog", page.panel.values.exports)


def _dialog(name: str, part: ReportPart) -> Iterator[tuple[str, QWidget]]:
    part.ask()
    dialog = part.dialog
    settle_until(lambda: dialog.estimate is not None)
    settle(200)
    yield name, dialog
    dialog.columns.setCurrentIndex(dialog.columns.findData(CHOSEN))
    settle_until(lambda: dialog.estimate is not None)
    settle(200)
    yield f"{name}-chosen", dialog
    dialog.reject()


def _listed(desk: Desk, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    workspace, admin = desk.workspace, desk.admin
    for subject in (AuditLogReport(), UsersReport()):
        export_id = workspace.reports.create(admin, ReportRequest(subject))
        workspace.run_job(str(workspace.exports.show(admin, export_id).job_id))
    window.go_to("transfer")
    page = window.page.exports
    settle_until(lambda: page.table.count == 3)
    settle(300)
    yield "list", window
    [backup] = [each for each in page.table.ids if page.source.export_of(each).bytes > 20_000]
    page.open_export(page.source.export_of(backup).id)
    settle(300)
    yield "backup", window
