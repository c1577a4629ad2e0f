"""A log of any length, as years of work by many people would leave it, chain and all."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.desk import kept_desk
from crmdesk.core.audit import chain
from crmdesk.core.clock import to_text
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import AUDIT_TRIGGERS
from crmdesk.core.db.tables import audit_events
from tests.builders import Desk

PEOPLE = 200
YEARS = 3
_KINDS = (
    # Category, subcategory, action, result, how often in a thousand.
    ("property_value", "CONTACTS", "update", "ok", 300),
    ("property_value", "DEALS", "update", "ok", 120),
    ("crm_object", "CONTACTS", "create", "ok", 100),
    ("crm_object", "DEALS", "create", "ok", 50),
    ("crm_object", "CONTACTS", "delete", "ok", 30),
    ("crm_object", "DEALS", "delete", "ok", 10),
    ("association", "CONTACTS", "create", "ok", 80),
    ("login", "LOGIN_SUCCEEDED", "sign_in", "ok", 120),
    ("login", "LOGOUT", "sign_out", "ok", 90),
    ("login", "LOGIN_FAILED", "sign_in", "failed", 15),
    ("security", "EXPORT", "export", "ok", 20),
    ("security", "EXPORT_DOWNLOAD", "download", "ok", 20),
    ("security", "IMPORT", "import", "ok", 10),
    ("security", "DATA_BACKUP_CREATED", "create", "ok", 5),
    ("security", "PERMISSION_REFUSED", "refuse", "refused", 10),
    ("settings", "SETTING", "update", "ok", 12),
    ("list", "SEGMENT", "update", "ok", 5),
    ("pipeline", "STAGE", "update", "ok", 2),
    ("privacy", "DATA_REQUEST", "create", "ok", 1),
)
_WORDS = (
    "Harbour",
    "Nordic",
    "Fjord",
    "Timber",
    "Lantern",
    "Copper",
    "Willow",
    "Granite",
    "Meadow",
)
_COLUMNS = [column.name for column in audit_events.columns]
_AT_ONCE = 20_000


def audit_folder(rows: int) -> Path:
    """A workspace whose log has so many entries more than it was made with."""
    return kept_desk(f"audit-{rows}", lambda desk: _fill(desk, rows))


def _fill(desk: Desk, rows: int) -> None:
    for number in range(PEOPLE):
        desk.user(f"Person{number} Example")
    raw = desk.workspace.database.raw()
    insert = f"INSERT INTO audit_events VALUES ({', '.join('?' * len(_COLUMNS))})"
    details = "INSERT INTO audit_details (event_id, payload, salt) VALUES (?, ?, ?)"
    _forget(desk, raw)
    mac = chain.EntryMac(desk.workspace.audit_log._mac_key)
    entries = _entries(rows, mac)
    for start in range(0, rows, _AT_ONCE):
        some = [next(entries) for _ in range(min(_AT_ONCE, rows - start))]
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(insert, [row for row, _ in some])
        raw.executemany(details, [row for _, row in some])
        raw.execute("COMMIT")
        if desk.workspace.database.pages is not None:
            # Else the database's log would hold all of it.
            desk.workspace.database.pages.committed()
    raw.close()


def _forget(desk: Desk, raw: sqlite3.Connection) -> None:
    """Begin the log anew: its order never goes back, and it is to begin years ago."""
    raw.execute("DROP TRIGGER audit_events_no_delete")
    raw.execute("DELETE FROM audit_details")
    raw.execute("DELETE FROM audit_events")
    raw.execute(AUDIT_TRIGGERS[1])
    (desk.folder / "anchors.jsonl").unlink(missing_ok=True)


def _entries(rows: int, mac: chain.EntryMac) -> Iterator[tuple[list[Any], tuple[int, str, bytes]]]:
    """Each entry as its table wants it, with its details."""
    chance, previous = random.Random(10), chain.FIRST
    length = timedelta(days=365 * YEARS)
    begins, step = datetime.now(UTC) - length, length / rows
    kinds = chance.choices(_KINDS, [kind[4] for kind in _KINDS], k=65_536)
    for turn in range(rows):
        number = turn + 1
        category, subcategory, action, result, _ = kinds[(turn * 31 + turn // 65_536) % 65_536]
        # A few do most of it.
        user = 2 + int(PEOPLE * chance.random() ** 3)
        at = to_text(begins + turn * step)
        payload = _payload(user, category, chance)
        salt = chance.randbytes(16)
        about = subcategory.lower() if subcategory in ("CONTACTS", "DEALS") else None
        values = {
            "id": number, "at": at, "at_order": at, "category": category,
            "subcategory": subcategory, "action": action, "result": result,
            "actor_kind": "unknown" if result == "failed" else "user",
            "user_id": None if result == "failed" else user, "session_id": f"{user:032x}",
            "sign_in_type": "password_and_code", "address": f"192.0.2.{user}",
            "host": f"desk-{user}", "agent": "CRM Desk 0.2.0 (Linux 6.8; Python 3.11)",
            "country": "NO", "region": "Oslo", "object_type": about,
            "object_id": str(chance.randrange(1_000_000)) if about else None, "job_id": None,
            "subjects": 1, "link": None,
            "details_digest": chain.details_digest(payload, salt), "previous_hash": previous,
        }  # fmt: skip
        values["hash"] = previous = chain.entry_hash(values)
        values["mac"] = mac.of(previous)
        yield [values[name] for name in _COLUMNS], (number, payload, salt)


def _payload(user: int, category: str, chance: random.Random) -> str:
    word, other = chance.choice(_WORDS), chance.choice(_WORDS)
    serial = chance.randrange(10_000_000)
    facts: dict[str, Any] = {
        "user_email": f"person{user}@northwind.example",
        "user_name": f"Person{user} Example",
    }
    if category == "property_value":
        change = {"property": "city", "old": f"{word} Quay", "new": f"{other} Street {serial}"}
        facts |= {"name": f"Contact {serial}", "changes": [change]}
    elif category == "crm_object":
        values = {"firstname": word, "email": f"{word.lower()}{serial}@example.org"}
        facts |= {"name": f"{word} {serial}", "values": values}
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
