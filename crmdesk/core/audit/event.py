"""An entry of the audit log as people read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects import sqlite

from crmdesk.core.audit.event_places import OBJECT_SETTINGS, event_place
from crmdesk.core.audit.readable import readable_time
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import audit_details, audit_events, users
from crmdesk.core.errors import UserError

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
        id: the sequence number; negative in an imported log.
        at: the clock as it was read.
        user: e-mail of who acted, as it was then; empty for the program and unknown people.
        object: API name of the object, or of another kind of thing.
        subjects: how many records a bulk action touched.
        agent: program, system and versions.
        link: where in the program it happened, e.g. ``records/contacts/17``; as it was written,
            or reckoned from what it was done to.
        detail: its facts, e.g. ``changes`` from old to new; sensitive values are masked.
        erased: the details were erased; that the entry stood here is still proven.
        super_admin: whether who acted was a Super Admin then; None where that is not known.
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
    super_admin: bool | None = None

    @property
    def imported(self) -> bool:
        """Whether another program's log said so: nothing here proves it."""
        return self.id < 0


def without_details(event: AuditEvent) -> AuditEvent:
    """An entry as an edition shows it that shows no details."""
    return replace(event, detail={}, job_id=None, session_id=None)


def entries() -> Select[Any]:
    """The statement whose rows, as the driver gives them, :func:`read_event` reads."""
    return _ENTRIES


_SHOWN = (
    "id",
    "at",
    "category",
    "subcategory",
    "action",
    "result",
    "actor_kind",
    "user_id",
    "object_type",
    "object_id",
    "job_id",
    "session_id",
    "subjects",
    "address",
    "host",
    "country",
    "region",
    "agent",
    "sign_in_type",
    "link",
)
_OBJECT, _LINK, _SHOWN_END = _SHOWN.index("object_type"), _SHOWN.index("link"), len(_SHOWN)
_ERASED_AT = _SHOWN_END + 1
_ENTRIES = (
    select(
        *(audit_events.c[name] for name in _SHOWN),
        audit_details.c.payload,
        audit_details.c.erased_at,
        users.c.email,
        users.c.full_name,
    )
    .outerjoin(audit_details, audit_details.c.event_id == audit_events.c.id)
    .outerjoin(users, users.c.id == audit_events.c.user_id)
)


def run_plain(tx: Tx, statement: Select[Any]) -> sqlite3.Cursor:
    """Run a statement for its plain tuples: a page of 64 entries in a quarter of the time."""
    compiled = statement.compile(
        dialect=tx.connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    given = compiled.params
    return tx.sql(str(compiled), [given[name] for name in compiled.positiontup or ()])


@cache
def _entries_text() -> str:
    return str(_ENTRIES.compile(dialect=sqlite.dialect()))


def entries_numbered(tx: Tx, ids: Sequence[int]) -> sqlite3.Cursor:
    """The rows with these numbers; a page of a table is read while its window waits."""
    marks = ", ".join("?" * len(ids))
    return tx.sql(f"{_entries_text()} WHERE audit_events.id IN ({marks})", list(ids))


def read_event(row: Sequence[Any], sensitive: SensitiveNames) -> AuditEvent:
    """Make an entry of a row; details that somebody broke count as none."""
    user, user_name, super_admin, detail = read_facts(row, sensitive)
    # By place, in the order of the fields: by name each entry of a page takes half as long again.
    values = (
        row[0],
        readable_time(row[1]),
        *row[2:_OBJECT],
        user,
        user_name,
        *row[_OBJECT:_LINK],
        place_in(row, detail),
        detail,
        row[_ERASED_AT] is not None,
        super_admin,
    )
    return AuditEvent(*values)


def place_in(row: Sequence[Any], detail: Mapping[str, Any]) -> str | None:
    """Where it happened, in words of links, of a row as :func:`entries_numbered` gives it."""
    link = row[_LINK]
    if link is not None and link != OBJECT_SETTINGS:
        # Of ten million entries most were written with their place.
        return str(link)
    category, subcategory, action = row[2:5]
    user_id, about, object_id = row[_OBJECT - 1 : _OBJECT + 2]
    return event_place(category, subcategory, action, user_id, about, object_id, link, detail)


def read_facts(
    row: Sequence[Any], sensitive: SensitiveNames
) -> tuple[str, str, bool | None, dict[str, Any]]:
    """E-mail and name of who acted, whether as a Super Admin, and the other details."""
    payload, _, known_email, known_name = row[_SHOWN_END:]
    detail = details_of(payload)
    email = detail.pop("user_email", None)
    name = detail.pop("user_name", None)
    super_admin = detail.pop("user_super_admin", None)
    hidden = sensitive.get(row[_OBJECT] or "") if sensitive else None
    return (
        # Erased details take the name of then with them; the user may still be known.
        str((known_email if email is None else email) or ""),
        str((known_name if name is None else name) or ""),
        super_admin if isinstance(super_admin, bool) else None,
        _masked(detail, hidden) if hidden else detail,
    )


def sensitive_names(tx: Tx) -> SensitiveNames:
    """Which properties are sensitive now, whatever they were when the entry was written."""
    rows = tx.sql(
        "SELECT o.name, p.name FROM properties p JOIN object_types o ON o.id = p.object_type_id "
        "WHERE p.is_sensitive = 1"
    )
    found: dict[str, set[str]] = {}
    for object_name, property_name in rows:
        found.setdefault(object_name, set()).add(property_name)
    return {object_name: frozenset(names) for object_name, names in found.items()}


def details_of(payload: str | None) -> dict[str, Any]:
    """The facts of an entry; none where another program wrote what entries never say."""
    if payload is None:
        return {}
    try:
        read = json.loads(payload)
    except ValueError:
        return {}
    return read if isinstance(read, dict) and _has_changes_or_none(read) else {}


def _has_changes_or_none(read: Mapping[str, Any]) -> bool:
    """Whether changes are what entries write as such: one odd entry must not hide a page."""
    changes = read.get("changes")
    return not isinstance(changes, list) or all(
        isinstance(each, dict) and isinstance(each.get("property", ""), str) for each in changes
    )


def _masked(detail: dict[str, Any], hidden: frozenset[str]) -> dict[str, Any]:
    """Hide what an entry holds from the time before its property became sensitive."""
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


def entry_not_found(event_id: int) -> UserError:
    """The answer for an entry that is not there, or not shown."""
    return UserError(
        "audit_event_not_found",
        f"The audit log shows no entry {event_id}.",
        "Check the number. The edition may not show its category, or its imported log was removed.",
        id=event_id,
    )
