"""The job that brings deleted records back: judged once more, then written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action, Result
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import (
    RecordChange,
    Source,
    history_digest,
    open_change_set,
    write_record_change,
)
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import association_labels, plans, source_records
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.records.association_counts import recount_after, recount_around
from crmdesk.core.records.association_labels import refuse_over_limit
from crmdesk.core.records.association_rows import NO_LABEL, End, Link, ordered_pair, write_links
from crmdesk.core.records.record_entries import RecordEntries
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.single_rows import for_each, insert_record
from crmdesk.core.restore.deleted import DeletedPlanner, hash_of, request_of, returning_links
from crmdesk.core.restore.deleted_model import Comeback
from crmdesk.core.restore.deleted_rows import Found
from crmdesk.core.restore.deleted_rules import Judged
from crmdesk.core.restore.outdated import plan_altered


@dataclass(frozen=True, slots=True)
class _Back:
    """What came back: ids by object, and how many associations."""

    records: Mapping[ObjectType, Sequence[int]]
    new_ids: Mapping[End, int]
    associations: int

    def result(self, change_id: int) -> dict[str, object]:
        """What the job's row tells."""
        return {
            "change_id": change_id,
            "records": {each.name: len(ids) for each, ids in self.records.items()},
            "records_changed": sum(len(ids) for ids in self.records.values()),
            "anew": len(self.new_ids),
            "associations": self.associations,
        }


class DeletedWork:
    """Brings records back."""

    def __init__(
        self, database: Database, audit_log: AuditLog, inbox: Inbox, planner: DeletedPlanner
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._entries = RecordEntries(audit_log)
        self._inbox = inbox
        self._planner = planner

    def run(self, context: JobContext) -> None:
        """Work of the job.

        Raises:
            UserError: ``plan_outdated``; nothing was written.
            Cancelled: before the commit; nothing was written.
        """
        plan_id, plan_hash = str(context.params["plan_id"]), str(context.params["plan_hash"])
        with self._database.read() as tx:
            params = tx.scalar(select(plans.c.params).where(plans.c.id == plan_id))
        if params is None:
            raise plan_altered()
        request = request_of(params)
        context.report("reading")
        backup = self._planner.open(request.source)
        found = self._planner.find(backup, request)
        context.stop_if_cancelled()
        context.report("applying")
        with self._database.write() as tx, stoppable(tx, context.cancelled):
            judged = self._planner.judge(tx, backup, found)
            links = returning_links(tx, found, judged, self._planner.workspace_id)
            if hash_of(request, backup, judged, links) != plan_hash:
                raise _changed()
            change_id = open_change_set(
                tx,
                context.actor,
                Source.RESTORE_OBJECTS,
                source_id=plan_id,
                source_label=backup.name,
                job_id=context.job.id,
            )
            back = self._bring_back(tx, change_id, found, judged, links)
            self._tell(tx, context, change_id, request.object_name, request.source, back)
            context.succeed(tx, back.result(change_id))

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None:
        """Tell that nothing came back."""
        self._audit_log.log(
            tx,
            actor,
            kinds.RESTORE_COMPLETED,
            result=Result.FAILED,
            object_id=str(job.params["plan_id"]),
            job_id=job.id,
            subjects=0,
            details={"state": job.state.value, "deleted": True},
        )
        if job.user_id is not None and job.state is not JobState.CANCELLED:
            self._inbox.notify(
                tx,
                [job.user_id],
                NotificationKind.RESTORE_FAILED,
                {"state": job.state.value},
                link="restore",
            )

    def _bring_back(
        self,
        tx: Tx,
        change_id: int,
        found: Found,
        judged: Sequence[Judged],
        links: Sequence[tuple[Link, Link]],
    ) -> _Back:
        records: dict[ObjectType, list[int]] = {}
        new_ids: dict[End, int] = {}
        for object_type in found.types.values():
            mine = [each for each in judged if each.object_type.id == object_type.id]
            binned = [e.end.record_id for e in mine if e.told.comeback is Comeback.FROM_BIN]
            _unarchive(tx, object_type, binned, change_id)
            anew = [each for each in mine if each.told.comeback is Comeback.ANEW]
            new_ids |= self._insert(tx, object_type, anew, change_id)
            ids = [*binned, *(new_ids[each.end] for each in anew)]
            if ids:
                records[object_type] = ids
        written = _associate(tx, change_id, found, [link for _, link in links], new_ids)
        for object_type, ids in records.items():
            recount_around(tx, object_type, ids)
        return _Back(records, new_ids, written)

    def _insert(
        self, tx: Tx, object_type: ObjectType, anew: Sequence[Judged], change_id: int
    ) -> dict[End, int]:
        new_ids = {each.end: insert_record(tx, object_type, each.values) for each in anew}
        write_record_change(tx, change_id, object_type, new_ids.values(), RecordChange.CREATE)
        for end, record_id in new_ids.items():
            tx.execute(
                insert(source_records)
                .prefix_with("OR REPLACE")
                .values(
                    object_type_id=object_type.id,
                    source=self._planner.workspace_id,
                    source_record_id=str(end.record_id),
                    record_id=record_id,
                )
            )
        return new_ids

    def _tell(
        self,
        tx: Tx,
        context: JobContext,
        change_id: int,
        object_name: str,
        source: str,
        back: _Back,
    ) -> None:
        for object_type, ids in back.records.items():
            self._entries.records(tx, context.actor, object_type, ids, Action.RESTORE)
        result = back.result(change_id)
        self._audit_log.log(
            tx,
            context.actor,
            kinds.RESTORE_COMPLETED,
            object_type=object_name,
            object_id=str(context.params["plan_id"]),
            job_id=context.job.id,
            subjects=sum(len(ids) for ids in back.records.values()),
            details={
                **result,
                "backup": source,
                "deleted": True,
                "plan_hash": str(context.params["plan_hash"]),
                "history_digest": history_digest(tx, change_id),
            },
        )
        if context.actor.user_id is not None:
            self._inbox.notify(
                tx,
                [context.actor.user_id],
                NotificationKind.RESTORE_DONE,
                {"records": result["records_changed"], "values": 0},
                link=f"records/{object_name}",
            )


def _unarchive(tx: Tx, object_type: ObjectType, ids: Sequence[int], change_id: int) -> None:
    for_each(
        tx,
        f"UPDATE {quoted(object_type.table)} SET archived_at = NULL, archived_by = NULL, "
        "version = version + 1 WHERE id = ?",
        [(record_id,) for record_id in ids],
    )
    write_record_change(tx, change_id, object_type, ids, RecordChange.UNARCHIVE)


def _associate(
    tx: Tx, change_id: int, found: Found, links: Sequence[Link], new_ids: Mapping[End, int]
) -> int:
    """Write the associations under today's ids, labels and limits; returns how many."""
    labels = set(
        tx.execute(
            select(association_labels.c.id).where(association_labels.c.archived_at.is_(None))
        ).scalars()
    )

    def now(end: End) -> End:
        return End(end.type_id, new_ids.get(end, end.record_id))

    written = 0
    for link in links:
        first, second = now(link.first), now(link.second)
        label = link.label_id if link.label_id in labels else NO_LABEL
        pair = (first, second) if label else ordered_pair(first, second)
        types = found.types[pair[0].type_id], found.types[pair[1].type_id]
        renewed = Link(*pair, label)
        try:
            refuse_over_limit(tx, types, renewed)
        except UserError:
            continue
        written += write_links(tx, change_id, [renewed])
    recount_after(tx, change_id)
    return written


def _changed() -> UserError:
    return UserError(
        "plan_outdated",
        "Some of these records changed since the review, so nothing was written.",
        "Review again: the plan is made anew in moments.",
    )
