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
from collections.abc import Mapping, Sequence
from typing import Any

from crmdesk.core.db.tables import audit_events

NOT_CHAINED = ("hash", "mac")
CHAINED = tuple(column.name for column in audit_events.columns if column.name not in NOT_CHAINED)
#: The last two are bytes; before them stand texts and numbers alone.
PLAIN = CHAINED[:-2]
FIRST = bytes(32)
_BLOCK = 64


def canonical(values: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: a JSON list, in column order, so that no two rows share them.

    Bytes stand as lower-case hex, text as UTF-8. This is to the letter what SQLite's own
    ``json_array`` makes of a row, so that a long log is checked without taking it apart here.
    """
    fields = [_plain(values[name]) for name in CHAINED]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _plain(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def entry_hash(values: Mapping[str, Any]) -> bytes:
    """SHA-256 over every column of the entry, ``previous_hash`` included."""
    return hashlib.sha256(canonical(values)).digest()


def entry_hashes(
    plain: Sequence[bytes], digests: Sequence[bytes], previous: Sequence[bytes]
) -> tuple[bytes, ...]:
    """The hashes of many entries.

    Args:
        plain: a JSON list of the columns :data:`PLAIN` of each.
        digests, previous: their ``details_digest`` and ``previous_hash``.
    """
    hashes = []
    for cells, digest, before in zip(plain, digests, previous, strict=True):
        own = hashlib.sha256(cells[:-1])
        own.update(f',"{digest.hex()}","{before.hex()}"]'.encode("ascii"))
        hashes.append(own.digest())
    return tuple(hashes)


class EntryMac:
    """HMAC-SHA-256 over an entry's hash.

    Both halves of the key are hashed once and copied for each entry: three times as fast as
    ``hmac.new`` per entry, which is most of what verifying costs.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) > _BLOCK:
            key = hashlib.sha256(key).digest()
        padded = key.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def of(self, digest: bytes) -> bytes:
        """The MAC that belongs to an entry with this hash."""
        inner = self._inner.copy()
        inner.update(digest)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()

    def of_all(self, digests: Sequence[bytes]) -> tuple[bytes, ...]:
        """The MACs of many entries."""
        return tuple(map(self.of, digests))


def entry_mac(key: bytes, digest: bytes) -> bytes:
    """HMAC-SHA-256 over the entry's hash, for a single entry."""
    return hmac.digest(key, digest, "sha256")


def details_digest(payload: str, salt: bytes) -> bytes:
    """The salted digest that stands in the chained row for the personal values beside it."""
    return hashlib.sha256(salt + payload.encode("utf-8")).digest()
