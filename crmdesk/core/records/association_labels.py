"""Labels and limits of associations, as they stand: reading them and asking them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import association_labels, association_limits
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_rows import (
    NO_LABEL,
    End,
    Link,
    ordered_pair,
    others_sql,
)
from crmdesk.core.records.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Label:
    """What the records of one object can be to those of another.

    Attributes:
        label: what the second record is to the first, e.g. "Manager".
        inverse_label: what the first is to the second, e.g. "Report"; empty when it reads the
            same both ways.
        uses: associations that bear it.
    """

    id: int
    name: str
    from_type_id: int
    to_type_id: int
    label: str
    inverse_label: str
    position: int
    uses: int = 0

    def seen_from(self, type_id: int, *, first: bool = True) -> str:
        """What the other record is, for the one of this object type.

        Args:
            first: within one object type, whether it is the first of the two.
        """
        from_first = type_id == self.from_type_id if self.from_type_id != self.to_type_id else first
        return self.label if from_first or not self.inverse_label else self.inverse_label


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A label as it is read from one side, and which way round it is stored.

    Attributes:
        text: what the other record is to this one.
        backwards: within one object type, that the *other* record comes first.
    """

    label: Label
    text: str
    backwards: bool = False

    def link(self, one: End, other: End) -> Link:
        """The row that says that ``other`` is this to ``one``."""
        speaks = one.type_id == other.type_id and bool(self.label.inverse_label)
        pair = (other, one) if self.backwards else (one, other)
        return Link(*ordered_pair(*pair, speaks=speaks), self.label.id)


@dataclass(frozen=True, slots=True)
class Limit:
    """How many records of one object a record of another may have.

    Attributes:
        label: the name of the label that it is about; empty for all associations of the two.
    """

    object_name: str
    other_name: str
    label: str
    maximum: int


def load_labels(tx: Tx, one: ObjectType, other: ObjectType) -> list[Label]:
    """The labels between two object types, in their order."""
    first, second = sorted((one.id, other.id))
    rows = tx.execute(
        select(association_labels)
        .where(
            association_labels.c.from_type_id == first,
            association_labels.c.to_type_id == second,
            association_labels.c.archived_at.is_(None),
        )
        .order_by(association_labels.c.position, association_labels.c.id)
    )
    return [
        Label(r.id, r.name, r.from_type_id, r.to_type_id, r.label, r.inverse_label, r.position)
        for r in rows
    ]


def label_choices(tx: Tx, one: ObjectType, other: ObjectType) -> list[LabelChoice]:
    """What a record of ``other`` can be to one of ``one``; both readings within one object."""
    found = []
    for label in load_labels(tx, one, other):
        found.append(LabelChoice(label, label.seen_from(one.id)))
        if one.id == other.id and label.inverse_label:
            found.append(LabelChoice(label, label.inverse_label, backwards=True))
    return found


def find_label(tx: Tx, one: ObjectType, other: ObjectType, text: str) -> LabelChoice:
    """The label of that internal name, or that reads so from ``one``.

    Raises:
        UserError: ``association_label_unknown``.
    """
    choices = label_choices(tx, one, other)
    for choice in choices:
        if choice.label.name == text and not choice.backwards:
            return choice
    for choice in choices:
        if choice.text.casefold() == text.casefold():
            return choice
    known = ", ".join(choice.text for choice in choices)
    raise UserError(
        "association_label_unknown",
        f"There is no label “{text}” between {one.plural_label} and {other.plural_label}.",
        f"Known are: {known}."
        if known
        else "Add it under Settings, Objects, or run `crmdesk association add-label`.",
        label=text,
    )


def chosen_link(
    tx: Tx, one: ObjectType, other: ObjectType, ends: tuple[End, End], text: str
) -> Link:
    """The row between two records with the label that reads so; a blank text is no label.

    Raises:
        UserError: ``association_label_unknown``.
    """
    if text:
        return find_label(tx, one, other, text).link(*ends)
    return Link(*ordered_pair(*ends), NO_LABEL)


def refuse_over_limit(tx: Tx, types: Sequence[ObjectType], link: Link) -> None:
    """Raise when a new row would give one of its records more than it may have.

    Args:
        types: the object types of the link's first and second record.

    Raises:
        UserError: ``association_limit_reached``, with what the limit is.
    """
    first, second = types
    one_way = link.label_id != NO_LABEL and first.id == second.id and _reads_two_ways(tx, link)
    for own, other, end in ((first, second, link.first), (second, first, link.second)):
        for maximum, label_id in _limits(tx, own, other, link.label_id):
            if one_way and label_id != NO_LABEL and end == link.second:
                continue  # A limit of managers says nothing about those who report to one.
            standing = _standing(tx, end, other, label_id, forward=one_way)
            if link.other(end).record_id not in standing and len(standing) >= maximum:
                raise _limit_reached(tx, own, other, end, label_id, maximum)


def has_limits(tx: Tx, one: ObjectType, other: ObjectType) -> bool:
    """Whether any limit stands between two object types."""
    return any(_limit_rows(tx, own, far) for own, far in ((one, other), (other, one)))


def load_limits(tx: Tx, types: Sequence[ObjectType]) -> list[Limit]:
    """Every limit between these object types."""
    names = {each.id: each.name for each in types}
    labels = {
        row.id: row.name
        for row in tx.execute(select(association_labels.c.id, association_labels.c.name))
    }
    rows = tx.execute(select(association_limits))
    return [
        Limit(names[r.from_type_id], names[r.to_type_id], labels.get(r.label_id, ""), r.maximum)
        for r in rows
        if r.from_type_id in names and r.to_type_id in names
    ]


def _limit_rows(tx: Tx, own: ObjectType, other: ObjectType) -> list[tuple[int, int]]:
    rows = tx.execute(
        select(association_limits.c.maximum, association_limits.c.label_id).where(
            association_limits.c.from_type_id == own.id, association_limits.c.to_type_id == other.id
        )
    )
    return [(row.maximum, row.label_id) for row in rows]


def _limits(tx: Tx, own: ObjectType, other: ObjectType, label_id: int) -> list[tuple[int, int]]:
    """The limits that a new row with this label is held to: of all, and of its label."""
    return [each for each in _limit_rows(tx, own, other) if each[1] in (NO_LABEL, label_id)]


def _reads_two_ways(tx: Tx, link: Link) -> bool:
    inverse = tx.scalar(
        select(association_labels.c.inverse_label).where(association_labels.c.id == link.label_id)
    )
    return bool(inverse)


def _standing(tx: Tx, end: End, other: ObjectType, label_id: int, *, forward: bool) -> set[int]:
    """Live records of ``other`` at ``end``: all of them, or those with one label.

    Args:
        forward: only those that the label calls what it is named by.
    """
    chosen = others_sql(end.type_id, other.id, "?1")
    values: tuple[int, ...] = (end.record_id,)
    if label_id != NO_LABEL:
        chosen = (
            "SELECT to_id FROM associations WHERE from_type_id = ?2 AND from_id = ?1 "
            "AND to_type_id = ?3 AND label_id = ?4"
        )
        if not forward:
            chosen += (
                " UNION SELECT from_id FROM associations WHERE to_type_id = ?2 AND to_id = ?1 "
                "AND from_type_id = ?3 AND label_id = ?4"
            )
        values = (end.record_id, end.type_id, other.id, label_id)
    cursor = tx.sql(
        f"SELECT id FROM {quoted(other.table)} WHERE archived_at IS NULL AND id IN ({chosen})",
        values,
    )
    return {row[0] for row in cursor}


def _limit_reached(
    tx: Tx, own: ObjectType, other: ObjectType, end: End, label_id: int, maximum: int
) -> UserError:
    text = ""
    if label_id != NO_LABEL:
        found = next((each for each in load_labels(tx, own, other) if each.id == label_id), None)
        text = "" if found is None else f" as “{found.seen_from(own.id)}”"
    many = other.label if maximum == 1 else other.plural_label
    return UserError(
        "association_limit_reached",
        f"{own.label} {end.record_id} has {maximum:,} {many.lower()}{text}, the most it may have.",
        "Remove one first, or change the limit under Settings, Objects, or by "
        "`crmdesk association set-limit`.",
        object=own.name,
        record_id=end.record_id,
        maximum=maximum,
    )


def used(tx: Tx, label_id: int) -> int:
    """How many associations bear a label."""
    row = tx.sql("SELECT count(*) FROM associations WHERE label_id = ?", (label_id,)).fetchone()
    return int(row[0])


def labels_between(
    tx: Tx, one: ObjectType, other: ObjectType, mine: End, links: Iterable[Link]
) -> list[str]:
    """What the other record is to the one at the end ``mine``, by the labels between them."""
    known = {label.id: label for label in load_labels(tx, one, other)}
    borne = [(known[link.label_id], link) for link in links if link.label_id in known]
    found = [
        (label.position, label.seen_from(one.id, first=link.first == mine)) for label, link in borne
    ]
    return [text for _, text in sorted(found)]
