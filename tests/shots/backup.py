"""The Backup tab in the frame: the list in every state, the panel, the dialogs, an opened file."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QDialog, QWidget

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.filters import RecordQuery
from crmdesk.ui.backup.browse_dialog import BrowseDialog
from crmdesk.ui.backup.compare_dialog import CompareDialog
from crmdesk.ui.backup.page import BackupPage
from crmdesk.ui.restore.deleted_dialog import DeletedDialog
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Every state of the tab."""
    yield from _first(desk_factory())
    desk = desk_factory()
    _fill(desk)
    made = window_of(desk)
    made.window.go_to("backup")
    page = made.window.page
    assert isinstance(page, BackupPage)
    settle_until(lambda: page.table.count == 6)
    settle(300)
    yield "list", made.window
    yield from _panel(desk, page, made.window)
    yield from _dialogs(desk, page)
    yield from _file(desk, page, made.window)
    yield from _compared(desk, page)


def _first(desk: Desk) -> Iterator[tuple[str, QWidget]]:
    for number in range(12):
        desk.contact(firstname="Ann", lastname=f"Devon {number}", date_of_birth="1990-01-02")
    made = window_of(desk)
    made.window.go_to("backup")
    page = made.window.page
    assert isinstance(page, BackupPage)
    settle(500)
    yield "empty", made.window
    page.ask_create()
    yield "create", _dialog(page)
    _dialog(page).reject()
    desk.backup()
    page.refresh()
    settle(500)
    yield "too-soon", made.window
    made.window.close()


def _fill(desk: Desk) -> None:
    desk.workspace.settings.set(desk.admin, "backup.min_interval", "0")
    for number in range(40):
        desk.contact(firstname="Ann", lastname=f"Devon {number}", date_of_birth="1990-01-02")
        desk.deal(dealname=f"Order {number}", amount=str(number))
    backups, jobs, admin = desk.workspace.backups, desk.workspace.jobs, desk.admin
    backups.delete(admin, desk.backup().id)
    backups.pin(admin, desk.backup().id)

    def job_of(backup_id: str) -> str:
        return str(backups.show(admin, backup_id).job_id)

    job = job_of(backups.create(admin))
    jobs.claim(job)
    jobs.report(job, "writing", 38, 100, {})
    jobs.end(job, JobState.CANCELLED)
    full = UserError("disk_full", "The disk was full. It stopped after 31 MB.")
    jobs.end(job_of(backups.create(admin)), JobState.FAILED, full)
    desk.backup()
    job = job_of(backups.create(admin))
    jobs.claim(job)
    jobs.report(job, "writing", 62, 100, {"object": "deals", "objects": 9, "objects_done": 4})


def _panel(desk: Desk, page: BackupPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    kept = next(found for found in desk.workspace.backups.list(desk.admin) if found.restorable)
    page.open_link(f"backups/{kept.id}")
    settle(300)
    yield "panel", window
    page.panel.show_page("checks")
    settle(200)
    yield "panel-checks", window
    page.escape()
    yield from _browse(page)


def _browse(page: BackupPage) -> Iterator[tuple[str, QWidget]]:
    page._act("browse", page.table.ids[1])
    dialog = _dialog(page)
    assert isinstance(dialog, BrowseDialog)
    yield "browse", dialog
    dialog.show_row(2)
    settle(200)
    yield "browse-record", dialog
    dialog._close_panel()
    dialog.search.setText("devon 3")
    settle(700)
    yield "browse-search", dialog
    dialog.search.setText("nowhere")
    settle(700)
    yield "browse-nothing", dialog
    dialog.done(0)
    page.browse("/media/usb/lost.zip", "lost.zip")
    yield "browse-error", _dialog(page)
    _dialog(page).done(0)


def _dialogs(desk: Desk, page: BackupPage) -> Iterator[tuple[str, QWidget]]:
    kept = next(found for found in desk.workspace.backups.list(desk.admin) if found.restorable)
    page.files.download(kept)
    yield "download", _dialog(page)
    _dialog(page).reject()
    page._ask_delete(kept)
    yield "delete", _dialog(page)
    _dialog(page).reject()


def _file(desk: Desk, page: BackupPage, window: QWidget) -> Iterator[tuple[str, QWidget]]:
    foreign = Path(desk.folder).parent / "hubspot-export.zip"
    with zipfile.ZipFile(foreign, "w") as file:
        file.writestr("contacts.csv", "Record ID,First Name\n1,Ann\n")
    page.files.open(foreign)
    settle_until(page.panel.isVisible)
    settle(300)
    yield "foreign", window
    page.browse(str(foreign), foreign.name)
    yield "browse-foreign", _dialog(page)
    _dialog(page).done(0)


def _compared(desk: Desk, page: BackupPage) -> Iterator[tuple[str, QWidget]]:
    workspace = desk.workspace
    ids = workspace.records.ids(desk.admin, RecordQuery("contacts"), 3)
    first, second, third = (workspace.records.get(desk.admin, "contacts", one) for one in ids)
    desk.edit(first, firstname="Anne", city="Bergen", phone="+47 55 01 02 03")
    desk.edit(second, date_of_birth="1991-01-02")
    desk.delete(third)
    desk.contact(firstname="Dag", lastname="Lie")
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "jobtitle")
    pipelines = workspace.pipelines
    road = pipelines.list(desk.admin, "deals")[0]
    free = next(stage for stage in road.stages if not stage.records)
    pipelines.remove_stage(desk.admin, "deals", road.name, free.name)
    pipelines.rename(desk.admin, "deals", road.name, "Harbour sales")
    workspace.definitions.set_property(desk.admin, "contacts", "phone", {"label": "Telephone"})
    kept = next(found for found in desk.workspace.backups.list(desk.admin) if found.restorable)
    page.deeds.show_deleted(kept.id, "Backup of today")
    gone = _dialog(page)
    if isinstance(gone, DeletedDialog):
        settle_until(lambda: gone.plan is not None and gone.table.count > 0)
        settle(300)
        yield "deleted", gone
        gone.done(0)
    page.compare(kept.id, "Backup of today")
    dialog = _dialog(page)
    if isinstance(dialog, CompareDialog):
        settle_until(lambda: dialog.found is not None and dialog.table.count > 0)
        settle(300)
        yield "compare", dialog
        # The comparison may read its page once more.
        settle_until(lambda: len(dialog.table.ids) > 0)
        dialog.show_record(dialog.table.ids[0])
        settle(300)
        yield "compare-record", dialog
        dialog.kinds.set_current("definitions")
        dialog.kinds.changed.emit("definitions")
        settle(400)
        yield "compare-definitions", dialog
        dialog.put_back_button.click()
        yield "put-back", _dialog(page)
        _dialog(page).reject()
        dialog.done(0)
    yield from _compared_with_a_file(desk, page)


def _compared_with_a_file(desk: Desk, page: BackupPage) -> Iterator[tuple[str, QWidget]]:
    ids = desk.workspace.records.ids(desk.admin, RecordQuery("contacts"), 2)
    emails = [
        desk.value(desk.workspace.records.get(desk.admin, "contacts", each), "email")
        for each in ids
    ]
    foreign = Path(desk.folder).parent / "hubspot-export.zip"
    with zipfile.ZipFile(foreign, "w") as file:
        rows = [f"{number},Annika,{email}\n" for number, email in enumerate(emails)]
        last = "9,Zoe,zoe@example.org\n"
        file.writestr("contacts.csv", f"Record ID,First Name,Email\n{''.join(rows)}{last}")
        file.writestr("deals.csv", "Deal Name\nNets\n")
    page.compare(str(foreign), foreign.name)
    dialog = _dialog(page)
    if isinstance(dialog, CompareDialog):
        settle_until(lambda: dialog.found is not None and dialog.table.count > 0)
        settle(300)
        yield "compare-foreign", dialog
        dialog.done(0)


def _dialog(page: QWidget) -> QDialog:
    def shown() -> list[QDialog]:
        return [one for one in page.window().findChildren(QDialog) if one.isVisible()]

    settle_until(lambda: bool(shown()))
    settle(400)
    return shown()[-1]
