"""What may be chosen for a restore: objects, properties, and those that go in pairs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crmdesk.core.changes.plan import ValueCounts
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.model import (
    PlanRequest,
    PropertySurvey,
    RestorePlan,
    Survey,
)
from crmdesk.core.restore.planning import Compared
from crmdesk.core.restore.sources import (
    MatchedColumn,
    TrustedBackup,
    match_columns,
    together,
)

WHY = {
    "conversations": "conversations can be backed up but never restored automatically",
    "not_in_backup": "it has no records in it",
    "object_gone": "the object no longer exists",
    "object_recreated": "the object was removed and made again since, so it is another one",
}


def completed(request: PlanRequest, backup: TrustedBackup, object_type: ObjectType) -> PlanRequest:
    """Check the chosen properties and add those that are only restored together with them."""
    entry = backup.file.entry_of(object_type.name)
    selectable = {
        column.name
        for column in match_columns(entry, object_type)
        if column.target is not None and not column.target.calculated
    }
    if request.properties is None:
        chosen = tuple(p.name for p in object_type.writable if p.name in selectable)
    else:
        for name in request.properties:
            if name not in selectable:
                raise _not_restorable(name, object_type)
        pairs = together(object_type)
        extra = [pairs[n] for n in request.properties if pairs.get(n) in selectable]
        chosen = tuple(dict.fromkeys((*request.properties, *extra)))
    if not chosen:
        raise UserError(
            "nothing_chosen", "No property is chosen.", "Choose at least one property to restore."
        )
    return replace(request, properties=chosen)


def _not_restorable(name: str, object_type: ObjectType) -> UserError:
    found = object_type.by_name.get(name)
    if found is not None and found.calculated:
        why = f"{found.label} is calculated by CRM Desk"
    elif found is None:
        why = f"{object_type.plural_label} have no property “{name}” now"
    else:
        why = f"the backup does not hold {found.label}"
    return UserError(
        "property_not_restorable",
        f"“{name}” cannot be restored: {why}.",
        "Leave it out, or name another one by its internal name.",
        property=name,
    )


def plan_params(request: PlanRequest) -> dict[str, Any]:
    """What a plan was asked, as JSON keeps it; the plan's hash covers it."""
    return {
        "source": request.source,
        "object_name": request.object_name,
        "properties": list(request.properties or ()),
        "record_ids": None if request.record_ids is None else list(request.record_ids),
        "skip_clears": request.skip_clears,
        "only_unchanged": request.only_unchanged,
        "without_automations": request.without_automations,
    }


def planned_facts(plan: RestorePlan) -> dict[str, Any]:
    """The plan in the numbers that its restore is held to."""
    values = plan.values
    return {
        "records": plan.records_changing,
        "set": values.set,
        "overwrite": values.overwrite,
        "clear": values.clear,
        "skipped": dict(plan.skipped),
        "properties": list(plan.properties),
    }


def build_survey(
    backup: TrustedBackup, object_type: ObjectType, compared: Compared, created_since: int
) -> Survey:
    """Every property of the object, with what restoring all of it would do."""
    counts = compared.counts
    looked_at = compared.equal_records + counts.records_changing + counts.records_unchanged
    entry = backup.file.entry_of(object_type.name)
    matched = {column.name: column for column in match_columns(entry, object_type)}
    pairs = together(object_type)
    surveyed = []
    for found in object_type.properties:
        column = matched.get(found.name)
        reason = "calculated" if found.calculated else "not_in_backup" if column is None else ""
        item = counts.properties.get(found.name)
        surveyed.append(
            PropertySurvey(
                name=found.name,
                label=found.label,
                group=found.group,
                counts=_with_equal(item, compared.equal_records),
                selectable=not reason,
                reason=reason,
                sensitive=found.sensitive,
                type_changed=column is not None and column.type_changed,
                together=pairs.get(found.name, ""),
            )
        )
    surveyed += [_gone(column) for column in matched.values() if column.target is None]
    return Survey(
        object_type.name,
        tuple(surveyed),
        looked_at,
        compared.missing,
        created_since,
        counts.records_changing,
        counts.skipped,
    )


def _gone(column: MatchedColumn) -> PropertySurvey:
    """A property that the backup holds and the workspace no longer has."""
    return PropertySurvey(
        column.name, column.label, "", ValueCounts(), False, "gone", False, False, ""
    )


def _with_equal(counts: ValueCounts | None, equal_records: int) -> ValueCounts:
    if counts is None:
        return ValueCounts()
    return replace(counts, unchanged=counts.unchanged + equal_records)
