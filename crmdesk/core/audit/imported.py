"""Logs that HubSpot exported, taken into a list beside the own one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, desc, insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.imported_model import ImportedLog, LogFileSurvey, LogKind
from crmdesk.core.audit.imported_rows import LogRowReader
from crmdesk.core.audit.imported_stage import Staged, staged
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, optional_from_text
from crmdesk.core.db import sqlite_imported_logs as sql
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imported_events, imported_logs
from crmdesk.core.errors import UserError
from crmdesk.core.files.source import TableSource, open_table
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.single import workspace_zone

#: HubSpot's largest exports of a log are far below it.
MOST_BYTES = 1 << 30


class ImportedLogs:
    """Takes such files in, tells of them, and takes them out again.

    What they say is not proven by anything here: their entries stand in tables of their own, are
    marked wherever they are shown, and no verification covers them.

    Args:
        folder: for staging files.
    """

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog, folder: Path) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._folder = folder

    def look(self, actor: Actor, path: Path, date_order: DateOrder | None = None) -> LogFileSurvey:
        """Read a whole file and say what taking it would add; writes nothing.

        Args:
            date_order: how its dates are written; ``None`` reads those that leave no choice.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: ``log_file_is_own``, ``log_file_not_recognised``, or what reading refuses.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with (
            self._staged(path, date_order) as (source, kind, stage),
            self._database.staging(stage.path) as tx,
        ):
            return replace(_survey(tx, source, kind, stage), date_order=date_order)

    def take(
        self,
        actor: Actor,
        path: Path,
        sha256: str = "",
        date_order: DateOrder | None = None,
    ) -> tuple[int | None, LogFileSurvey]:
        """Take the entries of a file that are not there yet; all of them or none.

        Args:
            sha256: of the file that was looked at; another one is refused. Empty takes any.
            date_order: as for :meth:`look`.

        Returns:
            The import's id, none where nothing was new, and what was added.

        Raises:
            PermissionDenied: the actor is not a Super Admin.
            UserError: as :meth:`look`; ``file_changed``; ``log_file_without_entries``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._staged(path, date_order) as (source, kind, stage):
            if sha256 and source.sha256 != sha256:
                raise _changed(path)
            if stage.rows == stage.failed:
                raise _without_entries(path, stage)
            with self._database.write(stage.path) as tx:
                done = replace(_survey(tx, source, kind, stage), date_order=date_order)
                return (self._take(tx, actor, done) if done.added else None), done

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

    @contextmanager
    def _staged(
        self, path: Path, order: DateOrder | None
    ) -> Iterator[tuple[TableSource, LogKind, Staged]]:
        source = open_table(path, has_header=True, max_bytes=MOST_BYTES)
        if source.needs_sheet:
            source = source.choose_sheet(source.sheets[0], has_header=True)
        with self._database.read() as tx:
            zone = workspace_zone(tx)
        reader = LogRowReader(source, zone, order)
        rows = (reader.read(row) for row in source.rows())
        with staged(self._database, self._folder, rows) as stage:
            yield source, reader.kind, stage

    def _take(self, tx: Tx, actor: Actor, found: LogFileSurvey) -> int:
        facts = {
            "file_name": found.file_name,
            "sha256": found.sha256,
            "kind": found.kind.value,
            "rows": found.rows,
            "added": found.added,
            "known": found.known,
            "failed": found.failed,
        }
        first, last = sql.span(tx)
        made = insert(imported_logs).values(
            **facts,
            first_at=first,
            last_at=last,
            imported_at=tx.now_text,
            user_id=actor.user_id,
        )
        log_id = int(tx.scalar(made.returning(imported_logs.c.id)))
        sql.take(tx, log_id)
        self._audit_log.log(
            tx,
            actor,
            kinds.LOG_IMPORTED,
            object_type="imported_log",
            object_id=str(log_id),
            subjects=found.added,
            details={"file": facts.pop("file_name")} | facts,
        )
        return log_id


def _survey(tx: Tx, source: TableSource, kind: LogKind, stage: Staged) -> LogFileSurvey:
    first, last = sql.span(tx)
    added = sql.count_new(tx)
    return LogFileSurvey(
        file_name=source.path.name,
        sha256=source.sha256,
        kind=kind,
        rows=stage.rows,
        added=added,
        known=stage.rows - stage.failed - added,
        failed=stage.failed,
        bad_rows=stage.bad_rows,
        by_category=sql.by_category(tx),
        first_at=optional_from_text(first),
        last_at=optional_from_text(last),
    )


def _log(row: Row[Any]) -> ImportedLog:
    facts = dict(row._mapping)
    facts["kind"] = LogKind(facts["kind"])
    facts["imported_at"] = from_text(facts["imported_at"])
    for name in ("first_at", "last_at"):
        facts[name] = optional_from_text(facts[name])
    return ImportedLog(**facts)


def _changed(path: Path) -> UserError:
    return UserError(
        "file_changed",
        f"{path.name} is not as it was when it was looked at; nothing of it was taken.",
        "Look at it again.",
        path=str(path),
    )


def _without_entries(path: Path, stage: Staged) -> UserError:
    first = stage.bad_rows[0] if stage.bad_rows else None
    where = "" if first is None else f" Line {first.line} is the first that cannot be read."
    return UserError(
        "log_file_without_entries",
        f"{path.name} has no entry that can be taken.{where}",
        "Choose the CSV file as HubSpot exported it.",
    )
