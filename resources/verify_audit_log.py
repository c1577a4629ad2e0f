#!/usr/bin/env python3
"""Check a CRM Desk audit log without CRM Desk.

    python3 verify_audit_log.py crm.sqlite3 anchors.jsonl --public-key FINGERPRINT_OR_HEX

The fingerprint stands on the recovery sheet; the key itself, in hex, will do too. Without it the
key inside the anchor file is used, which proves only that the file agrees with itself.
Needs Python 3.11 and, for signatures, the ``cryptography`` package. Nothing is written; comments,
which are not chained, are not looked at. It prints one line of JSON: ``ok``, ``events`` (entries
found right), ``erased`` (those without details), ``first_bad`` and ``reason``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sqlite3
import sys
from pathlib import Path
from urllib.parse import quote

HASHED = """id at at_order category subcategory action result actor_kind user_id session_id
    sign_in_type address host agent country region object_type object_id job_id subjects link
    details_digest previous_hash"""
COLUMNS = HASHED.split()
FORMAT = "crmdesk-audit-head-1"


def fingerprint(key: bytes) -> str:
    """The first 160 bits of the key's SHA-256 in Crockford's base 32, without hyphens."""
    bits = int.from_bytes(hashlib.sha256(key).digest()[:20])
    return "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> n & 31] for n in range(155, -1, -5))


def trusted_key(text: str) -> bytes | str:
    """A public key from its digits, or a fingerprint as it is printed, without its hyphens."""
    plain = text.replace("-", "").upper().translate(str.maketrans("ILO", "110"))
    return plain if len(plain) == 32 else bytes.fromhex(plain)


def read_anchors(path: Path, public_key: bytes | str | None, workspace_id: str):
    """Return {sequence: hash} of the genuine heads, and how many lines are not genuine."""
    anchors: dict[int, str] = {}
    refused = 0
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            head = json.loads(line)
            sequence, digest = int(head["sequence"]), str(head["hash"])
            genuine = head["format"] == FORMAT and head["workspace_id"] == workspace_id
            genuine = genuine and is_signed(head, public_key)
        except (ValueError, KeyError, TypeError):
            # An unfinished last line is what a crash leaves behind.
            refused += number < len(lines)
            continue
        if not genuine:
            refused += 1
        elif anchors.setdefault(sequence, digest) != digest:
            anchors[sequence] = "two heads contradict each other"
    return anchors, refused


def is_signed(head, public_key: bytes | str | None) -> bool:
    """Whether the signature of a head is right, and its key the trusted one."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    fields = [FORMAT, head["workspace_id"], head["sequence"], head["hash"], head["at"]]
    signed = json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    key = public_key if isinstance(public_key, bytes) else bytes.fromhex(head["public_key"])
    if isinstance(public_key, str) and fingerprint(key) != public_key:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(head["signature"]), signed)
    except InvalidSignature:
        return False
    return True


def open_database(path: Path) -> sqlite3.Connection:
    """Open read-only; a folder that cannot be written to must hold no write-ahead log."""
    place = "file:" + quote(str(path.absolute())) + "?mode=ro"
    log = Path(str(path) + "-wal")
    for suffix in ("", "&immutable=1"):
        connection = sqlite3.connect(place + suffix, uri=True)
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
        except sqlite3.OperationalError:
            connection.close()
            if suffix or (log.exists() and log.stat().st_size):
                raise
        else:
            return connection
    raise AssertionError("unreachable")


def entry_hash(row: sqlite3.Row) -> bytes:
    """SHA-256 over the row as a compact JSON list, bytes as lower-case hex."""
    fields = [row[name].hex() if isinstance(row[name], bytes) else row[name] for name in COLUMNS]
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def details_fault(row: sqlite3.Row) -> str | None:
    """What is wrong with the details beside an entry; ``erased`` is not a fault."""
    if row["event_id"] is None:
        return "details_missing"
    payload, salt = row["payload"], row["salt"]
    if payload is None and salt is None and row["erased_at"] is not None:
        return "erased"
    if payload is None or salt is None or row["erased_at"] is not None:
        return "details_changed"
    digest = hashlib.sha256(salt + payload.encode("utf-8", "surrogateescape")).digest()
    return None if digest == row["details_digest"] else "details_changed"


def entry_fault(row: sqlite3.Row, expected: int, previous_hash: bytes, order: str) -> str | None:
    """What is wrong with an entry itself, the first that is."""
    if row["id"] != expected:
        return "missing"
    if entry_hash(row) != row["hash"]:
        return "changed"
    if row["previous_hash"] != previous_hash:
        return "unlinked"
    if not order <= row["at_order"] >= row["at"]:
        return "out_of_order"
    return None


def walk(connection: sqlite3.Connection, anchors: dict[int, str]):
    """Return (entries found right, erased, reason or None)."""
    events, erased, previous_hash, order = 0, 0, bytes(32), ""
    rows = connection.execute(
        "SELECT e.*, d.event_id, d.payload, d.salt, d.erased_at FROM audit_events e "
        "LEFT JOIN audit_details d ON d.event_id = e.id ORDER BY e.id"
    )
    for row in rows:
        fault = entry_fault(row, events + 1, previous_hash, order)
        if fault is None and anchors.get(row["id"], row["hash"].hex()) != row["hash"].hex():
            fault = "rewritten"
        if fault is None:
            fault = details_fault(row)
        if fault == "erased":
            erased += 1
        elif fault is not None:
            return events, erased, fault
        events, previous_hash, order = row["id"], row["hash"], row["at_order"]
    left_over = connection.execute("SELECT max(event_id) FROM audit_details").fetchone()[0]
    if max([*anchors, left_over or 0]) > events:
        return events, erased, "cut"
    return events, erased, None if events else "empty"


def has_log(connection: sqlite3.Connection) -> bool:
    """Whether the log's tables are there, with the columns that the hash covers."""
    beside = {"event_id", "payload", "salt", "erased_at"}
    wanted = {"audit_events": {*COLUMNS, "hash", "mac"}, "audit_details": beside}
    return all(
        {row[1] for row in connection.execute(f"PRAGMA table_info({table})")} == columns
        for table, columns in wanted.items()
    )


def verify(database: Path, anchor_file: Path, public_key: bytes | str | None) -> dict[str, object]:
    """Check the whole log in one snapshot; a key as text is its fingerprint."""
    connection = open_database(database)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
    try:
        connection.execute("BEGIN")
        (workspace_id,) = connection.execute("SELECT id FROM workspace").fetchone() or ("",)
        anchors, refused = read_anchors(anchor_file, public_key, workspace_id)
        whole = has_log(connection)
        events, erased, reason = walk(connection, anchors) if whole else (0, 0, "table_missing")
    finally:
        connection.close()
    first_bad = None if reason is None else events + 1
    if reason is None and refused:
        reason = "anchor_not_genuine"
    found = (reason is None, events, erased, first_bad, reason)
    return dict(zip(("ok", "events", "erased", "first_bad", "reason"), found, strict=True))


def main() -> int:
    """Read the command line and print the finding."""
    parser = argparse.ArgumentParser(description="Check a CRM Desk audit log.")
    parser.add_argument("database", type=Path)
    parser.add_argument("anchors", type=Path)
    parser.add_argument("--public-key", type=trusted_key, metavar="KEY", default=None)
    given = parser.parse_args()
    finding = verify(given.database, given.anchors, given.public_key)
    sys.stdout.write(json.dumps(finding) + "\n")
    return 0 if finding["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
