"""How entries are bound together so that a change to any of them shows.

Each entry's hash covers every one of its columns and the hash of the entry before it; a MAC
under a key derived from the workspace key covers the hash. Whoever has the file and not the key
can recompute the hashes but not the MACs, and whoever has both can not alter a signed head that
already lies outside the file.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from crmdesk.core.db.tables import audit_events

NOT_CHAINED = ("hash", "mac")
CHAINED = tuple(column.name for column in audit_events.columns if column.name not in NOT_CHAINED)
FIRST = bytes(32)


def canonical(values: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: a JSON list, in column order, so that no two rows share them."""
    fields = [_plain(values[name]) for name in CHAINED]
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _plain(value: Any) -> Any:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def entry_hash(values: Mapping[str, Any]) -> bytes:
    """SHA-256 over every column of the entry, ``previous_hash`` included."""
    return hashlib.sha256(canonical(values)).digest()


def entry_mac(key: bytes, digest: bytes) -> bytes:
    """HMAC-SHA-256 over the entry's hash."""
    return hmac.new(key, digest, hashlib.sha256).digest()


def details_digest(payload: str, salt: bytes) -> bytes:
    """The salted digest that stands in the chained row for the personal values beside it."""
    return hashlib.sha256(salt + payload.encode("utf-8")).digest()
