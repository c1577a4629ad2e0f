"""Puts a new export into the list: its job is queued, or it waits for a decision."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.exports.deeds import decide, enqueue_export, log_export, seal_of, who_decide
from crmdesk.core.exports.making import Making
from crmdesk.core.exports.model import Export, ExportState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.jobs.rows import actor_facts
from crmdesk.core.notify.inbox import Inbox, NotificationKind


@dataclass(frozen=True, slots=True)
class ExportQueue:
    """Where exports of every kind begin."""

    jobs: JobQueue
    audit_log: AuditLog
    inbox: Inbox

    def begin(
        self, tx: Tx, actor: Actor, making: Making, request: Mapping[str, Any], waiting: int | None
    ) -> str:
        """Queue an export, or let it wait for a decision; returns its id.

        Args:
            request: as the job reads it.
            waiting: rows of one that has to wait; None for one that goes ahead.
        """
        export_id = secrets.token_hex(8)
        waits = waiting is not None
        facts = dict(request)
        job_id = None if waits else enqueue_export(self.jobs, tx, actor, export_id, facts)
        values = {
            "id": export_id,
            "job_id": job_id,
            "source": making.source.value,
            "source_name": making.source_name,
            "name": making.name,
            "object_name": making.object_name,
            "format": making.format.value,
            "state": (ExportState.PENDING_APPROVAL if waits else ExportState.QUEUED).value,
            "created_at": tx.now_text,
            "user_id": actor.user_id,
            "actor": json.dumps(actor_facts(actor)),
            "request": json.dumps(facts),
            "records": waiting,
            "sensitive": json.dumps(making.sensitive),
        }
        seal = seal_of(self.jobs, values) if waits else None
        tx.execute(insert(exports).values(**values, seal=seal))
        if waiting is not None:
            self._ask(tx, actor, export_id, making, waiting)
        return export_id

    def cancel_waiting(self, tx: Tx, actor: Actor, found: Export) -> None:
        """Take away one that waits for a decision, and tell whoever asked for it."""
        decide(tx, actor, found.id, ExportState.CANCELLED)
        log_export(self.audit_log, tx, actor, kinds.EXPORT_CANCELLED, found)
        if found.user_id is not None:
            self.inbox.notify(
                tx,
                [found.user_id],
                NotificationKind.EXPORT_FAILED,
                {"name": found.name, "state": ExportState.CANCELLED.value},
                link=f"exports/{found.id}",
            )

    def _ask(self, tx: Tx, actor: Actor, export_id: str, making: Making, records: int) -> None:
        self.audit_log.log(
            tx,
            actor,
            kinds.EXPORT_REQUESTED,
            object_type=making.object_name,
            object_id=export_id,
            link=f"exports/{export_id}",
            details={"name": making.name, "records": records},
        )
        self.inbox.notify(
            tx,
            who_decide(tx, actor),
            NotificationKind.EXPORT_WAITING,
            {
                "name": making.name,
                "source": making.source.value,
                "user": actor.full_name,
                "records": records,
            },
            link=f"exports/{export_id}",
        )
