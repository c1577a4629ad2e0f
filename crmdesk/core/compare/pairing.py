"""The two sides of one object: as they are, or a foreign file matched with the other side."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.changes.stage import scratch_path
from crmdesk.core.compare.foreign import ForeignFile
from crmdesk.core.compare.keyed_rows import number, pair
from crmdesk.core.compare.sides import Side


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides whose ids mean the same records.

    Attributes:
        key, label: name and label of the property that told which record is which; "" where the
            ids did.
        left_then, left_now: records that were not looked at.
    """

    then: Side
    now: Side
    key: str = ""
    label: str = ""
    left_then: int = 0
    left_now: int = 0


class Pairing:
    """Brings sides together; keeps scratch files until it is closed.

    Args:
        staging: the workspace's folder of scratch files.
    """

    def __init__(self, staging: Path, cancelled: Callable[[], bool]) -> None:
        self._staging = staging
        self._cancelled = cancelled
        self._made: list[Path] = []

    def sides(self, name: str, then: Side | ForeignFile, now: Side | ForeignFile) -> Sides | None:
        """The sides of one object; None where no property could match their records."""
        if isinstance(then, ForeignFile) and isinstance(now, ForeignFile):
            if name not in now.tables or name not in then.tables:
                return None
            now = number(now, name, self._scratch(), self._cancelled)
        if isinstance(then, ForeignFile):
            return self._matched(name, then, now, file_is_earlier=True)
        if isinstance(now, ForeignFile):
            return self._matched(name, now, then, file_is_earlier=False)
        return Sides(then, now)

    def close(self) -> None:
        """Give the disk its room back."""
        for path in self._made:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _matched(
        self, name: str, file: ForeignFile, other: Side | ForeignFile, *, file_is_earlier: bool
    ) -> Sides | None:
        if isinstance(other, ForeignFile):
            return None
        found = pair(file, name, other, self._scratch(), self._cancelled)
        if found is None:
            return None
        key = found.key.name, found.key.label
        if file_is_earlier:
            return Sides(found.file, found.other, *key, found.left_there, found.left_here)
        return Sides(found.other, found.file, *key, found.left_here, found.left_there)

    def _scratch(self) -> Path:
        path = scratch_path(self._staging)
        self._made.append(path)
        return path
