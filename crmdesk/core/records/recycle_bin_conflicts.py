"""Unique values of deleted records that another record holds by now: found, told, answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted, unique_expression
from crmdesk.core.errors import UserError
from crmdesk.core.records.picking import keep_ids, twins_of_kept
from crmdesk.core.records.record import MASKED, display_name, read_record
from crmdesk.core.records.recycle_bin_model import Answer, Conflict, Wish, bin_key
from crmdesk.core.records.recycle_bin_rows import name_columns
from crmdesk.core.records.schema import ObjectType, Property


@dataclass(frozen=True, slots=True)
class Clash:
    """One conflict without its words: a large restore may have a hundred thousand.

    Attributes:
        live: whether the holder is live; else it comes back too, and first.
    """

    object_type: ObjectType
    unique: Property
    record_id: int
    holder_id: int
    live: bool

    @property
    def key(self) -> int:
        """The bin's key of the record that comes back."""
        return bin_key(self.object_type.id, self.record_id)

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What is possible; a required value is not taken away."""
        if self.unique.required:
            return (Answer.LEAVE,)
        return (*([Answer.TAKE] if self.live else []), Answer.WITHOUT, Answer.LEAVE)


def find_clashes(tx: Tx, coming: Mapping[ObjectType, Sequence[int]]) -> list[Clash]:
    """Unique values of records that come back which another record holds, or gets first."""
    found = []
    for object_type, ids in coming.items():
        if not object_type.unique_properties:
            continue
        keep_ids(tx, ids)
        for unique in object_type.unique_properties:
            for record_id, holder_id, live in _holders(tx, object_type, unique):
                found.append(Clash(object_type, unique, record_id, holder_id, bool(live)))
    return found


def _holders(tx: Tx, object_type: ObjectType, unique: Property) -> Sequence[tuple[int, int, int]]:
    table, column = quoted(object_type.table), quoted(unique.column)
    mine, theirs = (unique_expression(unique.column, side) for side in ("o", "x"))
    same = f"o.{column} IS NOT NULL AND x.{column} IS NOT NULL AND x.id <> o.id"
    live = tx.sql(
        f"SELECT o.id, x.id, 1 FROM temp.picked p JOIN {table} o ON o.id = p.id "
        f"JOIN {table} x ON {theirs} = {mine} WHERE x.archived_at IS NULL AND {same}"
    ).fetchall()
    taken = {row[0] for row in live}
    # Of several that come back with one value, the one with the smallest id keeps it.
    twins = [(*row, 0) for row in tx.sql(twins_of_kept(object_type, unique))]
    return [*live, *(row for row in twins if row[0] not in taken)]


def told(tx: Tx, clashes: Iterable[Clash]) -> tuple[Conflict, ...]:
    """Conflicts with the names and values that a person decides by."""
    return tuple(_conflict(tx, each) for each in clashes)


def _conflict(tx: Tx, clash: Clash) -> Conflict:
    object_type, unique = clash.object_type, clash.unique
    value = read_record(tx, object_type, clash.record_id).values[unique.name] or ""
    return Conflict(
        key=clash.key,
        object_name=object_type.name,
        record_id=clash.record_id,
        name=_name_of(tx, object_type, clash.record_id),
        property=unique.name,
        label=unique.label,
        value=MASKED if unique.sensitive else value,
        holder_id=clash.holder_id,
        holder_name=_name_of(tx, object_type, clash.holder_id),
        answers=clash.answers,
    )


def answered(tx: Tx, clashes: Sequence[Clash], wish: Wish) -> list[tuple[Clash, Answer]]:
    """Each conflict with the answer that it was given.

    Raises:
        UserError: ``bin_conflicts`` when one has no possible answer, or a value is to be taken
            from one holder twice.
    """
    found = []
    taken: set[tuple[str, str, int]] = set()
    for each in clashes:
        answer = wish.answers.get((each.key, each.unique.name))
        if answer is None and wish.otherwise is not None:
            without = wish.otherwise is Answer.WITHOUT and Answer.WITHOUT in each.answers
            answer = Answer.WITHOUT if without else Answer.LEAVE
        value = (each.object_type.name, each.unique.name, each.holder_id)
        # Two records may want the same value of the one that holds it.
        impossible = answer not in each.answers or (answer is Answer.TAKE and value in taken)
        if answer is None or impossible:
            raise _unanswered(_conflict(tx, each))
        if answer is Answer.TAKE:
            taken.add(value)
        found.append((each, answer))
    return found


def _unanswered(conflict: Conflict) -> UserError:
    return UserError(
        "bin_conflicts",
        f"“{conflict.name}” cannot come back as it was: “{conflict.holder_name}” has its "
        f"{conflict.label}. Nothing was restored.",
        "Choose which of the two keeps it.",
        record_id=conflict.holder_id,
        object=conflict.object_name,
    )


def _name_of(tx: Tx, object_type: ObjectType, record_id: int) -> str:
    """What a record is called, without anything sensitive."""
    record = read_record(tx, object_type, record_id)
    shown = {name: record.values[name] for name in name_columns(object_type)}
    return display_name(object_type, {"hs_object_id": str(record_id), **shown})
