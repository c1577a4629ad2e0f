"""Which entries somebody wants to see, and the conditions that find them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select

from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_audit import details_contain
from crmdesk.core.db.tables import audit_events, team_members, teams, users
from crmdesk.core.errors import WrongUsage
from crmdesk.core.setting_declarations import Edition


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """All that are given must hold; within one, any.

    Attributes:
        categories, actions: codes of the catalogue, in any case.
        subcategories: codes, in any case.
        by: e-mail, name or team of who acted, or the start of either, in any case.
        user_ids: who acted, picked from a list; adds to ``by``.
        since, until: aware; both inclusive, to the millisecond.
        search: text anywhere in the details, or a whole record or job id.
        object_type, object_id: what was acted on.
    """

    categories: tuple[str, ...] = ()
    subcategories: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    user_ids: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    object_type: str | None = None
    object_id: str | None = None


Conditions = list[ColumnElement[bool]]


def conditions(tx: Tx, filters: AuditFilters, edition: Edition) -> Conditions:
    """The conditions on ``audit_events``, those of the edition included.

    Raises:
        WrongUsage: ``audit_category_unknown``, ``audit_action_unknown``.
    """
    found = edition_conditions(edition) + _kinds(filters) + _range(tx, filters)
    if filters.by or filters.user_ids:
        found.append(audit_events.c.user_id.in_({*filters.user_ids, *acting_users(tx, filters.by)}))
    if filters.object_type is not None:
        found.append(audit_events.c.object_type == filters.object_type)
    if filters.object_id is not None:
        found.append(audit_events.c.object_id == filters.object_id)
    if term := filters.search.strip():
        # As it stands inside the JSON of the details, without the quotes around it.
        in_json = json.dumps(term, ensure_ascii=False)[1:-1]
        found.append(
            or_(
                audit_events.c.object_id == term,
                audit_events.c.job_id == term,
                details_contain(audit_events.c.id, term, in_json),
            )
        )
    return found


def shown_categories(edition: Edition) -> frozenset[str]:
    """The codes of the categories that an edition shows."""
    return frozenset(found.code for found in load_audit_catalogue().visible_in(edition))


def edition_conditions(edition: Edition) -> Conditions:
    """What an edition shows; nothing to ask where it shows everything."""
    shown = shown_categories(edition)
    if len(shown) == len(load_audit_catalogue().categories):
        return []
    return [audit_events.c.category.in_(sorted(shown))]


def _kinds(filters: AuditFilters) -> Conditions:
    catalogue = load_audit_catalogue()
    found: Conditions = []
    if filters.categories:
        codes = [code.lower() for code in filters.categories]
        _refuse_unknown("category", codes, [category.code for category in catalogue.categories])
        found.append(audit_events.c.category.in_(codes))
    if filters.subcategories:
        codes = [code.upper() for code in filters.subcategories]
        found.append(audit_events.c.subcategory.in_(codes))
    if filters.actions:
        codes = [code.lower() for code in filters.actions]
        _refuse_unknown("action", codes, list(catalogue.action_labels))
        found.append(audit_events.c.action.in_(codes))
    return found


def _refuse_unknown(what: str, given: list[str], known: list[str]) -> None:
    for code in given:
        if code not in known:
            raise WrongUsage(
                f"audit_{what}_unknown",
                f"The audit log has no {what} “{code}”.",
                f"Give one of {', '.join(known)}.",
            )


def acting_users(tx: Tx, prefixes: tuple[str, ...]) -> set[int]:
    """Users, removed ones included, whose e-mail, name or team starts so."""
    wanted = tuple(prefix.strip().casefold() for prefix in prefixes)
    known = tx.execute(select(users.c.id, users.c.email, users.c.full_name))
    members = tx.execute(
        select(team_members.c.user_id, teams.c.name).join(
            teams, teams.c.id == team_members.c.team_id
        )
    )
    return {
        row.id
        for row in known
        if row.email.casefold().startswith(wanted) or row.full_name.casefold().startswith(wanted)
    } | {row.user_id for row in members if row.name.casefold().startswith(wanted)}


def _range(tx: Tx, filters: AuditFilters) -> Conditions:
    """The dates as a range of numbers: ``at_order`` never goes back, so no index is needed."""
    found: Conditions = []
    if filters.since is not None:
        found.append(audit_events.c.id >= _first_at(tx, to_text(filters.since)))
    if filters.until is not None:
        # The text of the next millisecond sorts after every entry of this one.
        found.append(audit_events.c.id < _first_at(tx, to_text(filters.until) + "~"))
    return found


def _first_at(tx: Tx, text: str) -> int:
    """The first entry whose time is at or after ``text``; beyond the last if there is none."""
    low = tx.scalar(select(func.min(audit_events.c.id)))
    if low is None:
        return 0
    high = tx.scalar(select(func.max(audit_events.c.id))) + 1
    at_order = select(audit_events.c.at_order).order_by(audit_events.c.id).limit(1)
    while low < high:
        middle = (low + high) // 2
        if tx.scalar(at_order.where(audit_events.c.id >= middle)) >= text:
            high = middle
        else:
            low = middle + 1
    return int(low)
