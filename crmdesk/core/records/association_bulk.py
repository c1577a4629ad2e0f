"""Associating many records at once, inside the transaction of a job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import recount_after
from crmdesk.core.records.association_labels import find_label, has_limits, refuse_over_limit
from crmdesk.core.records.association_rows import NO_LABEL, End, Link, ordered_pair, write_links
from crmdesk.core.records.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Associated:
    """What associating many pairs came to.

    Attributes:
        added: rows that are new.
        existing: pairs that were associated so already, or given twice.
        over_limit: places of the pairs that a limit kept from being associated.
    """

    added: int
    existing: int
    over_limit: tuple[int, ...]


def associate_many(
    tx: Tx,
    change_id: int,
    one: ObjectType,
    other: ObjectType,
    pairs: Iterable[tuple[int, int]],
    label: str = "",
) -> Associated:
    """Associate many records, with history, limits and counts.

    Both records of each pair must exist; the caller writes the one entry of the log.

    Args:
        pairs: (record id of ``one``, record id of ``other``).
        label: what the other is to the first, or its internal name; blank for none.

    Raises:
        UserError: ``association_label_unknown``.
    """
    make = _maker(tx, one, other, label)
    links = [make(End(one.id, a), End(other.id, b)) for a, b in pairs]
    if has_limits(tx, one, other):
        added, refused = _within_limits(tx, change_id, (one, other), links)
    else:
        added, refused = write_links(tx, change_id, links), []
    recount_after(tx, change_id)
    return Associated(added, len(links) - added - len(refused), tuple(refused))


def _within_limits(
    tx: Tx, change_id: int, pair: tuple[ObjectType, ObjectType], links: list[Link]
) -> tuple[int, list[int]]:
    """One by one, since each row counts towards what the next is held to."""
    by_id = {each.id: each for each in pair}
    added, refused = 0, []
    for place, link in enumerate(links):
        types = by_id[link.first.type_id], by_id[link.second.type_id]
        try:
            refuse_over_limit(tx, types, link)
        except UserError:
            refused.append(place)
        else:
            added += write_links(tx, change_id, [link])
    return added, refused


def _maker(tx: Tx, one: ObjectType, other: ObjectType, label: str) -> Callable[[End, End], Link]:
    """Looked up once: a million pairs bear the same label."""
    if label:
        return find_label(tx, one, other, label).link
    return lambda first, second: Link(*ordered_pair(first, second), NO_LABEL)
