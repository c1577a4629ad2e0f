"""The jobs of the recycle bin: bring many records back, or delete them for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action, Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.errors import PermissionDenied
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.bulk_model import AT_ONCE
from crmdesk.core.records.purging import Purger
from crmdesk.core.records.recycle_bin_model import Wish
from crmdesk.core.records.recycle_bin_plan import purgeable
from crmdesk.core.records.recycle_bin_requests import load_wish
from crmdesk.core.records.recycle_bin_rows import clears_sensitive
from crmdesk.core.records.recycle_bin_write import BinWriter
from crmdesk.core.reserve import cures_a_full_disk

_ACTIONS = {JobKind.BIN_RESTORE: Action.RESTORE, JobKind.BIN_PURGE: Action.PURGE}
LINK = "records/recycle-bin"


class BinWork:
    """Does in a worker process what the service does at once for a few records."""

    def __init__(
        self, database: Database, guard: Guard, audit_log: AuditLog, inbox: Inbox, purger: Purger
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._inbox = inbox
        self._purger = purger
        self._writer = BinWriter(audit_log)

    def restore(self, context: JobContext) -> None:
        """Bring records back, all of them in one act or none.

        Raises:
            UserError: ``bin_conflicts``, ``plan_outdated``.
            PermissionDenied: a value that is cleared is sensitive by now.
            Cancelled: before the commit; nothing was written.
        """
        wish = self._wish(context)
        context.report("applying")
        with self._database.write() as tx, stoppable(tx, context.cancelled):
            self._refuse_without_sensitive(tx, context.actor, wish)
            context.stop_if_cancelled()
            done = self._writer.restore(tx, context.actor, wish, context.job.id)
            counts = {name: len(ids) for name, ids in done.records.items()}
            self._finish(tx, context, counts, left=done.left, change_id=done.change_id)

    @cures_a_full_disk
    def purge(self, context: JobContext) -> None:
        """Delete for good what is still in the bin; raises as :meth:`restore`."""
        wish = self._wish(context)
        context.report("deleting")
        with self._database.write() as tx, stoppable(tx, context.cancelled):
            context.stop_if_cancelled()
            counts = purge_all(tx, self._purger, context.actor, wish.keys, context.job.id)
            self._finish(tx, context, counts, left=0, change_id=None)

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Tell of a job that did not happen."""
        self._audit_log.log(
            tx,
            actor,
            kinds.crm_object(str(job.params["object"]), _ACTIONS[job.kind]),
            result=Result.FAILED,
            object_type=str(job.params["object"]),
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value},
        )
        if actor.user_id is not None and job.state is not JobState.CANCELLED:
            values = {"act": job.kind.value, "state": job.state.value}
            self._inbox.notify(tx, [actor.user_id], NotificationKind.BULK_FAILED, values, link=LINK)

    def _wish(self, context: JobContext) -> Wish:
        context.report("checking")
        with self._database.read() as tx:
            return load_wish(tx, context.params)

    def _refuse_without_sensitive(self, tx: Tx, actor: Actor, wish: Wish) -> None:
        """Rights that went between asking for a job and its beginning."""
        if actor.user_id is None or not clears_sensitive(tx, wish):
            return
        standing = self._guard.standing(tx, actor.user_id)
        if standing is None or not standing.allows(Permission.EDIT_SENSITIVE):
            raise PermissionDenied(
                "permission_denied",
                "You may no longer edit sensitive values. Nothing was restored.",
                "A Super Admin can give you the permission.",
            )

    def _finish(
        self,
        tx: Tx,
        context: JobContext,
        counts: Mapping[str, int],
        *,
        left: int,
        change_id: int | None,
    ) -> None:
        result: dict[str, Any] = {
            "object": str(context.params["object"]),
            "records": dict(counts),
            "records_changed": sum(counts.values()),
            "left": left,
            "change_id": change_id,
        }
        if context.actor.user_id is not None and result["records_changed"] > AT_ONCE:
            values = {"act": context.job.kind.value, "records": result["records_changed"]}
            self._inbox.notify(
                tx, [context.actor.user_id], NotificationKind.BULK_DONE, values, link=LINK
            )
        context.succeed(tx, result)


def purge_all(
    tx: Tx, purger: Purger, actor: Actor, keys: Sequence[int], job_id: str | None = None
) -> dict[str, int]:
    """Delete for good what of these is in the bin; returns how many by object."""
    groups, _ = purgeable(tx, keys)
    return {
        each.name: len(purger.purge(tx, actor, each, ids, job_id)) for each, ids in groups.items()
    }
