"""What an import wrote, record by record."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportedValue:
    """A value that was written; sensitive ones are masked."""

    property: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """A record that was written.

    Attributes:
        kind: ``create``, ``update`` or ``unarchive``.
        source_id: the id it has where it comes from; empty when none is known.
        values: what changed; a created record has none.
    """

    record_id: int
    name: str
    kind: str
    source_id: str
    values: tuple[ImportedValue, ...]
