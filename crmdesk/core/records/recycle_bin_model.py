"""The recycle bin over all objects: what is asked of it, and the plans of bringing back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crmdesk.core.records.bulk_model import AT_ONCE

_RECORD_BITS = 40
#: So many conflicts a plan tells of one by one.
CONFLICTS_TOLD = 100


def bin_key(object_type_id: int, record_id: int) -> int:
    """One number for a record of any object, so that a list of many takes 8 bytes each."""
    return object_type_id << _RECORD_BITS | record_id


def key_parts(key: int) -> tuple[int, int]:
    """Object type id and record id of a key."""
    return key >> _RECORD_BITS, key & ((1 << _RECORD_BITS) - 1)


@dataclass(frozen=True, slots=True)
class BinQuery:
    """Which deleted records.

    Attributes:
        object_name: of one object; ``None`` for all.
        deleted_by: a user's id; 0 for what no user deleted.
        within: a period as in filters, e.g. ``today`` or ``last_7_days``; empty for all.
        search: text that any searched property contains.
    """

    object_name: str | None = None
    deleted_by: int | None = None
    within: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class BinRow:
    """A deleted record.

    Attributes:
        deleted_by: name; blank when no user did it.
        days_left: whole days until it may be purged; 0 when the time is up.
        merged_into: the record that it is part of by now; such a one does not come back.
    """

    key: int
    object_name: str
    record_id: int
    name: str
    deleted_at: datetime
    deleted_by: str
    days_left: int
    merged_into: int | None


class Answer(StrEnum):
    """What becomes of a unique value that two records would hold."""

    TAKE = "take"
    """The record that comes back keeps it; the other one loses it."""
    WITHOUT = "without"
    """The record comes back without it."""
    LEAVE = "leave"
    """The record stays in the recycle bin."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A unique value of a deleted record that another record holds by now.

    Attributes:
        value: masked when the property is sensitive.
        answers: what is possible; a required value is not taken away.
    """

    key: int
    object_name: str
    record_id: int
    name: str
    property: str
    label: str
    value: str
    holder_id: int
    holder_name: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class BinPlan:
    """What bringing records back would do.

    Attributes:
        records: by object, how many were picked and can come back.
        children: by object, associated activities and records of the same deletion that can
            come back with them.
        associations: that are seen again.
        conflicts: the first :data:`CONFLICTS_TOLD` of them.
        conflict_count: how many there are.
        merged: picked records that are part of another one, and stay.
    """

    records: Mapping[str, int]
    children: Mapping[str, int]
    associations: int
    conflicts: tuple[Conflict, ...]
    conflict_count: int = 0
    merged: int = 0

    @property
    def at_once(self) -> bool:
        """Whether it is small enough to be done without a worker process."""
        return sum(self.records.values()) + sum(self.children.values()) <= AT_ONCE


#: Answers by the key of the record that comes back, and the property in question.
Answers = Mapping[tuple[int, str], Answer]


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall come back, and how.

    Attributes:
        answers: to conflicts, one by one.
        otherwise: to every other conflict: come back without the value, or stay where that
            cannot be; ``None`` refuses to bring anything back while one is unanswered.
        children: also associated activities, and what was deleted in the same act.
    """

    keys: Sequence[int]
    answers: Answers = field(default_factory=dict)
    otherwise: Answer | None = None
    children: bool = True


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What came back, by object, and how many stayed in the bin."""

    change_id: int | None
    records: Mapping[str, Sequence[int]] = field(default_factory=dict)
    left: int = 0


@dataclass(frozen=True, slots=True)
class PurgePlan:
    """What deleting for good would take away, in numbers.

    Attributes:
        records: by object, those that were picked and what was merged into them.
        merged: how many of these are parts of others.
    """

    records: Mapping[str, int]
    history_entries: int
    associations: int
    contacts_with_address: int
    merged: int = 0

    @property
    def at_once(self) -> bool:
        """Whether it is small enough to be done without a worker process."""
        return sum(self.records.values()) <= AT_ONCE
