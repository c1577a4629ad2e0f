"""Which columns of a file are read, and to what end; how that is settled, ``columns`` says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmdesk.core.records.object_type import Property

if TYPE_CHECKING:
    from crmdesk.core.records.catalogue import PropertyDefinition
    from crmdesk.core.transfer.model import AssociationColumn

RECORD_ID = "hs_object_id"


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A column of the file and the property its values go to; ``index`` counts from 0.

    A property that is only going to be made has no place in the records yet: its values are
    checked and not compared.
    """

    index: int
    header: str
    target: Property | PropertyDefinition

    @property
    def stored(self) -> Property | None:
        """The target, where records have it already."""
        return self.target if isinstance(self.target, Property) else None


@dataclass(frozen=True, slots=True)
class MappedAssociation:
    """A column that names other records, and the one with their labels; counted from 0."""

    index: int
    label_index: int | None
    asked: AssociationColumn


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """Every column that is read.

    Attributes:
        statics: properties that get one value in every row.
        id_index: the column of record ids, ``None`` when there is none.
        key: property that finds records; :data:`RECORD_ID` for the ids of this workspace.
    """

    columns: tuple[MappedColumn, ...]
    id_index: int | None
    id_header: str
    key: str | None
    statics: tuple[Property, ...] = ()
    associations: tuple[MappedAssociation, ...] = ()

    @property
    def written(self) -> set[int]:
        """Ids of the properties that the import gives values to."""
        return {p.id for p in (*self.properties, *self.statics)}

    @property
    def properties(self) -> list[Property]:
        """Properties that exist, in the order of their columns."""
        return [c.stored for c in self.columns if c.stored is not None]

    def header_of(self, name: str) -> str:
        """The column that goes to a property; the property's own name when none does."""
        return next((c.header for c in self.columns if c.target.name == name), name)
