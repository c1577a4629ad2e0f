"""An import request as JSON, the way it waits in its job's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crmdesk.core.files.dialect import CsvDialect
from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.numbers import DecimalMark
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.transfer.model import (
    ArchivedMatches,
    AssociationColumn,
    FileOptions,
    ImportMode,
    ImportRequest,
)


def request_to_json(request: ImportRequest) -> dict[str, Any]:
    """Plain values that :func:`request_from_json` reads back."""
    facts = asdict(request)
    facts["mapping"] = None if request.mapping is None else dict(request.mapping)
    facts["static"] = dict(request.static)
    facts["date_orders"] = {header: each.value for header, each in request.date_orders.items()}
    return facts


def request_from_json(facts: Mapping[str, Any]) -> ImportRequest:
    """The request that was stored."""
    order = facts["date_order"]
    return ImportRequest(
        path=facts["path"],
        object_name=facts["object_name"],
        mapping=facts["mapping"],
        mode=ImportMode(facts["mode"]),
        key=facts["key"],
        archived_matches=ArchivedMatches(facts["archived_matches"]),
        date_order=None if order is None else DateOrder(order),
        decimal_mark=DecimalMark(facts["decimal_mark"]),
        new_properties=tuple(map(_definition, facts["new_properties"])),
        options=FileOptions(**facts["options"]),
        sha256=facts["sha256"],
        # A job that waits since an earlier release knows nothing of these.
        dialect=_dialect(facts.get("dialect")),
        associations=tuple(AssociationColumn(**each) for each in facts.get("associations", ())),
        static=facts.get("static", {}),
        date_orders={
            header: DateOrder(each) for header, each in facts.get("date_orders", {}).items()
        },
        lifecycle_back=facts.get("lifecycle_back", False),
    )


def _dialect(facts: Mapping[str, Any] | None) -> CsvDialect | None:
    if facts is None:
        return None
    others = {name: tuple(facts[name]) for name in ("alternatives", "other_delimiters")}
    return CsvDialect(**{**facts, **others})


def _definition(facts: Mapping[str, Any]) -> PropertyDefinition:
    return PropertyDefinition(
        **{
            **facts,
            "type": PropertyType(facts["type"]),
            "format": PropertyFormat(facts["format"]),
            "options": tuple(OptionDefinition(**option) for option in facts["options"]),
            "aliases": tuple(facts["aliases"]),
        }
    )
