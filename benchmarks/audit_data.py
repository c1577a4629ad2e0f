"""A log of any length, as years of work by many people would leave it.

Made by SQL, since ten million entries one by one would take an hour. Its entries have everything
but a chain that proves them: what is measured here does not read it.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.desk import kept_desk
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite import AUDIT_TRIGGERS
from tests.builders import Desk

PEOPLE = 200
YEARS = 3
RARE = "Xylophone Quarry"
"""Words of one entry in a hundred thousand."""
_KINDS = (
    # Category, subcategory, action, result, and how often in a thousand.
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
_WORDS = ("Harbour", "Nordic", "Fjord", "Timber", "Lantern", "Copper", "Willow", "Granite")
_AT_ONCE = 100_000
_TABLES = """
CREATE TEMP TABLE kinds (n INTEGER PRIMARY KEY, category, subcategory, action, result, about);
CREATE TEMP TABLE words (n INTEGER PRIMARY KEY, word);
CREATE TEMP TABLE drawn (id INTEGER PRIMARY KEY, at, user, kind, serial, word, other);
"""
# Drawn once and then read, since random() is another number wherever it stands. A few people do
# most of the work: the third power of a number below one is more often small.
_DRAW = """
WITH RECURSIVE each(id) AS (SELECT :first UNION ALL SELECT id + 1 FROM each WHERE id < :last)
INSERT INTO drawn SELECT id,
  strftime('%Y-%m-%dT%H:%M:%fZ', 'now', printf('-%f seconds', (:rows - id) * :step)),
  abs(random()) % 1000000 / 1000000.0, abs(random()) % 1000, abs(random()) % 10000000,
  abs(random()) % :words, abs(random()) % :words FROM each
"""
_USER = "2 + CAST(:people * user * user * user AS INTEGER)"
_EVENTS = f"""
INSERT INTO audit_events (id, at, at_order, category, subcategory, action, result, actor_kind,
  user_id, session_id, sign_in_type, address, host, agent, country, region, object_type, object_id,
  details_digest, previous_hash, hash, mac)
SELECT d.id, at, at, category, subcategory, action, result, iif(result = 'failed', 'unknown',
  'user'), iif(result = 'failed', NULL, {_USER}), printf('%032x', {_USER}), 'password_and_code',
  '192.0.2.' || ({_USER}), 'desk-' || ({_USER}), 'CRM Desk 0.2.0 (Linux 6.8; Python 3.11)', 'NO',
  'Oslo', about, iif(about IS NULL, NULL, CAST(serial / 10 AS TEXT)), randomblob(32),
  randomblob(32), randomblob(32), randomblob(32)
FROM drawn d JOIN kinds k ON k.n = d.kind ORDER BY d.id
"""
_DETAILS = f"""
INSERT INTO audit_details (event_id, payload, salt)
SELECT d.id, json_object('changes', json_array(json_object('new', o.word || ' Street ' || serial,
  'old', iif(d.id % 100000 = 0, '{RARE}', w.word || ' Quay'), 'property', 'city')), 'name',
  'Contact ' || serial, 'user_email', 'person' || ({_USER}) || '@northwind.example', 'user_name',
  'Person' || ({_USER}) || ' Example'), randomblob(16)
FROM drawn d JOIN words w ON w.n = d.word JOIN words o ON o.n = d.other ORDER BY d.id
"""


def audit_folder(rows: int) -> Path:
    """A workspace whose log has so many entries."""
    return kept_desk(f"audit-{rows}", lambda desk: _fill(desk, rows))


def _fill(desk: Desk, rows: int) -> None:
    for number in range(PEOPLE):
        desk.user(f"Person{number} Example")
    raw = desk.workspace.database.raw()
    _forget(desk, raw)
    indexes = _without_indexes(raw)
    raw.executescript(_TABLES)
    every = [kind for *kind, often in _KINDS for _ in range(often)]
    objects = {"CONTACTS": "contacts", "DEALS": "deals"}
    raw.executemany(
        "INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)",
        [(n, *kind, objects.get(kind[1])) for n, kind in enumerate(every)],
    )
    raw.executemany("INSERT INTO words VALUES (?, ?)", list(enumerate(_WORDS)))
    step = YEARS * 365 * 86_400 / rows
    given = {"rows": rows, "people": PEOPLE, "words": len(_WORDS), "step": step}
    for first in range(1, rows + 1, _AT_ONCE):
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("DELETE FROM drawn")
        raw.execute(_DRAW, given | {"first": first, "last": min(first + _AT_ONCE - 1, rows)})
        raw.execute(_EVENTS, given)
        raw.execute(_DETAILS, given)
        raw.execute("COMMIT")
        if desk.workspace.database.pages is not None:
            # Else the database's log would hold all of it.
            desk.workspace.database.pages.committed()
    for statement in indexes:
        raw.execute(statement)
    raw.close()


def _forget(desk: Desk, raw: sqlite3.Connection) -> None:
    """Begin the log anew: its order never goes back, and it is to begin years ago."""
    raw.execute("DROP TRIGGER audit_events_no_delete")
    raw.execute("DELETE FROM audit_details")
    raw.execute("DELETE FROM audit_events")
    raw.execute(AUDIT_TRIGGERS[1])
    (desk.folder / "anchors.jsonl").unlink(missing_ok=True)


def _without_indexes(raw: sqlite3.Connection) -> list[str]:
    """Drop what would be grown entry by entry; returns what makes it again, sorted."""
    kept = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'audit_events'"
    ).fetchall()
    for name, _ in kept:
        raw.execute(f"DROP INDEX {name}")
    return [sql for _, sql in kept]
