"""An import as it is being put together: what was found in the file, and what a person changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.dates import DateOrder, detect_date_order
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.columns import default_key, possible_keys
from crmdesk.core.transfer.model import (
    ArchivedMatches,
    AssociationColumn,
    ColumnSuggestion,
    ImportMode,
    ImportRequest,
    Inspection,
    Question,
)


@dataclass(frozen=True, slots=True)
class Draft:
    """One table of one file on its way into one object.

    Attributes:
        mapping: column → internal name of the property, for the columns that are imported.
        new: properties that the import makes, by the column they are for.
        links: columns that name other records, by their heading.
        static: the values that every row gets, by property.
        date_orders: columns for which a person chose how their dates are written.
    """

    inspection: Inspection
    object_type: ObjectType | None
    mapping: Mapping[str, str] = field(default_factory=dict)
    new: Mapping[str, PropertyDefinition] = field(default_factory=dict)
    mode: ImportMode = ImportMode.UPSERT
    key: str | None = None
    archived_matches: ArchivedMatches = ArchivedMatches.SKIP
    date_order: DateOrder | None = None
    links: Mapping[str, AssociationColumn] = field(default_factory=dict)
    lifecycle_back: bool = False
    static: Mapping[str, str] = field(default_factory=dict)
    date_orders: Mapping[str, DateOrder] = field(default_factory=dict)

    @classmethod
    def of(cls, inspection: Inspection, object_type: ObjectType | None) -> Draft:
        """The import as the file itself proposes it."""
        links = {each.header: each for each in inspection.associations}
        return cls(inspection, object_type, inspection.mapping, links=links)

    @property
    def readable(self) -> bool:
        """Whether table and object are settled."""
        return self.object_type is not None and Question.TABLE not in self.inspection.questions

    @property
    def asks_date_order(self) -> bool:
        """Whether dates in mapped columns can be read in two ways."""
        return bool(self.undecided_dates)

    @property
    def undecided_dates(self) -> tuple[ColumnSuggestion, ...]:
        """Mapped columns whose dates can be read in two ways, and nobody chose one for them."""
        return tuple(
            column
            for column in self.inspection.columns
            if self.has_dates(column.header)
            and column.header not in self.date_orders
            and written_order(column) is DateOrder.UNDECIDED
        )

    def has_dates(self, header: str) -> bool:
        """Whether a column goes to a property of dates."""
        name, made = self.mapping.get(header), self.new.get(header)
        kind = self.object_type
        known = None if kind is None or name is None else kind.by_name.get(name)
        target = made or known
        return target is not None and target.type in (PropertyType.DATE, PropertyType.DATETIME)

    @property
    def has_lifecycle(self) -> bool:
        """Whether a column or a fixed value goes to the lifecycle stage."""
        names = {*self.mapping.values(), *self.static}
        offered = () if self.object_type is None else self.object_type.properties
        return any(p.name in names and p.format == PropertyFormat.LIFECYCLE for p in offered)

    @property
    def may_be_fixed(self) -> tuple[Property, ...]:
        """Properties that every row could get one value for."""
        taken = {*self.mapping.values(), *self.static}
        offered = () if self.object_type is None else self.object_type.writable
        return tuple(p for p in offered if not p.unique and p.name not in taken)

    @property
    def keys(self) -> tuple[str, ...]:
        """Properties that may find records and that a column goes to."""
        if self.object_type is None:
            return ()
        names = set(self.mapping.values())
        return possible_keys(self.object_type, names, self.inspection.trust, RECORD_ID in names)

    @property
    def chosen_key(self) -> str | None:
        """The property that finds records under the present choices."""
        return self.key if self.key in self.keys else self.default_key

    @property
    def default_key(self) -> str | None:
        """The property that finds records unless a person chooses one."""
        if self.object_type is None:
            return None
        names = set(self.mapping.values())
        trust, has_ids = self.inspection.trust, RECORD_ID in names
        return default_key(self.object_type, names, trust, has_ids, self.mode)

    @property
    def by_name(self) -> bool:
        """Whether records are found by what they are called, which several may share."""
        key, kind = self.chosen_key, self.object_type
        return kind is not None and key in kind.by_name and key in kind.display_properties

    @property
    def unmapped(self) -> tuple[ColumnSuggestion, ...]:
        """Columns that are not imported."""
        taken = {*self.mapping, *self.links}
        return tuple(c for c in self.inspection.columns if c.header not in taken)

    def target_of(self, header: str) -> str | None:
        """The property a column goes to."""
        return self.mapping.get(header)

    def with_target(self, header: str, name: str | None) -> Draft:
        """Send a column to another property, or to none.

        A property takes one column: the one that had it is not imported any more.
        """
        kept = {
            column: target
            for column, target in self.mapping.items()
            if column != header and target != name
        }
        new = {column: made for column, made in self.new.items() if column in kept}
        links = {column: link for column, link in self.links.items() if column != header}
        mapping = kept if name is None else kept | {header: name}
        static = {fixed: value for fixed, value in self.static.items() if fixed != name}
        return replace(self, mapping=mapping, new=new, links=links, static=static)

    def with_link(self, header: str, object_name: str, by: str) -> Draft:
        """Let a column name records of another object, by a property or by their ids."""
        without = self.with_target(header, None)
        link = AssociationColumn(header, object_name, by)
        return replace(without, links={**without.links, header: link})

    def with_labels(self, header: str, label: str, label_header: str | None) -> Draft:
        """Say what the records that a column names are: one label for all, or by a column."""
        link = replace(self.links[header], label=label, label_header=label_header)
        return replace(self, links={**self.links, header: link})

    def with_key_link(self, link: AssociationColumn) -> Draft:
        """Let a column name the rows of another table of the same import."""
        without = self.with_target(link.header, None)
        return replace(without, links={**without.links, link.header: link})

    def with_dates(self, header: str, order: DateOrder | None) -> Draft:
        """Read the dates of a column in an order, or as the file shows."""
        orders = {column: each for column, each in self.date_orders.items() if column != header}
        return replace(self, date_orders=orders if order is None else orders | {header: order})

    def with_fixed(self, name: str, value: str | None) -> Draft:
        """Give every row a value, or no longer."""
        static = {fixed: each for fixed, each in self.static.items() if fixed != name}
        return replace(self, static=static if value is None else static | {name: value})

    def with_new(self, header: str, definition: PropertyDefinition) -> Draft:
        """Make a property for a column."""
        without = self.with_target(header, definition.name)
        return replace(without, new={**without.new, header: definition})

    def with_template(self, chosen: ImportRequest) -> Draft:
        """Take over what a template says."""
        return replace(
            self,
            mapping=dict(chosen.mapping or {}),
            new={},
            mode=chosen.mode,
            key=chosen.key,
            archived_matches=chosen.archived_matches,
            date_order=chosen.date_order,
            links={each.header: each for each in chosen.associations},
            lifecycle_back=chosen.lifecycle_back,
            static=dict(chosen.static),
            date_orders=dict(chosen.date_orders),
        )

    def request(self) -> ImportRequest:
        """What the service is asked for."""
        found = self.inspection
        return ImportRequest(
            path=found.path,
            object_name="" if self.object_type is None else self.object_type.name,
            mapping=dict(self.mapping),
            mode=self.mode,
            key=self.chosen_key,
            archived_matches=self.archived_matches,
            date_order=self.date_order,
            new_properties=tuple(self.new.values()),
            associations=tuple(self.links.values()),
            lifecycle_back=self.lifecycle_back,
            static=dict(self.static),
            date_orders=dict(self.date_orders),
            options=found.options,
            sha256=found.sha256,
        )


def written_order(column: ColumnSuggestion) -> DateOrder:
    """In which order a column's first cells write their dates."""
    return column.date_order or detect_date_order(column.samples)
