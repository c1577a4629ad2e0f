"""Calls that shape the CRM or tie its records together: definitions, associations, merges."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.records.record import Record
from tests.builders import Desk

Act = Callable[[], object]
Preparation = Callable[[Desk], Act]


def _with_pair(act: Callable[[Desk, int, int], object], *, linked: bool) -> Preparation:
    """A contact and a company, associated or not yet."""

    def prepare(desk: Desk) -> Act:
        ann, northwind = desk.contact(), desk.add("companies", name="Northwind")
        desk.workspace.association_definitions.add_label(
            desk.admin, "contacts", "companies", "Employer"
        )
        if linked:
            desk.workspace.associations.associate(desk.admin, *_pair(ann, northwind))
        return lambda: act(desk, ann.id, northwind.id)

    return prepare


def _pair(one: Record, other: Record) -> tuple[str, int, str, int]:
    return one.object_type, one.id, other.object_type, other.id


def _undone_association(desk: Desk) -> Act:
    ann, northwind = desk.contact(), desk.add("companies", name="Northwind")
    change = desk.workspace.associations.associate(desk.admin, *_pair(ann, northwind))
    return lambda: desk.workspace.associations.undo(desk.admin, change.change_id or 0)


def _with_label(act: Callable[[Desk, int], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        label = desk.workspace.association_definitions.add_label(
            desk.admin, "contacts", "companies", "Employer"
        )
        return lambda: act(desk, label.id)

    return prepare


def _two_contacts(desk: Desk) -> tuple[int, int]:
    return desk.contact(phone="1").id, desk.contact(phone="2").id


def _merge(desk: Desk) -> Act:
    pair = _two_contacts(desk)
    return lambda: desk.workspace.merges.apply(desk.admin, "contacts", *pair)


def _unmerge(desk: Desk) -> Act:
    merged = desk.workspace.merges.apply(desk.admin, "contacts", *_two_contacts(desk))
    return lambda: desk.workspace.merges.undo(desk.admin, merged.change_id)


SHAPING: dict[str, Preparation] = {
    "association_definitions.add_label": lambda d: (
        lambda: d.workspace.association_definitions.add_label(d.admin, "deals", "contacts", "Buyer")
    ),
    "association_definitions.remove_label": _with_label(
        lambda d, i: d.workspace.association_definitions.remove_label(d.admin, i)
    ),
    "association_definitions.set_label": _with_label(
        lambda d, i: d.workspace.association_definitions.set_label(d.admin, i, "Works at")
    ),
    "association_definitions.set_limit": lambda d: (
        lambda: d.workspace.association_definitions.set_limit(d.admin, "deals", "contacts", 3)
    ),
    "associations.associate": _with_pair(
        lambda d, a, b: d.workspace.associations.associate(d.admin, "contacts", a, "companies", b),
        linked=False,
    ),
    "associations.dissociate": _with_pair(
        lambda d, a, b: d.workspace.associations.dissociate(d.admin, "contacts", a, "companies", b),
        linked=True,
    ),
    "associations.relabel": _with_pair(
        lambda d, a, b: d.workspace.associations.relabel(
            d.admin, "contacts", a, "companies", b, ["Employer"]
        ),
        linked=True,
    ),
    "associations.undo": _undone_association,
    "merges.apply": _merge,
    "merges.undo": _unmerge,
}

SHAPING_READS = frozenset(
    {
        "association_definitions.choices",
        "association_definitions.labels",
        "association_definitions.limits",
        "associations.groups",
        "associations.list",
        "merges.plan",
    }
)
