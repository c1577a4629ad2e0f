"""Which properties of an object come first: columns of a new table, key properties, filters."""

from __future__ import annotations

from collections.abc import Iterable

from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType

#: Stands for the record's name, which is made of several properties; no property has this name.
NAME = "@name"

_COLUMNS = {
    "contacts": ("company", "lifecyclestage", "hubspot_owner_id", "lastmodifieddate"),
    "companies": ("domain", "city", "lifecyclestage", "hubspot_owner_id"),
    "deals": ("dealstage", "amount", "closedate", "hubspot_owner_id"),
    "tickets": ("hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id"),
    "products": ("hs_sku", "hs_status", "price"),
    "calls": ("hs_call_disposition", "hs_timestamp", "hs_call_duration", "hubspot_owner_id"),
    "conversations": ("status", "channel", "latest_message_date", "hubspot_owner_id"),
    "tasks": ("hs_task_status", "hs_task_priority", "hs_timestamp", "hubspot_owner_id"),
}
_KEY = {
    "contacts": (
        "email", "phone", "company", "jobtitle", "lifecyclestage", "hubspot_owner_id", "city",
    ),
    "companies": (
        "domain", "phone", "industry", "lifecyclestage", "hubspot_owner_id", "city", "country",
    ),
    "deals": ("amount", "pipeline", "dealstage", "closedate", "hubspot_owner_id", "dealtype"),
    "tickets": ("hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id"),
    "products": ("hs_sku", "price", "hs_status", "hs_product_type", "description"),
    "calls": (
        "hs_call_direction", "hs_call_disposition", "hs_timestamp", "hs_call_duration",
        "hs_call_body", "hubspot_owner_id",
    ),
    "conversations": ("status", "channel", "visitor_name", "visitor_email", "hubspot_owner_id"),
    "tasks": ("hs_task_status", "hs_task_priority", "hs_timestamp", "hs_task_body"),
}  # fmt: skip
_BADGES = ("hs_task_status", "hs_call_disposition", "status", "hs_status")
_FREE_COLUMNS = 3


def modified(object_type: ObjectType) -> Property | None:
    """The property of the last change."""
    return object_type.with_format(PropertyFormat.UPDATED_AT)


def column_names(object_type: ObjectType) -> tuple[str, ...]:
    """Columns of the first start: the name, what the object is known by, the last change."""
    named = _COLUMNS.get(object_type.name) or _first_written(object_type)
    last = modified(object_type)
    names = [*named, last.name if last is not None else ""]
    return (NAME, *_known(object_type, names))


def key_names(object_type: ObjectType) -> tuple[str, ...]:
    """What the panel shows first."""
    named = _KEY.get(object_type.name) or _first_written(object_type)
    return _known(object_type, named)


def common_names(object_type: ObjectType) -> tuple[str, ...]:
    """What a new record is asked for: its name, what is required, the key properties."""
    required = [p.name for p in object_type.writable if p.required]
    names = (*object_type.display_properties, *required, *key_names(object_type))
    return tuple(name for name in _known(object_type, names) if _writable(object_type, name))


def filter_names(object_type: ObjectType) -> tuple[str, ...]:
    """Chips that stand there before any filter is set."""
    stage = badge_property(object_type)
    owner = object_type.with_format(PropertyFormat.OWNER)
    last = modified(object_type)
    return tuple(p.name for p in (stage, owner, last) if p is not None)


def badge_property(object_type: ObjectType) -> Property | None:
    """The one property shown as a badge: a stage or a state."""
    for wanted in (PropertyFormat.STAGE, PropertyFormat.LIFECYCLE):
        if (found := object_type.with_format(wanted)) is not None:
            return found
    names = [name for name in _BADGES if name in object_type.by_name]
    return object_type.by_name[names[0]] if names else None


def _first_written(object_type: ObjectType) -> list[str]:
    own = [p for p in object_type.writable if p.name not in object_type.display_properties]
    usual = [p.name for p in own if not p.hidden and p.type is not PropertyType.MULTI_ENUMERATION]
    return usual[:_FREE_COLUMNS]


def _known(object_type: ObjectType, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name in object_type.by_name)


def _writable(object_type: ObjectType, name: str) -> bool:
    return not object_type.by_name[name].calculated
