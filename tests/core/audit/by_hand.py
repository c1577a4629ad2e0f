"""Entries of every kind, and what SQL written by hand finds among them."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

from crmdesk.core.audit.filters import Choices
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.clock import to_text
from crmdesk.core.db.tables import audit_events

BEGINS = datetime(2026, 3, 28, 22, 50, tzinfo=UTC)
CATEGORIES = ("login", "security", "crm_object", "property_value")
ACTIONS = ("create", "update", "delete")
RESULTS = ("ok", "ok", "refused", "failed")
KINDS = ("user", "user", "system", "support", "unknown")
OBJECTS = (None, "contacts", "deals")
ADDRESSES = ("", "192.0.2.1", "192.0.2.17", "2001:db8::1")
WORDS = ("Harbour", "Ærø", "naïve", "quay")


def begin_at(desk, first):
    """Make the log begin with a number, as if all before it had passed its retention."""
    for (name,) in desk.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        if "audit" in str(name):
            desk.sql(f"DROP TRIGGER {name}")
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM audit_details")
        tx.sql("DELETE FROM audit_events")
    write(desk, first, 1, random.Random(0))


def write(desk, first, many, chance):
    """Entries of every kind, half a minute apart."""
    columns = [column.name for column in audit_events.columns]
    usual = dict.fromkeys(columns, "") | {"subjects": 1, "job_id": None, "link": None}
    usual |= dict.fromkeys(("details_digest", "previous_hash", "hash", "mac"), b"")
    rows, details = [], []
    for number in range(first, first + many):
        at = to_text(BEGINS + timedelta(seconds=30 * number))
        about = chance.choice(OBJECTS)
        row = usual | {
            "id": number, "at": at, "at_order": at, "category": chance.choice(CATEGORIES),
            "subcategory": chance.choice(("DEALS", "LOGIN_FAILED")),
            "action": chance.choice(ACTIONS), "result": chance.choice(RESULTS),
            "actor_kind": chance.choice(KINDS), "user_id": chance.choice((None, 1, 2, 3)),
            "address": chance.choice(ADDRESSES), "object_type": about,
            "object_id": str(chance.randrange(4)) if about else None,
        }  # fmt: skip
        rows.append([row[name] for name in columns])
        facts = {"name": [chance.choice(WORDS), {"in": chance.choice(WORDS)}], "yes": True}
        details.append((number, json.dumps(facts), b""))
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            f"INSERT INTO audit_events VALUES ({', '.join('?' * len(columns))})", rows
        )
        tx.driver.executemany(
            "INSERT INTO audit_details (event_id, payload, salt) VALUES (?, ?, ?)", details
        )


def quoted(values):
    return "(" + ", ".join(repr(str(each)) for each in values) + ")"


def conditions(choices):
    """SQL written by hand, one condition a filter."""
    columns = {
        "category": choices.categories,
        "action": choices.actions,
        "result": choices.results,
        "actor_kind": choices.actor_kinds,
        "object_type": choices.object_types,
        "object_id": choices.object_ids,
        "user_id": choices.user_ids,
        "id": choices.ids,
    }
    found = [f"e.{name} IN {quoted(values)}" for name, values in columns.items() if values]
    if choices.addresses:
        parts = [f"e.address GLOB '{each}'" for each in choices.addresses]
        found.append(f"({' OR '.join(parts)})")
    found += [f"d.payload LIKE '%\"{json.dumps(text)[1:-1]}%'" for text in choices.texts]
    if getattr(choices, "people_only", False):
        found.append(
            "(e.actor_kind IN ('user', 'support') OR e.subcategory = 'LOGIN_FAILED' "
            "OR (e.category = 'login' AND e.result <> 'ok'))"
        )
    return found


def by_hand(desk, filters, what="count(*)", after=""):
    wanted = [
        *conditions(filters),
        *(f"NOT coalesce({each}, 0)" for each in conditions(filters.without)),
    ]
    if filters.since:
        wanted.append(f"e.at >= '{to_text(filters.since)}'")
    if filters.until:
        wanted.append(f"e.at <= '{to_text(filters.until)}'")
    return desk.sql(
        f"SELECT {what} FROM audit_events e JOIN audit_details d ON d.event_id = e.id "
        f"WHERE {' AND '.join(wanted) or 1} {after}"
    )


def any_choices(chance, share, kind=Choices, **more):
    def some(values):
        return tuple(chance.sample(values, 2)) if chance.random() < share else ()

    return kind(
        categories=some(CATEGORIES),
        actions=some(ACTIONS),
        results=some(("ok", "refused", "failed")),
        actor_kinds=some(("user", "system", "support", "unknown")),
        object_types=some(OBJECTS[1:]),
        object_ids=some(("0", "1", "2", "9")),
        user_ids=some((1, 2, 3, 99)),
        ids=some(range(CHUNK - 90, CHUNK + 90)),
        addresses=some(("192.0.2.1", "192.0.2.1*", "2001*")),
        texts=some(WORDS)[:1],
        **more,
    )
