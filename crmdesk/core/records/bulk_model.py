"""What is asked of many records at once, and the plan of it in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crmdesk.core.changes.plan import Sample, ValueCounts

#: Up to so many records a face may do the job's work itself: it takes a moment.
AT_ONCE = 500


class BulkAction(StrEnum):
    """What becomes of one property of every record."""

    SET = "set"
    CLEAR = "clear"
    ADD_OPTIONS = "add_options"
    REMOVE_OPTIONS = "remove_options"


@dataclass(frozen=True, slots=True)
class BulkChange:
    """One property of a bulk edit.

    Attributes:
        value: typed text; options separated by ``;`` where options are added or removed.
    """

    property: str
    action: BulkAction
    value: str = ""


class BulkKind(StrEnum):
    """What a plan is for."""

    EDIT = "bulk_edit"
    DELETE = "bulk_delete"


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """What a bulk action would do; nothing is written yet.

    Attributes:
        records: how many were picked and are live.
        records_changing: those that would be written, or deleted.
        properties: by name, what would happen to its values; empty for a deletion.
        skipped: values that would be left alone, by reason.
        samples: some values that would change; sensitive ones masked.
        names: what some of the records are called.
        associations: of a deletion, associations that are hidden while a record is in the bin.
    """

    id: str
    kind: BulkKind
    hash: str
    object_name: str
    records: int
    records_changing: int
    records_unchanged: int
    properties: Mapping[str, ValueCounts] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    names: tuple[str, ...] = ()
    associations: int = 0
    created_at: datetime | None = None

    @property
    def values(self) -> int:
        """Values that would be written."""
        return sum(counts.changing for counts in self.properties.values())

    @property
    def at_once(self) -> bool:
        """Whether it is small enough to be done without a worker process."""
        return self.records_changing <= AT_ONCE
