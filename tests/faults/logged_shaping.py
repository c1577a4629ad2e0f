"""Calls that shape the CRM or tie its records together: definitions, associations, merges."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.records.create_forms import FormField
from crmdesk.core.records.pipeline_rows import NewStage
from crmdesk.core.records.record import Record
from crmdesk.core.records.types import PropertyType
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


def _renewals(desk: Desk) -> None:
    stages = (NewStage("Asked"), NewStage("Renewed"))
    desk.workspace.pipelines.add(desk.admin, "deals", "Renewals", stages)


def _with_renewals(act: Callable[[Desk], object]) -> Preparation:
    def prepare(desk: Desk) -> Act:
        _renewals(desk)
        return lambda: act(desk)

    return prepare


def _archived_property(desk: Desk) -> Act:
    definitions = desk.workspace.definitions
    definitions.archive_property(desk.admin, "contacts", "city")
    away = definitions.archived_properties(desk.admin, "contacts")[0]
    return lambda: definitions.restore_property(desk.admin, "contacts", away.id)


def _archived_object(desk: Desk) -> Act:
    definitions = desk.workspace.definitions
    definitions.add_object(desk.admin, "boats", "Boat")
    definitions.remove_object(desk.admin, "boats")
    away = definitions.archived_objects(desk.admin)[0]
    return lambda: definitions.restore_object(desk.admin, away.id)


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
    "create_forms.set": lambda d: (
        lambda: d.workspace.create_forms.set(d.admin, "contacts", [FormField("email")])
    ),
    "definitions.order_properties": lambda d: (
        lambda: d.workspace.definitions.order_properties(
            d.admin, "contacts", ["lastname", "firstname"]
        )
    ),
    "definitions.restore_object": _archived_object,
    "definitions.restore_property": _archived_property,
    "definitions.set_object": lambda d: (
        lambda: d.workspace.definitions.set_object(d.admin, "contacts", {"label": "Person"})
    ),
    "merges.apply": _merge,
    "merges.undo": _unmerge,
    "pipelines.add": lambda d: lambda: _renewals(d),
    "pipelines.add_stage": lambda d: (
        lambda: d.workspace.pipelines.add_stage(d.admin, "deals", "default", NewStage("Asked"))
    ),
    "pipelines.order": _with_renewals(
        lambda d: d.workspace.pipelines.order(d.admin, "deals", ["renewals"])
    ),
    "pipelines.order_stages": _with_renewals(
        lambda d: d.workspace.pipelines.order_stages(d.admin, "deals", "renewals", ["renewed"])
    ),
    "pipelines.remove": _with_renewals(
        lambda d: d.workspace.pipelines.remove(d.admin, "deals", "renewals")
    ),
    "pipelines.remove_stage": _with_renewals(
        lambda d: d.workspace.pipelines.remove_stage(d.admin, "deals", "renewals", "asked")
    ),
    "pipelines.rename": _with_renewals(
        lambda d: d.workspace.pipelines.rename(d.admin, "deals", "renewals", "Extensions")
    ),
    "pipelines.set_stage": _with_renewals(
        lambda d: d.workspace.pipelines.set_stage(
            d.admin, "deals", "renewals", "asked", {"label": "Called"}
        )
    ),
    "property_groups.add": lambda d: (
        lambda: d.workspace.property_groups.add(d.admin, "contacts", "Harbour")
    ),
    "property_groups.order": lambda d: (
        lambda: d.workspace.property_groups.order(d.admin, "contacts", ["Work"])
    ),
    "property_groups.remove": lambda d: (
        lambda: d.workspace.property_groups.remove(d.admin, "contacts", "Work", "Sales")
    ),
    "property_groups.rename": lambda d: (
        lambda: d.workspace.property_groups.rename(d.admin, "contacts", "Work", "Job")
    ),
    "type_changes.apply": lambda d: (
        lambda: d.workspace.type_changes.apply(d.admin, "contacts", "zip", PropertyType.NUMBER)
    ),
    "type_changes.save_unconverted": lambda d: (
        lambda: d.workspace.type_changes.save_unconverted(
            d.admin, "contacts", "zip", PropertyType.NUMBER, (), d.folder.parent / "left.csv"
        )
    ),
}

SHAPING_READS = frozenset(
    {
        "association_definitions.choices",
        "association_definitions.labels",
        "association_definitions.limits",
        "associations.groups",
        "associations.list",
        "create_forms.get",
        "definitions.archived_objects",
        "definitions.archived_properties",
        "merges.of_record",
        "merges.plan",
        "pipelines.list",
        "property_groups.list",
        "type_changes.plan",
    }
)
