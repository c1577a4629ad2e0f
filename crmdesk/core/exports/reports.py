"""Reports: exports of the audit log, of the users, of what one property of a record has been."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import audit_events
from crmdesk.core.exports.asking import must_wait
from crmdesk.core.exports.model import ExportEstimate
from crmdesk.core.exports.queueing import ExportQueue
from crmdesk.core.exports.report_json import report_to_json
from crmdesk.core.exports.report_making import report_making, sampled_bytes
from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportRequest,
    ReportSubject,
)
from crmdesk.core.exports.report_table import ReportTable
from crmdesk.core.exports.report_tables import report_table
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.notify.inbox import Inbox
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.settings import Settings

#: What is decided on is how many records leave, and these are the values of one.
_RECORDS_OF_A_HISTORY = 1


class ReportService:
    """What leaves as files of something else than records.

    The exports it makes stand in the list with the others, whose service saves, cancels and
    shows them.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        settings: Settings,
        jobs: JobQueue,
        inbox: Inbox,
    ) -> None:
        self._database = database
        self._guard = guard
        self._settings = settings
        self._queue = ExportQueue(jobs, audit_log, inbox)

    def estimate(self, actor: Actor, request: ReportRequest) -> ExportEstimate:
        """How many rows and bytes it would be, and whether it would have to wait.

        Raises:
            UserError: ``audit_user_unknown``, ``object_unknown``, ``record_unknown``,
                ``property_unknown``, ``property_without_history``, ``report_column_unknown``.
            WrongUsage: a filter of the log that does not exist.
            PermissionDenied: the log and the users are for Super Admins; the values of a
                sensitive property for whoever may see those.
        """
        self._require(actor, request.subject)
        with self._database.read() as tx:
            table = report_table(tx, request)
            waits = self._must_wait(tx, actor, table)
            size = sampled_bytes(table, request)
            return ExportEstimate(table.total, size, table.sensitive, (), waits, table.excluded)

    def create(self, actor: Actor, request: ReportRequest) -> str:
        """Queue an export, or let it wait for a decision; returns its id.

        Raises:
            UserError, WrongUsage, PermissionDenied: as :meth:`estimate`.
        """
        self._require(actor, request.subject)
        with self._database.read() as tx:
            # Counting may look at the whole log: not while others wait to write.
            table = report_table(tx, request)
            making = report_making(table, request)
            waits = self._must_wait(tx, actor, table)
            subject = _cut_now(tx, request.subject)
        asked = replace(request, name=making.name, subject=subject)
        with self._database.write() as tx:
            return self._queue.begin(
                tx, actor, making, report_to_json(asked), table.total if waits else None
            )

    def _require(self, actor: Actor, subject: ReportSubject) -> None:
        self._guard.require(actor, Permission.EXPORT)
        if not isinstance(subject, HistoryReport):
            self._guard.require(actor, Permission.SUPER_ADMIN)
            return
        with self._database.read() as tx:
            object_type = load_object_type(tx, subject.object_name)
            sensitive = object_type.property(subject.property_name).sensitive
        if sensitive:
            self._guard.require(actor, Permission.VIEW_SENSITIVE)

    def _must_wait(self, tx: Tx, actor: Actor, table: ReportTable) -> bool:
        sensitive = bool(table.sensitive)
        return must_wait(
            tx, self._guard, self._settings, actor, _RECORDS_OF_A_HISTORY, sensitive=sensitive
        )


def _cut_now(tx: Tx, subject: ReportSubject) -> ReportSubject:
    """A report of the log ends with the entry that is the last one now."""
    if not isinstance(subject, AuditLogReport):
        return subject
    last = tx.scalar(select(func.max(audit_events.c.id)))
    return replace(subject, up_to=int(last or 0))
