"""What taking an import back would do, and what it would leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crmdesk.core.changes.plan import Sample, ValueCounts


class NoUndo(StrEnum):
    """Why an import cannot be taken back."""

    NO_IMPORT = "no_import"
    NOT_DONE = "not_done"
    NOTHING_WRITTEN = "nothing_written"
    UNDONE = "undone"
    TOO_OLD = "too_old"
    OBJECT_GONE = "object_gone"


class Kept(StrEnum):
    """Why a record that the import made stays, beside the reasons of values."""

    CHANGED_SINCE = "changed_since"
    ASSOCIATED_SINCE = "associated_since"
    IN_RECYCLE_BIN = "in_recycle_bin"
    DELETED_FOR_GOOD = "deleted_for_good"


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """One record or value that stays as it is.

    Attributes:
        property: empty when it is about the record as a whole.
        reason: a :class:`Kept`, or why a value is left alone.
    """

    record_id: int
    name: str
    property: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """The undo of one import; nothing was written.

    Attributes:
        hash: over all that it would write; starting it asks for this.
        deleted: records that go to the recycle bin, those that the import made or brought back.
        restored: records whose values become what they were.
        associations: associations that are removed.
        left_alone: how much stays as it is, by reason.
        examples: the first of them.
        samples: values that change, old → new; sensitive ones masked.
        lock_seconds: how long the writing would hold others up.
    """

    import_id: str
    name: str
    object_name: str
    hash: str
    deleted: int
    restored: int
    associations: int
    properties: Mapping[str, ValueCounts]
    left_alone: Mapping[str, int]
    examples: tuple[LeftAlone, ...]
    samples: tuple[Sample, ...]
    lock_seconds: float
    undo_until: datetime | None

    @property
    def does_nothing(self) -> bool:
        """Whether nothing of the import can be taken back any more."""
        return not (self.deleted or self.restored or self.associations)
