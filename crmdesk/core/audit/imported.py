"""Logs that HubSpot exported, taken into a list beside the own one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, desc, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.imported_file import MOST_BYTES, staged_log
from crmdesk.core.audit.imported_model import ImportedLog, LogFileSurvey, LogKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import imported_events, imported_logs
from crmdesk.core.errors import UserError
from crmdesk.core.files.ordinary import open_ordinary
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.records.dates import DateOrder


def _unheard(_rows: int) -> None:
    """Hears of a look that nobody waits for."""


def _never() -> bool:
    return False


class ImportedLogs:
    """Takes such files in, tells of them, and takes them out again.

    What they say is not proven by anything here: their entries stand in tables of their own, are
    marked wherever they are shown, and no verification covers them.

    Args:
        folder: for staging files.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        jobs: JobQueue,
        folder: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._jobs = jobs
        self._folder = folder

    def look(
        self,
        actor: Actor,
        path: Path,
        date_order: DateOrder | None = None,
        *,
        progress: Callable[[int], object] = _unheard,
        cancelled: Callable[[], bool] = _never,
    ) -> LogFileSurvey:
        """Read a whole file and say what taking it would add; writes nothing.

        Args:
            date_order: how its dates are written; ``None`` reads those that leave no choice.
            progress: takes how many rows were read, every few thousand of them.
            cancelled: asked as often; once it says so, nothing more is read.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``log_file_is_own``, ``log_file_not_recognised``, or what reading refuses.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        database, folder = self._database, self._folder
        with staged_log(database, folder, path, date_order, progress, cancelled) as log:
            return log.survey(database, cancelled)

    def start(
        self,
        actor: Actor,
        path: Path,
        sha256: str = "",
        date_order: DateOrder | None = None,
        rows: int = 0,
    ) -> str:
        """Queue the job that takes the entries of a file that are not there yet.

        Its result is read by :func:`~crmdesk.core.audit.imported_json.taken_from_json`. It fails
        with what :meth:`look` refuses, ``file_changed`` or ``log_file_without_entries``; all new
        entries are taken or none.

        Args:
            sha256: of the file that was looked at; another one is refused. Empty takes any.
            date_order: as for :meth:`look`.
            rows: of the file that was looked at, by which the job says how far it is.

        Returns:
            The job's id.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``file_missing`` and its kin; nothing is queued.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        # A mistyped name would be a job that failed, with an entry and a notice, for everybody.
        with open_ordinary(path, MOST_BYTES):
            pass
        params = {
            "path": str(path.absolute()),
            "sha256": sha256,
            "date_order": date_order,
            "rows": rows,
        }
        with self._database.write() as tx:
            return self._jobs.enqueue(tx, actor, JobKind.LOG_IMPORT, params)

    def list(self, actor: Actor) -> list[ImportedLog]:
        """Every file that was taken, the newest first.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            rows = tx.execute(select(imported_logs).order_by(desc(imported_logs.c.id))).all()
        return [_log(row) for row in rows]

    def remove(self, actor: Actor, log_id: int) -> int:
        """Take the entries of one file out again; returns how many that were.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``imported_log_not_found``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            row = tx.execute(select(imported_logs).where(imported_logs.c.id == log_id)).first()
            if row is None:
                raise UserError(
                    "imported_log_not_found",
                    f"No imported log has the number {log_id}.",
                    "Run `crmdesk audit imported list`.",
                    id=log_id,
                )
            gone = tx.execute(delete(imported_events).where(imported_events.c.log_id == log_id))
            tx.execute(delete(imported_logs).where(imported_logs.c.id == log_id))
            self._audit_log.log(
                tx,
                actor,
                kinds.LOG_IMPORT_REMOVED,
                object_type="imported_log",
                object_id=str(log_id),
                subjects=gone.rowcount,
                details={"file": row.file_name, "sha256": row.sha256, "entries": gone.rowcount},
            )
            return gone.rowcount


def _log(row: Row[Any]) -> ImportedLog:
    facts = dict(row._mapping)
    facts["kind"] = LogKind(facts["kind"])
    facts["imported_at"] = from_text(facts["imported_at"])
    for name in ("first_at", "last_at"):
        facts[name] = optional_from_text(facts[name])
    return ImportedLog(**facts)
