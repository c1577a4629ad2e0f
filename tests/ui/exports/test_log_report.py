"""The dialog that exports the audit log: what it says before anything is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.exports.model import ExportFormat
from crmdesk.core.exports.report_model import AuditLogReport
from crmdesk.core.setting_declarations import Edition
from crmdesk.ui.exports.report_dialog import ReportDialog
from crmdesk.ui.exports.report_offers import audit_log_offer
from tests.builders import Desk
from tests.core.audit.test_imported import audit_log, written
from tests.ui.exports.test_dialog import pick
from tests.ui.pages import PageStand

ZONE = ZoneInfo("Europe/Oslo")
OSLO = AuditFilters(
    categories=("crm_object",), actions=("create",), by=("ingrid",), texts=("Ann",),
    without=Choices(object_types=("deals",)), people_only=True,
)  # fmt: skip


def import_logs(desk: Desk, folder: Path) -> None:
    """Two logs from elsewhere, one with an entry about content."""
    row = ["CONTENT", "UPDATE", "2025-01-02"]
    content = written(folder / "b.csv", ["category", "action", "time"], row)
    for path in (audit_log(folder), content):
        desk.take_log(path)


def test_the_dialog_says_filters_rows_and_what_is_left_out(
    desk: Desk, tmp_path: Path, qtbot
) -> None:
    desk.contact(firstname="Ann")
    import_logs(desk, tmp_path)
    reader = desk.workspace.audit_reader
    stand = PageStand(desk.workspace, desk.admin, tmp_path)
    parent = QWidget()
    qtbot.addWidget(parent)

    def opened(filters: AuditFilters) -> ReportDialog:
        offer = audit_log_offer(filters, reader.vocabulary(desk.admin), ZONE)
        return ReportDialog(stand.desk, offer, parent)

    def said(dialog: ReportDialog) -> str:
        qtbot.waitUntil(lambda: dialog.estimate is not None)
        return dialog.lines.accessibleName()

    dialog = opened(OSLO)
    assert said(dialog).startswith("1 entry, about ")
    assert (
        "Filters: category CRM object; action Create; by ingrid; with the words “Ann”; "
        "not object Deals; only what people did."
    ) in said(dialog)
    pick(dialog.format, ExportFormat.JSONL)
    assert not dialog.headers.isVisibleTo(dialog)
    dialog.comments.set_checked(True)
    assert dialog.request().subject == replace(AuditLogReport(OSLO), comments=True)
    assert dialog.request().format is ExportFormat.JSONL
    dialog.rows.setCurrentIndex(1)
    everything = len(reader.ids(desk.admin))
    assert said(dialog).startswith(f"{everything} entries")
    assert "No filter." in said(dialog)
    dialog.reject()

    desk.workspace.settings.set(desk.admin, "workspace.content_edition", value=False)
    without = opened(AuditFilters())
    assert "Without 1 entry of content activity" in said(without)
    # One less, and the entry of the change.
    assert said(without).startswith(f"{everything} entries")
    without.reject()
    desk.workspace.settings.set(desk.admin, "workspace.edition", Edition.STARTER.value)
    starter = opened(AuditFilters(categories=("crm_object",)))
    assert "entries that this edition does not show" in said(starter)
    assert "Filters: category CRM object." in said(starter)
    starter.reject()
    stand.close()
