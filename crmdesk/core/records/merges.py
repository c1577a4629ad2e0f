"""Merging two records into one, and taking a merge back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import (
    RecordChange,
    Source,
    open_change_set,
    write_cells,
    write_record_change,
)
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import change_sets
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import recount, recount_after, recount_around
from crmdesk.core.records.association_rows import remove_links, write_links
from crmdesk.core.records.associations import refuse_undone, undo_associations
from crmdesk.core.records.merge_plan import MergePlan, MergeValue, Side, make_plan, moved_links
from crmdesk.core.records.merge_rows import MergeDone, add_alias, standing_merges
from crmdesk.core.records.merge_undo import both_of, bring_back, values_back
from crmdesk.core.records.reader import masked
from crmdesk.core.records.record import MASKED, Record, display_name
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.records.segment_members import join_as_merged, leave_as_unmerged
from crmdesk.core.records.single_rows import (
    loggable,
    refuse_clearing_required,
    refuse_taken,
    update_record,
)
from crmdesk.core.records.undo_rights import require_taking_back, touches_sensitive

_NO_CHOICES: Mapping[str, Side] = {}


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge that was done.

    Attributes:
        change_id: what :meth:`MergeService.undo` takes.
        values: how many values of the winner were written.
        associations: how many associations moved to it.
    """

    change_id: int
    object_type: str
    winner_id: int
    loser_id: int
    values: int
    associations: int


@dataclass(frozen=True, slots=True)
class Unmerged:
    """A merge that was taken back.

    Attributes:
        values: values of the winner that were put back.
        skipped: values and associations that stay as they are: changed since, or no longer
            possible.
    """

    change_id: int
    object_type: str
    winner_id: int
    loser_id: int
    values: int
    skipped: int


class MergeService:
    """Merges records of one object; the loser stays in the recycle bin until it is purged."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def of_record(self, actor: Actor, object_name: str, record_id: int) -> list[MergeDone]:
        """The standing merges into a record, newest first."""
        self._guard.require(actor, Permission.USE_RECORDS)
        everybodys = self._guard.allows(actor, Permission.SUPER_ADMIN)
        deletes = self._guard.allows(actor, Permission.DELETE_RECORDS)
        sensitive = self._guard.allows(actor, Permission.EDIT_SENSITIVE)
        with self._database.read() as tx:

            def may_undo(change_id: int, user_id: int | None) -> bool:
                own = everybodys or user_id == actor.user_id
                return own and deletes and (sensitive or not touches_sensitive(tx, change_id))

            return standing_merges(tx, load_object_type(tx, object_name), record_id, may_undo)

    def plan(
        self,
        actor: Actor,
        object_name: str,
        winner_id: int,
        loser_id: int,
        choices: Mapping[str, Side] = _NO_CHOICES,
    ) -> MergePlan:
        """What a merge would do; it writes nothing. Sensitive values are masked.

        Args:
            choices: by property, whose value stays; the winner's where none is given, unless it
                has no value. A sensitive value of the loser fills no blank when the actor may
                not edit such values: the plan calls it held.

        Raises:
            UserError: ``merge_self``, ``record_unknown``, ``record_in_recycle_bin``,
                ``property_unknown``, ``property_calculated``.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        may_sensitive = self._guard.allows(actor, Permission.EDIT_SENSITIVE)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            found = make_plan(
                tx, object_type, winner_id, loser_id, choices, may_sensitive=may_sensitive
            )
        return MergePlan(
            masked(object_type, found.winner),
            masked(object_type, found.loser),
            tuple(_masked(each) for each in found.values),
            found.associations,
        )

    def apply(
        self,
        actor: Actor,
        object_name: str,
        winner_id: int,
        loser_id: int,
        choices: Mapping[str, Side] = _NO_CHOICES,
        *,
        versions: tuple[int, int] | None = None,
    ) -> Merged:
        """Merge the loser into the winner: values, associations, segments, its id as another name.

        Associations move even where the winner then has more than a limit allows: nothing is
        lost by merging.

        Args:
            versions: of winner and loser as the plan saw them.

        Raises:
            UserError: as :meth:`plan`, ``plan_outdated``, ``property_required``.
            PermissionDenied: the actor may not delete records, or chose a sensitive value of the
                loser without the right to edit those.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        may_sensitive = self._guard.allows(actor, Permission.EDIT_SENSITIVE)
        if not may_sensitive and self._moves_sensitive(object_name, winner_id, loser_id, choices):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            plan = make_plan(
                tx, object_type, winner_id, loser_id, choices, may_sensitive=may_sensitive
            )
            _refuse_outdated(plan, versions)
            refuse_clearing_required(plan.cells)
            label = f"{object_type.label} {loser_id} merged into {winner_id}"
            change_id = open_change_set(
                tx, actor, Source.MERGE_OBJECTS, source_id=str(winner_id), source_label=label
            )
            moved = _write(tx, actor, object_type, change_id, plan)
            self._log(tx, actor, object_type, plan, moved)
        return Merged(change_id, object_name, winner_id, loser_id, len(plan.cells), moved)

    def undo(self, actor: Actor, change_id: int) -> Unmerged:
        """Take a merge back: the loser with its values and associations, the winner as it was.

        What was changed on the winner since stays, and so does a value that cannot stand again:
        its option or stage is gone, or the property must not be blank any more.

        Raises:
            UserError: ``change_unknown``, ``undone_already``, ``not_a_merge``,
                ``merge_undo_gone`` when one of the two is gone or was merged on,
                ``value_not_unique`` when another live record holds a unique value that one of
                the two is to have back.
            PermissionDenied: as for every undo: somebody else's merge, or sensitive values
                without the right to edit those.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        require_taking_back(self._database, self._guard, actor, change_id)
        with self._database.write() as tx:
            refuse_undone(tx, change_id)
            object_type, winner, loser = both_of(tx, change_id)
            undo_id = open_change_set(
                tx,
                actor,
                Source.MERGE_REVERT_OBJECTS,
                source_id=str(winner.id),
                undoes=change_id,
            )
            cells, skipped = values_back(tx, object_type, change_id, winner)
            if cells:
                wanted = {cell.property.name: cell.new for cell in cells}
                refuse_taken(tx, object_type, wanted, winner.id)
                write_cells(tx, undo_id, object_type, winner.id, cells)
                update_record(tx, object_type, winner.id, cells)
            bring_back(tx, object_type, undo_id, winner.id, loser)
            merged_at = tx.scalar(select(change_sets.c.at).where(change_sets.c.id == change_id))
            leave_as_unmerged(tx, object_type, winner.id, loser.id, merged_at)
            skipped += undo_associations(tx, change_id, undo_id).skipped
            recount(tx, object_type, [winner.id, loser.id])
            recount_around(tx, object_type, [winner.id, loser.id])
            self._log_undo(tx, actor, object_type, winner, loser)
        return Unmerged(undo_id, object_type.name, winner.id, loser.id, len(cells), skipped)

    # -- within --------------------------------------------------------------------------
    def _moves_sensitive(
        self, object_name: str, winner_id: int, loser_id: int, choices: Mapping[str, Side]
    ) -> bool:
        """Whether sensitive values move by choice; without one they stay where they are."""
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            plan = make_plan(tx, object_type, winner_id, loser_id, choices, may_sensitive=False)
        return any(cell.property.sensitive for cell in plan.cells)

    def _log(
        self, tx: Tx, actor: Actor, object_type: ObjectType, plan: MergePlan, moved: int
    ) -> None:
        winner = masked(object_type, plan.winner)
        self._audit_log.log(
            tx,
            actor,
            kinds.crm_object(object_type.name, Action.MERGE),
            object_type=object_type.name,
            object_id=winner.id,
            link=f"records/{object_type.name}/{winner.id}",
            details={
                "name": display_name(object_type, winner.values),
                "merged_record": plan.loser.id,
                "associations": moved,
                "changes": [
                    {
                        "property": cell.property.name,
                        "old": loggable(cell.property, cell.old),
                        "new": loggable(cell.property, cell.new),
                    }
                    for cell in plan.cells
                ],
            },
        )

    def _log_undo(
        self, tx: Tx, actor: Actor, object_type: ObjectType, winner: Record, loser: Record
    ) -> None:
        # Among the records for whoever looks there, and among security activity for every edition.
        for kind in (kinds.crm_object(object_type.name, Action.UNDO), kinds.MERGE_REVERTED):
            self._audit_log.log(
                tx,
                actor,
                kind,
                object_type=object_type.name,
                object_id=winner.id,
                link=f"records/{object_type.name}/{winner.id}",
                details={
                    "name": display_name(object_type, masked(object_type, winner).values),
                    "merged_record": loser.id,
                },
            )


def _masked(each: MergeValue) -> MergeValue:
    if not each.column.sensitive:
        return each
    winner, loser = (None if value is None else MASKED for value in (each.winner, each.loser))
    return replace(each, winner=winner, loser=loser)


def _refuse_outdated(plan: MergePlan, versions: tuple[int, int] | None) -> None:
    if versions is not None and versions != (plan.winner.version, plan.loser.version):
        raise UserError(
            "plan_outdated",
            "One of the two records was changed since you looked, so nothing was merged.",
            "Look at both again.",
        )


def _write(tx: Tx, actor: Actor, object_type: ObjectType, change_id: int, plan: MergePlan) -> int:
    """Write the merge; the loser leaves first, so that its unique values are free."""
    winner_id, loser_id = plan.winner.id, plan.loser.id
    tx.sql(
        f"UPDATE {quoted(object_type.table)} SET archived_at = ?, archived_by = ?, "
        "version = version + 1 WHERE id = ?",
        (tx.now_text, actor.user_id, loser_id),
    )
    both = sorted((winner_id, loser_id))
    write_record_change(tx, change_id, object_type, both, RecordChange.MERGE)
    add_alias(tx, object_type, winner_id, loser_id)
    join_as_merged(tx, object_type, winner_id, loser_id)
    write_cells(tx, change_id, object_type, winner_id, plan.cells)
    if plan.cells:
        update_record(tx, object_type, winner_id, plan.cells)
    old, new = moved_links(tx, object_type, winner_id, loser_id)
    remove_links(tx, change_id, old)
    moved = write_links(tx, change_id, new)
    recount_after(tx, change_id)
    recount(tx, object_type, both)
    return moved
