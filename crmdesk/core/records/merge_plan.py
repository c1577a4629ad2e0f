"""What merging two records would write: value by value, and the associations that move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.changes.change_set import CellChange
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_rows import End, Link, links_of
from crmdesk.core.records.record import Record, read_record
from crmdesk.core.records.schema import ObjectType, Property, object_type_by_id
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.records.values import same_value


class Side(StrEnum):
    """Whose value stays."""

    WINNER = "winner"
    LOSER = "loser"


@dataclass(frozen=True, slots=True)
class MergeValue:
    """One value in which the two records differ, and whose it will be.

    Attributes:
        held: the loser's value would fill the winner's blank, and stays behind because it is
            sensitive and the actor may not edit such values.
    """

    column: Property
    winner: str | None
    loser: str | None
    chosen: Side
    held: bool = False

    @property
    def result(self) -> str | None:
        """The value that the winner will have."""
        return self.winner if self.chosen is Side.WINNER else self.loser


@dataclass(frozen=True, slots=True)
class MergePlan:
    """A merge as it would be.

    Attributes:
        values: only those in which the two differ, in the order of the properties.
        associations: by object, how many the winner gains.
    """

    winner: Record
    loser: Record
    values: tuple[MergeValue, ...]
    associations: Mapping[str, int]

    @property
    def cells(self) -> list[CellChange]:
        """What is written into the winner."""
        return [
            CellChange(each.column, each.winner, each.loser)
            for each in self.values
            if each.chosen is Side.LOSER
        ]

    @property
    def held(self) -> list[str]:
        """Properties whose values stay behind for want of the right to edit them."""
        return [each.column.name for each in self.values if each.held]


def make_plan(
    tx: Tx,
    object_type: ObjectType,
    winner_id: int,
    loser_id: int,
    choices: Mapping[str, Side],
    *,
    may_sensitive: bool,
) -> MergePlan:
    """Compare two live records.

    Without a choice the winner's value stays, unless it has none. A stage goes with its
    pipeline.

    Args:
        may_sensitive: whether the actor may edit sensitive values; otherwise they fill no blank.

    Raises:
        UserError: ``merge_self``, ``record_unknown``, ``record_in_recycle_bin``,
            ``property_unknown``, ``property_calculated``.
    """
    winner, loser = _read_both(tx, object_type, winner_id, loser_id)
    for name in choices:
        _refuse_calculated(object_type.property(name))
    usual = _usual_sides(object_type, winner, loser, may_sensitive)
    sides = _with_choices(object_type, usual, choices)
    values = tuple(
        _value(column, winner, loser, sides[column.name], may_sensitive)
        for column in object_type.writable
        if column.name in sides
    )
    return MergePlan(winner, loser, values, _gained(tx, object_type, winner_id, loser_id))


def moved_links(
    tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int
) -> tuple[list[Link], list[Link]]:
    """The loser's rows, and the rows that stand for them at the winner and are not there yet."""
    winner, loser = End(object_type.id, winner_id), End(object_type.id, loser_id)
    old = links_of(tx, loser)
    standing = set(links_of(tx, winner))
    new: dict[Link, None] = {}
    for link in old:
        if link.other(loser) != winner:
            moved = _moved(link, loser, winner)
            if moved not in standing:
                new[moved] = None
    return old, list(new)


def _moved(link: Link, loser: End, winner: End) -> Link:
    first = winner if link.first == loser else link.first
    second = winner if link.second == loser else link.second
    if first.type_id == second.type_id and not link.label_id and second < first:
        return Link(second, first, link.label_id)
    return Link(first, second, link.label_id)


def _read_both(
    tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int
) -> tuple[Record, Record]:
    if winner_id == loser_id:
        raise UserError(
            "merge_self", "A record cannot be merged with itself.", "Choose two different records."
        )
    found = read_record(tx, object_type, winner_id), read_record(tx, object_type, loser_id)
    for record in found:
        if record.archived_at is not None:
            raise UserError(
                "record_in_recycle_bin",
                f"{object_type.label} {record.id} is in the recycle bin and cannot be merged.",
                "Restore it first.",
                record_id=record.id,
            )
    return found


def _refuse_calculated(column: Property) -> None:
    if column.calculated:
        raise UserError(
            "property_calculated",
            f"{column.label} is calculated by CRM Desk and cannot be chosen.",
            "Choose another property.",
            property=column.name,
        )


def _value(
    column: Property, winner: Record, loser: Record, chosen: Side, may_sensitive: bool
) -> MergeValue:
    one, other = winner.values[column.name], loser.values[column.name]
    held = column.sensitive and not may_sensitive and one is None and chosen is Side.WINNER
    return MergeValue(column, one, other, chosen, held)


def _usual_sides(
    object_type: ObjectType, winner: Record, loser: Record, may_sensitive: bool
) -> dict[str, Side]:
    """Whose value stays without a choice, of the properties in which the two differ."""
    sides = {}
    for column in object_type.writable:
        one, other = winner.values[column.name], loser.values[column.name]
        if not same_value(one, other, column.type):
            fills = one is None and (may_sensitive or not column.sensitive)
            sides[column.name] = Side.LOSER if fills else Side.WINNER
    stage = object_type.with_format(PropertyFormat.STAGE)
    pipeline = object_type.with_format(PropertyFormat.PIPELINE)
    # A pipeline does not come without its stage, so a stage that may not move holds both.
    if stage is not None and stage.name in sides and stage.sensitive and not may_sensitive:
        held = (stage.name,) if pipeline is None else (stage.name, pipeline.name)
        sides |= dict.fromkeys(sides.keys() & set(held), Side.WINNER)
    return sides


def _with_choices(
    object_type: ObjectType, usual: Mapping[str, Side], choices: Mapping[str, Side]
) -> dict[str, Side]:
    sides = {name: choices.get(name, side) for name, side in usual.items()}
    pipeline = object_type.with_format(PropertyFormat.PIPELINE)
    stage = object_type.with_format(PropertyFormat.STAGE)
    if pipeline is not None and stage is not None and {pipeline.name, stage.name} <= sides.keys():
        sides[stage.name] = sides[pipeline.name]
    return sides


def _gained(tx: Tx, object_type: ObjectType, winner_id: int, loser_id: int) -> dict[str, int]:
    winner, loser = End(object_type.id, winner_id), End(object_type.id, loser_id)
    known = {link.other(winner) for link in links_of(tx, winner)}
    moving = {link.other(loser) for link in links_of(tx, loser)} - known - {winner}
    counts: dict[str, int] = {}
    for end in moving:
        found = object_type_by_id(tx, end.type_id)
        if found is not None:
            counts[found.name] = counts.get(found.name, 0) + 1
    return counts
