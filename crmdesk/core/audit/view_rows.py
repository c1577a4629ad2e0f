"""Views of the audit log as they are kept, and what of them is no longer there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Table, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.filters_json import filters_from_json, filters_to_json
from crmdesk.core.audit.view_model import (
    AuditView,
    AuditViewDefinition,
    Gone,
    GoneKind,
    is_view_period,
)
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import object_types, teams, users
from crmdesk.core.saved_view_rows import EVERYONE


def definition_text(definition: AuditViewDefinition) -> str:
    """What :func:`view_of` reads back."""
    facts = {"filters": filters_to_json(definition.filters), "period": definition.period}
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)


def flat_definition(text: str) -> dict[str, str]:
    """What a kept view asks for as names and texts, for the entry that tells of a change."""
    kept = json.loads(text)
    facts = kept["filters"] | {"period": kept["period"]}
    ruled_out = facts.pop("without", {})
    facts |= {f"without {name}": value for name, value in ruled_out.items()}
    return {name: _flat(value) for name, value in sorted(facts.items()) if value}


def _flat(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def view_of(tx: Tx, actor: Actor, row: Row[Any]) -> AuditView:
    """A view of its row; what cannot be read any more is left out and told."""
    definition, unreadable = _read(row.definition)
    filters, unknown = _without_unknown_codes(definition.filters)
    gone = [Gone(GoneKind.FILTER, name) for name in unreadable]
    gone += unknown
    return AuditView(
        id=row.id,
        name=row.name,
        definition=replace(definition, filters=filters),
        owner_name=row.full_name or "",
        shared=row.sharing == EVERYONE,
        mine=row.owner_id == actor.user_id,
        gone=(*gone, *_removed(tx, filters)),
    )


def _read(text: str) -> tuple[AuditViewDefinition, list[str]]:
    try:
        kept = json.loads(text)
        filters, unreadable = filters_from_json(kept["filters"])
        period = str(kept["period"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return AuditViewDefinition(), ["filters"]
    if period and not is_view_period(period):
        return AuditViewDefinition(filters), [*unreadable, "period"]
    return AuditViewDefinition(filters, period), list(unreadable)


def _without_unknown_codes(filters: AuditFilters) -> tuple[AuditFilters, list[Gone]]:
    categories, rest = _known(filters.categories, "categories")
    actions, more = _known(filters.actions, "actions")
    without = filters.without
    no_categories, again = _known(without.categories, "categories")
    no_actions, last = _known(without.actions, "actions")
    kept = replace(
        filters,
        categories=categories,
        actions=actions,
        without=replace(without, categories=no_categories, actions=no_actions),
    )
    return kept, [*rest, *more, *again, *last]


def _known(codes: tuple[str, ...], what: str) -> tuple[tuple[str, ...], list[Gone]]:
    """Those that the catalogue has, and those it has not.

    Args:
        what: the filter they stand in.
    """
    catalogue = load_audit_catalogue()
    known = {
        "categories": {category.code for category in catalogue.categories},
        "actions": set(catalogue.action_labels),
    }[what]
    kept = tuple(code for code in codes if code.lower() in known)
    return kept, [Gone(GoneKind.CODE, code, what) for code in codes if code.lower() not in known]


def _removed(tx: Tx, filters: AuditFilters) -> Iterator[Gone]:
    """Users, teams and objects that the filters name and nobody finds any more."""
    without = filters.without
    users_named = (*filters.user_ids, *without.user_ids)
    yield from _removed_rows(tx, users, "full_name", GoneKind.USER, users_named)
    teams_named = (*filters.team_ids, *without.team_ids)
    yield from _removed_rows(tx, teams, "name", GoneKind.TEAM, teams_named)
    yield from _removed_objects(tx, (*filters.object_types, *without.object_types))


def _removed_objects(tx: Tx, names: Collection[str]) -> Iterator[Gone]:
    for name in dict.fromkeys(names):
        live = select(object_types.c.archived_at).where(object_types.c.name == name)
        found = tx.execute(live).scalars().all()
        if found and None not in found:
            yield Gone(GoneKind.OBJECT, name, name)


def _removed_rows(
    tx: Tx, table: Table, label: str, kind: GoneKind, ids: Collection[int]
) -> Iterator[Gone]:
    if not ids:
        return
    rows = tx.execute(select(table).where(table.c.id.in_(ids)))
    found = {row.id: (getattr(row, label), row.removed_at) for row in rows}
    for wanted in dict.fromkeys(ids):
        if wanted not in found:
            yield Gone(kind, str(wanted), wanted)
        elif found[wanted][1] is not None:
            yield Gone(kind, found[wanted][0], wanted)
