"""The single-use grant that a job's row carries: who inserts a row by hand has none."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Row


def grant_mac(
    key: bytes,
    job_id: str,
    kind: str,
    params: Mapping[str, Any],
    actor: Mapping[str, Any],
    expires_at: str,
) -> bytes:
    """MAC over everything that the permission was given for."""
    content = json.dumps(
        [job_id, kind, params, actor, expires_at], sort_keys=True, ensure_ascii=True
    )
    return hmac.new(key, content.encode("ascii"), sha256).digest()


def is_genuine(key: bytes, row: Row[Any]) -> bool:
    """Whether a job's row says what its permission was given for; compared in constant time."""
    expected = grant_mac(
        key, row.id, row.kind, json.loads(row.params), json.loads(row.actor), row.grant_expires_at
    )
    return hmac.compare_digest(row.grant_mac, expected)
