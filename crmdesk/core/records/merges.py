"""Merging two records into one, and taking a merge back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import (
    CellChange,
    RecordChange,
    Source,
    open_change_set,
    write_cells,
    write_record_change,
)
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import change_sets, property_history, record_history
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import recount, recount_after, recount_around
from crmdesk.core.records.association_rows import remove_links, write_links
from crmdesk.core.records.associations import refuse_undone, undo_associations
from crmdesk.core.records.merge_plan import MergePlan, MergeValue, Side, make_plan, moved_links
from crmdesk.core.records.merge_rows import (
    MergeDone,
    add_alias,
    remove_alias,
    standing_merges,
    winner_of,
)
from crmdesk.core.records.reader import masked
from crmdesk.core.records.record import MASKED, Record, display_name, read_record
from crmdesk.core.records.schema import ObjectType, load_object_type, object_type_by_id
from crmdesk.core.records.segment_members import join_as_merged, leave_as_unmerged
from crmdesk.core.records.single_rows import (
    loggable,
    refuse_clearing_required,
    refuse_taken,
    update_record,
)

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
        skipped: values and associations that were changed since and stay as they are.
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
        with self._database.read() as tx:
            return standing_merges(tx, load_object_type(tx, object_name), record_id)

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
                has no value.

        Raises:
            UserError: ``merge_self``, ``record_unknown``, ``record_in_recycle_bin``,
                ``property_unknown``, ``property_calculated``.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            found = make_plan(tx, object_type, winner_id, loser_id, choices)
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
            PermissionDenied: the actor may not delete records, or chose among sensitive values
                without the right to edit those.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        self._require_sensitive(actor, object_name, choices)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            plan = make_plan(tx, object_type, winner_id, loser_id, choices)
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

        What was changed on the winner since stays.

        Raises:
            UserError: ``change_unknown``, ``undone_already``, ``not_a_merge``,
                ``merge_undo_gone`` when one of the two is gone or was merged on,
                ``value_not_unique`` when another live record holds a unique value that one of
                the two is to have back.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.write() as tx:
            refuse_undone(tx, change_id)
            object_type, winner, loser = _both_of(tx, change_id)
            undo_id = open_change_set(
                tx,
                actor,
                Source.MERGE_REVERT_OBJECTS,
                source_id=str(winner.id),
                undoes=change_id,
            )
            cells, skipped = _values_back(tx, object_type, change_id, winner)
            if cells:
                wanted = {cell.property.name: cell.new for cell in cells}
                refuse_taken(tx, object_type, wanted, winner.id)
                write_cells(tx, undo_id, object_type, winner.id, cells)
                update_record(tx, object_type, winner.id, cells)
            _bring_back(tx, object_type, undo_id, winner.id, loser)
            merged_at = tx.scalar(select(change_sets.c.at).where(change_sets.c.id == change_id))
            leave_as_unmerged(tx, object_type, winner.id, loser.id, merged_at)
            skipped += undo_associations(tx, change_id, undo_id).skipped
            recount(tx, object_type, [winner.id, loser.id])
            recount_around(tx, object_type, [winner.id, loser.id])
            self._log_undo(tx, actor, object_type, winner, loser)
        return Unmerged(undo_id, object_type.name, winner.id, loser.id, len(cells), skipped)

    # -- within --------------------------------------------------------------------------
    def _require_sensitive(
        self, actor: Actor, object_name: str, choices: Mapping[str, Side]
    ) -> None:
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
        if any(object_type.property(name).sensitive for name in choices):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)

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
        self._audit_log.log(
            tx,
            actor,
            kinds.crm_object(object_type.name, Action.UNDO),
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
    return MergeValue(each.column, winner, loser, each.chosen)


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


def _both_of(tx: Tx, change_id: int) -> tuple[ObjectType, Record, Record]:
    """The winner and the loser of a merge, which must both still be there for it."""
    change = tx.execute(select(change_sets).where(change_sets.c.id == change_id)).one()
    rows = tx.execute(
        select(record_history).where(
            record_history.c.change_id == change_id,
            record_history.c.kind == RecordChange.MERGE.value,
        )
    ).all()
    loser_row = next((row for row in rows if str(row.record_id) != change.source_id), None)
    if change.source != Source.MERGE_OBJECTS.value or loser_row is None:
        raise UserError(
            "not_a_merge", "This change is not a merge.", "Look at the history of the record again."
        )
    object_type = object_type_by_id(tx, loser_row.object_type_id)
    winner_id, loser_id = int(change.source_id), int(loser_row.record_id)
    if object_type is None or winner_of(tx, object_type, loser_id) != winner_id:
        raise _gone()
    try:
        winner = read_record(tx, object_type, winner_id)
        loser = read_record(tx, object_type, loser_id)
    except UserError as error:
        raise _gone() from error
    if winner.archived_at is not None:
        raise _gone()
    return object_type, winner, loser


def _gone() -> UserError:
    return UserError(
        "merge_undo_gone",
        "One of the two records was deleted, or merged into another since, so this merge cannot "
        "be taken back.",
        "Undo what happened later first, or add the record anew.",
    )


def _values_back(
    tx: Tx, object_type: ObjectType, change_id: int, winner: Record
) -> tuple[list[CellChange], int]:
    """The winner's values from before, where they still are what the merge wrote."""
    by_id = {column.id: column for column in object_type.writable}
    back, skipped = [], 0
    rows = tx.execute(
        select(property_history).where(
            property_history.c.change_id == change_id,
            property_history.c.record_id == winner.id,
        )
    )
    for row in rows:
        column = by_id.get(row.property_id)
        if column is None or winner.values[column.name] != row.new:
            skipped += 1
        else:
            back.append(CellChange(column, row.new, row.old))
    return back, skipped


def _bring_back(
    tx: Tx, object_type: ObjectType, undo_id: int, winner_id: int, loser: Record
) -> None:
    refuse_taken(tx, object_type, loser.values, loser.id)
    tx.sql(
        f"UPDATE {quoted(object_type.table)} SET archived_at = NULL, archived_by = NULL, "
        "version = version + 1 WHERE id = ?",
        (loser.id,),
    )
    write_record_change(tx, undo_id, object_type, [loser.id], RecordChange.UNARCHIVE)
    remove_alias(tx, object_type, winner_id, loser.id)
