"""The recycle bin: deleted records of every object, brought back or deleted for good."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import (
    CellChange,
    RecordChange,
    Source,
    open_change_set,
    write_cells,
)
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import recount, recount_around
from crmdesk.core.records.association_rows import others_sql
from crmdesk.core.records.editor import RecordEditor
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.record import read_record
from crmdesk.core.records.record_entries import RecordEntries
from crmdesk.core.records.recycle_bin_model import (
    Answer,
    BinPlan,
    BinQuery,
    BinRow,
    BroughtBack,
    Conflict,
    PurgePlan,
    bin_key,
    key_parts,
)
from crmdesk.core.records.recycle_bin_plan import (
    coming_back,
    find_conflicts,
    returning_associations,
)
from crmdesk.core.records.recycle_bin_rows import (
    grouped,
    list_deleters,
    list_keys,
    read_bin_rows,
)
from crmdesk.core.records.schema import ObjectType, load_object_type, load_object_types
from crmdesk.core.records.single_rows import for_each, update_record
from crmdesk.core.settings import Settings

#: Answers by the key of the record that comes back, and the property in question.
Answers = Mapping[tuple[int, str], Answer]
_NO_ANSWERS: Answers = {}


class RecycleBin:
    """Over all objects. Keys are those of :func:`recycle_bin_model.bin_key`."""

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        settings: Settings,
        editor: RecordEditor,
    ) -> None:
        self._database = database
        self._guard = guard
        self._settings = settings
        self._editor = editor
        self._entries = RecordEntries(audit_log)

    # -- reading -----------------------------------------------------------------------------
    def keys(self, actor: Actor, query: BinQuery) -> array[int]:
        """Keys of the deleted records that match, last deleted first."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return list_keys(tx, query)

    def rows(self, actor: Actor, keys: Sequence[int]) -> dict[int, BinRow]:
        """A page of the list by key; what is no longer in the bin is left out."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return read_bin_rows(tx, keys, self._settings.number(tx, "recycle_bin.days"))

    def deleters(self, actor: Actor) -> list[tuple[int, str]]:
        """User id and name of everybody who deleted what lies there; id 0 is nobody."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return list_deleters(tx)

    # -- bringing back -----------------------------------------------------------------------
    def restore_plan(self, actor: Actor, keys: Sequence[int], *, children: bool = True) -> BinPlan:
        """What bringing these back would do, and which unique values are in the way.

        Args:
            children: also associated activities, and what was deleted in the same act.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            coming = coming_back(tx, keys)
            everything = coming.all(children=children)
            return BinPlan(
                records={each.name: len(ids) for each, ids in coming.picked.items()},
                children={each.name: len(ids) for each, ids in coming.children.items()},
                associations=returning_associations(tx, everything),
                conflicts=tuple(find_conflicts(tx, everything)),
                merged=coming.merged,
            )

    def restore(
        self,
        actor: Actor,
        keys: Sequence[int],
        answers: Answers = _NO_ANSWERS,
        *,
        children: bool = True,
    ) -> BroughtBack:
        """Bring records back, all of them in one act or none.

        Their associations are seen again by themselves.

        Raises:
            UserError: ``bin_conflicts`` when a unique value is in the way and no possible answer
                was given for it; nothing comes back then.
            PermissionDenied: the actor may not delete records, or an answer clears a sensitive
                value without the right to edit those.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        if self._clears_sensitive(answers):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        with self._database.write() as tx:
            coming = coming_back(tx, keys)
            everything = coming.all(children=children)
            conflicts = find_conflicts(tx, everything)
            _refuse_unanswered(conflicts, answers)
            leaving = {c.key for c in conflicts if _answer(c, answers) is Answer.LEAVE}
            conflicts = [c for c in conflicts if c.key not in leaving]
            records = _without(everything, leaving)
            if not records:
                return BroughtBack(None, {}, len(leaving) + coming.merged)
            change_id = open_change_set(tx, actor, Source.RECYCLING_BIN)
            solved = _Solved(tx, change_id)
            for conflict in conflicts:
                solved.solve(conflict, _answer(conflict, answers))
            solved.write()
            for object_type, ids in records.items():
                _unarchive(tx, object_type, ids, change_id)
            self._tell(tx, actor, records, solved)
            return BroughtBack(
                change_id,
                {each.name: ids for each, ids in records.items()},
                len(leaving) + coming.merged,
            )

    # -- deleting for good -------------------------------------------------------------------
    def purge_plan(self, actor: Actor, keys: Sequence[int]) -> PurgePlan:
        """What deleting these for good would take away, in numbers."""
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            groups = grouped(tx, keys)
            return PurgePlan(
                records={each.name: len(ids) for each, ids in groups.items()},
                history_entries=sum(_history(tx, each, ids) for each, ids in groups.items()),
                associations=sum(_links(tx, each, ids) for each, ids in groups.items()),
                contacts_with_address=sum(
                    _addresses(tx, each, ids)
                    for each, ids in groups.items()
                    if each.name == "contacts"
                ),
            )

    def purge(self, actor: Actor, keys: Sequence[int]) -> int:
        """Delete records for good, object by object; returns how many.

        Raises:
            PermissionDenied: the actor may not delete records.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            groups = {each.name: ids for each, ids in grouped(tx, keys).items()}
        return sum(
            len(self._editor.purge(actor, name, ids).record_ids) for name, ids in groups.items()
        )

    # -- within ------------------------------------------------------------------------------
    def _clears_sensitive(self, answers: Answers) -> bool:
        with self._database.read() as tx:
            types = {each.id: each.by_name for each in load_object_types(tx)}
        for (key, name), answer in answers.items():
            found = types.get(key_parts(key)[0], {}).get(name)
            if answer is not Answer.LEAVE and found is not None and found.sensitive:
                return True
        return False

    def _tell(
        self, tx: Tx, actor: Actor, records: dict[ObjectType, list[int]], solved: _Solved
    ) -> None:
        for object_type, ids in records.items():
            self._entries.records(tx, actor, object_type, ids, Action.RESTORE)
        for (name, record_id), cells in solved.cells.items():
            object_type = load_object_type(tx, name)
            record = read_record(tx, object_type, record_id)
            self._entries.values(tx, actor, object_type, record, cells)


@dataclass(slots=True)
class _Solved:
    """Values that are cleared so that a unique one has one holder."""

    tx: Tx
    change_id: int
    cells: dict[tuple[str, int], list[CellChange]] = field(default_factory=dict)

    def solve(self, conflict: Conflict, answer: Answer) -> None:
        """Note what loses the value."""
        loses = conflict.holder_id if answer is Answer.TAKE else conflict.record_id
        object_type = load_object_type(self.tx, conflict.object_name)
        held = read_record(self.tx, object_type, loses).values[conflict.property]
        cell = CellChange(object_type.property(conflict.property), held, None)
        kept = self.cells.setdefault((conflict.object_name, loses), [])
        if cell not in kept:
            kept.append(cell)

    def write(self) -> None:
        """Clear the values, with their history."""
        for (name, record_id), cells in self.cells.items():
            object_type = load_object_type(self.tx, name)
            write_cells(self.tx, self.change_id, object_type, record_id, cells)
            update_record(self.tx, object_type, record_id, cells)


def _answer(conflict: Conflict, answers: Answers) -> Answer:
    return answers[(conflict.key, conflict.property)]


def _refuse_unanswered(conflicts: Sequence[Conflict], answers: Answers) -> None:
    taken: set[tuple[str, str, int]] = set()
    for each in conflicts:
        answer = answers.get((each.key, each.property))
        value = (each.object_name, each.property, each.holder_id)
        # Two records may want the same value of the one that holds it.
        if answer not in each.answers or (answer is Answer.TAKE and value in taken):
            raise UserError(
                "bin_conflicts",
                f"“{each.name}” cannot come back as it was: “{each.holder_name}” has its "
                f"{each.label}. Nothing was restored.",
                "Choose which of the two keeps it.",
                record_id=each.holder_id,
                object=each.object_name,
            )
        if answer is Answer.TAKE:
            taken.add(value)


def _without(
    everything: dict[ObjectType, list[int]], leaving: set[int]
) -> dict[ObjectType, list[int]]:
    left = {
        each: [one for one in ids if bin_key(each.id, one) not in leaving]
        for each, ids in everything.items()
    }
    return {each: ids for each, ids in left.items() if ids}


def _unarchive(tx: Tx, object_type: ObjectType, ids: Sequence[int], change_id: int) -> None:
    for_each(
        tx,
        f"UPDATE {quoted(object_type.table)} SET archived_at = NULL, archived_by = NULL, "
        "version = version + 1 WHERE id = ?",
        [(record_id,) for record_id in ids],
    )
    kind = RecordChange.UNARCHIVE.value
    for_each(
        tx,
        "INSERT INTO record_history (change_id, object_type_id, record_id, kind) "
        "VALUES (?, ?, ?, ?)",
        [(change_id, object_type.id, record_id, kind) for record_id in ids],
    )
    recount(tx, object_type, ids)
    recount_around(tx, object_type, ids)


def _history(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> int:
    keep_ids(tx, ids)
    row = tx.sql(
        "SELECT (SELECT coalesce(sum(json_array_length(cells)), 0) FROM value_history "
        "WHERE object_type_id = ?1 AND record_id IN (SELECT id FROM temp.picked)) "
        "+ (SELECT count(*) FROM record_history "
        "WHERE object_type_id = ?1 AND record_id IN (SELECT id FROM temp.picked))",
        (object_type.id,),
    ).fetchone()
    return int(row[0])


def _links(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> int:
    keep_ids(tx, ids)
    total = 0
    for other in load_object_types(tx):
        inside = others_sql(object_type.id, other.id, "p.id")
        row = tx.sql(
            f"SELECT count(*) FROM temp.picked p JOIN {quoted(other.table)} x ON x.id IN ({inside})"
        ).fetchone()
        total += int(row[0])
    return total


def _addresses(tx: Tx, object_type: ObjectType, ids: Sequence[int]) -> int:
    email = object_type.by_name.get("email")
    if email is None:
        return 0
    keep_ids(tx, ids)
    row = tx.sql(
        f"SELECT count(*) FROM {quoted(object_type.table)} WHERE {quoted(email.column)} "
        "IS NOT NULL AND id IN (SELECT id FROM temp.picked)"
    ).fetchone()
    return int(row[0])
