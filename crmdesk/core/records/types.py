"""What a property can hold, and what else its text can stand for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class PropertyType(StrEnum):
    """The eight types; every value is kept as canonical text, blank as nothing."""

    STRING = "string"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOL = "bool"
    ENUMERATION = "enumeration"
    MULTI_ENUMERATION = "multi_enumeration"
    PHONE = "phone"

    @property
    def has_options(self) -> bool:
        """Whether values of this type are picked from a list."""
        return self in (PropertyType.ENUMERATION, PropertyType.MULTI_ENUMERATION)

    @property
    def is_free_text(self) -> bool:
        """Whether any text is a value, kept exactly as given."""
        return self in (PropertyType.STRING, PropertyType.PHONE)


class PropertyFormat(StrEnum):
    """A closer meaning of a type: how to check it, show it, or where it comes from."""

    NONE = ""
    EMAIL = "email"
    DOMAIN = "domain"
    URL = "url"
    CURRENCY = "currency"
    MULTILINE = "multiline"
    OWNER = "owner"
    PIPELINE = "pipeline"
    STAGE = "stage"
    #: Its options are steps in order; an import never goes back along them.
    LIFECYCLE = "lifecycle"
    RECORD_ID = "record_id"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    LAST_ACTIVITY = "last_activity"
    #: The counted object stands in the name, after ``_associated_``.
    ASSOCIATION_COUNT = "association_count"


#: Formats of calculated properties that live in a system column of the object's table.
SYSTEM_COLUMNS = {
    PropertyFormat.RECORD_ID: "id",
    PropertyFormat.CREATED_AT: "created_at",
    PropertyFormat.UPDATED_AT: "updated_at",
}


class OptionShape(Protocol):
    """A choice, wherever it is defined; an archived one is not taken for new values."""

    @property
    def value(self) -> str:
        """Internal value."""

    @property
    def label(self) -> str:
        """What people read."""

    @property
    def archived(self) -> bool:
        """Whether it has been taken out of use."""


class PropertyShape(Protocol):
    """What reading and showing a value asks of a definition, from catalogue or workspace.

    ``format`` is a :class:`PropertyFormat` or its text; the two compare equal.
    """

    @property
    def name(self) -> str:
        """Internal name."""

    @property
    def label(self) -> str:
        """What people read."""

    @property
    def type(self) -> PropertyType:
        """What it holds."""

    @property
    def format(self) -> str:
        """Closer meaning of the type."""

    @property
    def options(self) -> Sequence[OptionShape]:
        """Choices, in order."""
