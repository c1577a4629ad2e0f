"""Sets that were read once, for as long as they fit: filters are changed one at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from crmdesk.core.audit.marks import Marks
from crmdesk.core.db.engine import Tx

#: Of 8 KiB at most; what three common values have in ten million entries, a few times over.
_MOST_CHUNKS = 2048
_CACHE_KEY = "audit_sets"


class KeptSets:
    """Sets by what they are of; the one that was read longest ago goes first."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[Any, Marks]] = {}

    @classmethod
    def of(cls, tx: Tx) -> KeptSets:
        """Those of a transaction's database; a write, which may be rolled back, has its own."""
        if tx.writes:
            return cls()
        found: KeptSets = tx.cache.setdefault(_CACHE_KEY, cls())
        return found

    def held(self, key: Hashable, version: Hashable) -> Marks | None:
        """The set as it is in one version, if it was read."""
        held = self._kept.get(key)
        return held[1] if held is not None and held[0] == version else None

    def get(self, key: Hashable, version: Hashable, read: Callable[[], Marks]) -> Marks:
        """The set as it is in one version, read if need be."""
        held = self.held(key, version)
        if held is not None:
            return held
        found = read()
        # Threads share it: nothing is done in two steps that another could come between.
        self._kept.pop(key, None)
        self._kept[key] = (version, found)
        chunks = sum(len(each.chunks) for _, each in list(self._kept.values()))
        for oldest in list(self._kept):
            if chunks <= _MOST_CHUNKS:
                break
            gone = self._kept.pop(oldest, None)
            chunks -= 0 if gone is None else len(gone[1].chunks)
        return found
