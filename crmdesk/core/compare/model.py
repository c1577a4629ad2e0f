"""What a comparison says, as services return it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Change(StrEnum):
    """What has become of a record from the earlier state to the later one."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states; ``reference`` is "" for the workspace as it is now.

    Attributes:
        verified: the workspace itself, or a backup that it signed; anything else may say what
            it likes.
    """

    reference: str
    name: str
    at: datetime
    verified: bool = True


@dataclass(frozen=True, slots=True)
class ObjectDifference:
    """How the records of one object differ.

    Attributes:
        properties: by internal name, changed records whose value of it differs; calculated
            properties are not compared.
        labels: what people call those properties.
        sensitive: those whose values are not shown.
        matched_by: label of the property by which records were matched; "" for their ids.
        left_out_then, left_out_now: records that were not compared, because they have no value of
            that property or share it with others.
    """

    name: str
    label: str
    added: int
    removed: int
    changed: int
    unchanged: int
    properties: Mapping[str, int]
    labels: Mapping[str, str]
    sensitive: frozenset[str]
    matched_by: str = ""
    left_out_then: int = 0
    left_out_now: int = 0

    @property
    def differs(self) -> bool:
        """Whether there is anything to see."""
        return bool(self.added or self.removed or self.changed)

    def count(self, change: Change) -> int:
        """Records with that change."""
        counts = {Change.ADDED: self.added, Change.REMOVED: self.removed}
        return counts.get(change, self.changed)


class LeftOutReason(StrEnum):
    """Why the records of a foreign file's table were not compared."""

    NOT_HERE = "not_here"
    NO_KEY = "no_key"
    SECOND_TABLE = "second_table"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A table of a foreign file that was not compared; ``object`` is "" where none is known."""

    object: str
    label: str
    reason: LeftOutReason


class DefinitionChange(StrEnum):
    """One kind of difference between definitions."""

    OBJECT_ADDED = "object_added"
    OBJECT_REMOVED = "object_removed"
    PROPERTY_ADDED = "property_added"
    PROPERTY_REMOVED = "property_removed"
    PROPERTY_REMADE = "property_remade"
    TYPE_CHANGED = "type_changed"
    LABEL_CHANGED = "label_changed"
    SETTING_CHANGED = "setting_changed"
    OPTION_ADDED = "option_added"
    OPTION_REMOVED = "option_removed"
    OPTION_RENAMED = "option_renamed"
    PIPELINE_ADDED = "pipeline_added"
    PIPELINE_REMOVED = "pipeline_removed"
    PIPELINE_RENAMED = "pipeline_renamed"
    STAGE_ADDED = "stage_added"
    STAGE_REMOVED = "stage_removed"
    STAGE_RENAMED = "stage_renamed"
    STAGE_CLOSED = "stage_closed"


@dataclass(frozen=True, slots=True)
class DefinitionDifference:
    """One difference of definitions.

    Attributes:
        name: internal name of the property, pipeline or object.
        item: value of the option, name of the stage, or the setting; else "".
        then, now: as they stood; "" where there was nothing.
        recreatable: what it was can be put back here from the earlier side, a backup.
    """

    object: str
    change: DefinitionChange
    name: str
    label: str
    item: str = ""
    then: str = ""
    now: str = ""
    recreatable: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states compared; its records are asked for page by page under its id.

    Attributes:
        left_out: tables of a foreign file that nothing here could be compared with.
        tells_definitions: both sides say how they are defined.
    """

    id: str
    earlier: Side
    later: Side
    objects: tuple[ObjectDifference, ...]
    definitions: tuple[DefinitionDifference, ...]
    left_out: tuple[LeftOut, ...] = ()
    tells_definitions: bool = True

    @property
    def verified(self) -> bool:
        """Whether both sides are what they say."""
        return self.earlier.verified and self.later.verified

    def object(self, name: str) -> ObjectDifference | None:
        """One object's difference."""
        return next((found for found in self.objects if found.name == name), None)


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """One value on both sides; None where blank, and both None where it is not shown."""

    property: str
    then: str | None
    now: str | None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class DifferingRecord:
    """One record that differs; of an added or removed one, every value that is not blank.

    Attributes:
        record_id: its id here; None for a record that only a foreign file has.
    """

    number: int
    object: str
    record_id: int | None
    name: str
    change: Change
    values: tuple[ComparedValue, ...]


@dataclass(frozen=True, slots=True)
class DifferenceFilter:
    """Which differing records are wanted; empty parts do not narrow.

    Attributes:
        property: only changed records whose value of it differs.
    """

    object: str = ""
    change: Change | None = None
    property: str = ""
