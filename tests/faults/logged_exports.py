"""Calls of exports that change something, as in ``logged_calls``."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.access.permissions import Permission
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.exports.report_model import HistoryReport, ReportRequest
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk

Act = Callable[[], object]

_CONTACTS = ExportRequest(RecordQuery("contacts"))


def _queued(desk: Desk) -> tuple[str, str]:
    desk.contact()
    export_id = desk.workspace.exports.create(desk.admin, _CONTACTS)
    return export_id, str(desk.workspace.exports.show(desk.admin, export_id).job_id)


def _made(desk: Desk) -> str:
    export_id, job_id = _queued(desk)
    desk.workspace.run_job(job_id)
    return export_id


def _asked(desk: Desk) -> Act:
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    desk.workspace.settings.set(desk.admin, "exports.approval_records", 0)
    desk.contact()
    edda = desk.user("Edda Berg", Permission.EXPORT)
    return lambda: desk.workspace.exports.create(edda, _CONTACTS)


def _report_asked(desk: Desk) -> Act:
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    desk.workspace.settings.set(desk.admin, "exports.approval_records", 0)
    contact = desk.contact()
    desk.edit(contact, city="Oslo")
    subject = HistoryReport("contacts", contact.id, "city")
    edda = desk.user("Edda Berg", Permission.EXPORT)
    return lambda: desk.workspace.reports.create(edda, ReportRequest(subject))


def _run(desk: Desk) -> Act:
    _, job_id = _queued(desk)
    return lambda: desk.workspace.run_job(job_id)


def _cancelled(desk: Desk) -> Act:
    export_id, _ = _queued(desk)
    return lambda: desk.workspace.exports.cancel(desk.admin, export_id)


def _saved(desk: Desk) -> Act:
    export_id = _made(desk)
    target = desk.folder.parent / "copy.csv"
    return lambda: desk.workspace.exports.download(desk.admin, export_id, target)


def _approved(desk: Desk) -> Act:
    export_id = str(_asked(desk)())
    return lambda: desk.workspace.export_approvals.approve(desk.admin, export_id)


def _rejected(desk: Desk) -> Act:
    export_id = str(_asked(desk)())
    return lambda: desk.workspace.export_approvals.reject(desk.admin, export_id, "No")


EXPORTS: dict[str, Callable[[Desk], Act]] = {
    "exports.create": _asked,
    "reports.create": _report_asked,
    "exports.cancel": _cancelled,
    "exports.download": _saved,
    "export_approvals.approve": _approved,
    "export_approvals.reject": _rejected,
    "export_thresholds.set": lambda d: lambda: d.workspace.export_thresholds.set(d.admin, 500),
    "run an export": _run,
}
EXPORT_READS = frozenset(
    {
        "exports.asked",
        "exports.count",
        "exports.estimate",
        "exports.history",
        "exports.list",
        "exports.number_of",
        "exports.numbered",
        "exports.numbers",
        "exports.show",
        "export_overviews.months",
        "export_overviews.show",
        "export_thresholds.own",
        "reports.estimate",
    }
)
