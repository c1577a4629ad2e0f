"""Deleted records that can come back from a backup, as services return them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crmdesk.core.errors import UserError


class Comeback(StrEnum):
    """How a deleted record comes back."""

    FROM_BIN = "from_bin"
    """It is in the recycle bin still, under its id and with the values it was deleted with."""
    ANEW = "anew"
    """It is gone for good: it gets a new id and the values of the backup."""
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a deleted record does not come back."""

    MERGED = "merged"
    """It was merged into another, which has its values."""
    ERASED = "erased"
    """A contact that was deleted for good by its address, as people may demand."""
    TAKEN = "taken"
    """A live record holds a value of it that no two may hold."""
    REQUIRED = "required"
    """A property that is required by now has no value in the backup."""
    BACK_ALREADY = "back_already"
    """It was brought back before, under another id."""


@dataclass(frozen=True, slots=True)
class DeletedRecord:
    """One record of the backup that is not among the live ones.

    Attributes:
        record_id: the id it had.
        related: it was not chosen, but belongs to one that was.
        values_left_out: names of properties whose value cannot stand any more, e.g. because an
            option or an owner is gone.
    """

    object: str
    record_id: int
    name: str
    comeback: Comeback
    refusal: Refusal | None = None
    related: bool = False
    values_left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletedRequest:
    """What is to come back.

    Attributes:
        source: id of a backup, or the path of a file.
        record_ids: None for every deleted record of the object.
        related: also deleted records that they were associated with, and so on; complete
            backups alone know of associations.
    """

    source: str
    object_name: str
    record_ids: tuple[int, ...] | None = None
    related: bool = True


@dataclass(frozen=True, slots=True)
class DeletedPlan:
    """What bringing them back would do; the code is asked for exactly this.

    Attributes:
        associations: that come back with the records that get new ids; those in the recycle bin
            have kept theirs.
        complete: the backup knows of associations.
    """

    id: str
    hash: str
    source: str
    source_name: str
    snapshot_at: datetime
    object_name: str
    records: tuple[DeletedRecord, ...]
    associations: int
    complete: bool
    two_factor_needed: bool

    @property
    def coming(self) -> Sequence[DeletedRecord]:
        """Those that come back."""
        return [each for each in self.records if each.comeback is not Comeback.REFUSED]

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """By object, how many come back in which way or not."""
        found: dict[str, dict[str, int]] = {}
        for each in self.records:
            key = each.comeback if each.refusal is None else each.refusal
            of_object = found.setdefault(each.object, {})
            of_object[key.value] = of_object.get(key.value, 0) + 1
        return found


def nothing_comes_back() -> UserError:
    """What a plan that brings back nothing is refused with, before a code is asked for."""
    return UserError(
        "nothing_to_restore",
        "None of these records can come back.",
        "The plan says of each why not.",
    )
