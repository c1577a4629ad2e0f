"""An entry of the audit log as people read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import audit_details, audit_events, object_types, properties, users

MASKED = "masked"
"""What stands for a value that only a logged reveal shows."""

EVENT_KEYS = (
    "id",
    "at",
    "category",
    "subcategory",
    "action",
    "actor_kind",
    "user",
    "object",
    "object_id",
    "address",
    "country",
    "region",
    "agent",
    "sign_in_type",
    "link",
    "detail",
)
"""The attributes that scripts rely on, in the order in which they are printed."""

SensitiveNames = Mapping[str, frozenset[str]]
"""Internal names of sensitive properties by the API name of their object."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry.

    Attributes:
        id: the sequence number.
        at: the clock as it was read.
        user: e-mail of who acted, as it was then; empty for the program and unknown people.
        object: API name of the object, or of another kind of thing.
        subjects: how many records a bulk action touched.
        agent: program, system and versions.
        link: where in the program it happened, e.g. ``records/contacts/17``.
        detail: its facts, e.g. ``changes`` from old to new; sensitive values are masked.
        erased: the details were erased; that the entry stood here is still proven.
    """

    id: int
    at: datetime
    category: str
    subcategory: str
    action: str
    result: str
    actor_kind: str
    user_id: int | None
    user: str
    user_name: str
    object: str | None
    object_id: str | None
    job_id: str | None
    session_id: str | None
    subjects: int
    address: str
    host: str
    country: str
    region: str
    agent: str
    sign_in_type: str
    link: str | None
    detail: Mapping[str, Any]
    erased: bool


def entries() -> Select[Any]:
    """The statement whose rows :func:`read_event` reads."""
    return (
        select(
            audit_events,
            audit_details.c.payload,
            audit_details.c.erased_at,
            users.c.email.label("known_email"),
            users.c.full_name.label("known_name"),
        )
        .outerjoin(audit_details, audit_details.c.event_id == audit_events.c.id)
        .outerjoin(users, users.c.id == audit_events.c.user_id)
    )


def read_event(row: Row[Any], sensitive: SensitiveNames) -> AuditEvent:
    """Make an entry of a row; details that somebody broke count as none."""
    detail = _details(row.payload)
    email = detail.pop("user_email", None)
    name = detail.pop("user_name", None)
    hidden = sensitive.get(row.object_type or "", frozenset())
    return AuditEvent(
        id=row.id,
        at=from_text(row.at),
        category=row.category,
        subcategory=row.subcategory,
        action=row.action,
        result=row.result,
        actor_kind=row.actor_kind,
        user_id=row.user_id,
        # Erased details take the name of then with them; the user may still be known.
        user=str((row.known_email if email is None else email) or ""),
        user_name=str((row.known_name if name is None else name) or ""),
        object=row.object_type,
        object_id=row.object_id,
        job_id=row.job_id,
        session_id=row.session_id,
        subjects=row.subjects,
        address=row.address,
        host=row.host,
        country=row.country,
        region=row.region,
        agent=row.agent,
        sign_in_type=row.sign_in_type,
        link=row.link,
        detail=_masked(detail, hidden),
        erased=row.erased_at is not None,
    )


def sensitive_names(tx: Tx) -> SensitiveNames:
    """Which properties are sensitive now, whatever they were when the entry was written."""
    rows = tx.execute(
        select(object_types.c.name.label("object"), properties.c.name.label("property"))
        .join(properties, properties.c.object_type_id == object_types.c.id)
        .where(properties.c.is_sensitive == 1)
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.object, set()).add(row.property)
    return {object_name: frozenset(names) for object_name, names in found.items()}


def _details(payload: str | None) -> dict[str, Any]:
    if payload is None:
        return {}
    try:
        read = json.loads(payload)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _masked(detail: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """Hide what an entry holds from the time before its property became sensitive."""
    if not hidden:
        return detail
    changes, values = detail.get("changes"), detail.get("values")
    if isinstance(changes, list):
        detail["changes"] = [
            _masked_change(change) if change.get("property") in hidden else change
            for change in changes
        ]
    if isinstance(values, dict):
        detail["values"] = {
            name: MASKED if name in hidden else value for name, value in values.items()
        }
    return detail


def _masked_change(change: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: MASKED if name in {"old", "new"} and value is not None else value
        for name, value in change.items()
    }
