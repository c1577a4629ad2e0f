"""Which column of the file goes to which property, and by what a record is found."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.errors import UserError
from crmdesk.core.files.table import Headers
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.recognition import ColumnMatch, recognise_columns
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.transfer.column_plan import RECORD_ID, ColumnPlan, MappedAssociation, MappedColumn
from crmdesk.core.transfer.model import AssociationColumn, ImportMode, ImportRequest, Trust
from crmdesk.core.transfer.opened import object_definition


def recognised(
    headers: Sequence[str], samples: Sequence[Sequence[str]], object_type: ObjectType
) -> list[ColumnMatch[Property]]:
    """What each column is taken for."""
    definition = object_definition(object_type)
    return recognise_columns(headers, samples, definition, object_type.properties)


def importable(match: ColumnMatch[Property], trust: Trust) -> str:
    """Why a recognised column stays out by default: a code, empty when it comes in."""
    found = match.property
    if found is None or found.format == PropertyFormat.RECORD_ID:
        return ""
    if found.calculated:
        return "calculated"
    if found.format == PropertyFormat.OWNER and trust is Trust.FOREIGN:
        # Owners are user ids there; here the same numbers are other people.
        return "owners_of_another_workspace"
    return ""


def usual_mapping(
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    object_type: ObjectType,
    trust: Trust,
) -> dict[str, str]:
    """Recognised columns and their properties."""
    return {
        match.header: match.property.name
        for match in recognised(headers, samples, object_type)
        if match.property is not None and not importable(match, trust)
    }


def plan_columns(
    request: ImportRequest,
    mapping: dict[str, str],
    headers: Headers,
    object_type: ObjectType,
    trust: Trust,
) -> ColumnPlan:
    """Settle every column and the key.

    Raises:
        UserError: ``column_unknown``, ``column_ambiguous``, ``property_unknown``,
            ``property_calculated``, ``property_mapped_twice``, ``nothing_mapped``,
            ``key_not_usable``, ``key_not_mapped``, ``record_ids_not_trusted``.
    """
    new = {definition.name: definition for definition in request.new_properties}
    columns, id_index, id_header = [], None, RECORD_ID
    seen: set[str] = set()
    for header, name in mapping.items():
        index = _index_of(header, headers)
        if name in seen:
            raise _twice(name)
        seen.add(name)
        if name == RECORD_ID:
            id_index, id_header = index, headers.names[index]
            continue
        is_new = name in new and name not in object_type.by_name
        target = new[name] if is_new else object_type.property(name)
        _refuse_calculated(target)
        columns.append(MappedColumn(index, headers.names[index], target))
    if not columns:
        raise _nothing_mapped()
    names = {column.target.name for column in columns}
    key = request.key or default_key(object_type, names, trust, id_index is not None, request.mode)
    _refuse_key(key, names, object_type, trust, id_index)
    return ColumnPlan(
        tuple(sorted(columns, key=lambda c: c.index)),
        id_index,
        id_header,
        key,
        _statics(request, names, object_type),
        tuple(_mapped_association(each, headers) for each in request.associations),
    )


def _mapped_association(asked: AssociationColumn, headers: Headers) -> MappedAssociation:
    label = None if asked.label_header is None else _index_of(asked.label_header, headers)
    return MappedAssociation(_index_of(asked.header, headers), label, asked)


def _nothing_mapped() -> UserError:
    return UserError(
        "nothing_mapped",
        "No column of the file is mapped to a property, so there is nothing to import.",
        "Map at least one column.",
    )


def _statics(
    request: ImportRequest, names: set[str], object_type: ObjectType
) -> tuple[Property, ...]:
    """The properties that get one value for every row."""
    statics = tuple(object_type.property(name) for name in request.static)
    for each in statics:
        if each.name in names:
            raise _twice(each.name)
        refuse_static(each)
    return statics


def possible_keys(
    object_type: ObjectType, names: set[str], trust: Trust, has_ids: bool
) -> tuple[str, ...]:
    """Properties that may find records: ids of this workspace, unique ones, known ones, the name.

    The name is offered where one property makes it, and never taken unasked: a first name alone
    is nobody's, and two companies may well be called the same.
    """
    sure = _sure_keys(object_type, names, trust, has_ids)
    shown = object_type.display_properties
    name = shown if len(shown) == 1 and shown[0] in names else ()
    return tuple(dict.fromkeys((*sure, *name)))


def _sure_keys(
    object_type: ObjectType, names: set[str], trust: Trust, has_ids: bool
) -> tuple[str, ...]:
    known = object_definition(object_type).match_properties
    unique = [p.name for p in object_type.unique_properties if p.name in names]
    others = [name for name in known if name in names and name not in unique]
    ids = [RECORD_ID] if has_ids and trust is Trust.OURS else []
    return (*ids, *unique, *others)


def default_key(
    object_type: ObjectType, names: set[str], trust: Trust, has_ids: bool, mode: ImportMode
) -> str | None:
    """By what records are found unless the request says it.

    Creating asks only what must not stand twice; two records may share any other value.
    """
    for name in _sure_keys(object_type, names, trust, has_ids):
        if name == RECORD_ID or mode is not ImportMode.CREATE or object_type.property(name).unique:
            return name
    return None


def _refuse_key(
    key: str | None,
    names: set[str],
    object_type: ObjectType,
    trust: Trust,
    id_index: int | None,
) -> None:
    if key is None:
        return
    if key == RECORD_ID:
        if trust is not Trust.OURS:
            raise UserError(
                "record_ids_not_trusted",
                "Record IDs count only in an unchanged backup of this workspace.",
                "Choose another property to find records by, such as the e-mail address.",
            )
        if id_index is not None:
            return
    elif key in names:
        found = object_type.by_name.get(key)
        if found is not None and found.type is not PropertyType.MULTI_ENUMERATION:
            return
    raise UserError(
        "key_not_usable",
        f"Records cannot be found by “{key}”: no column of the file goes to it.",
        "Map a column to it, or choose another property.",
        key=key,
        possible=possible_keys(object_type, names, trust, id_index is not None),
    )


def _index_of(header: str, headers: Headers) -> int:
    if header in headers.names:
        return headers.names.index(header)
    found = [
        index
        for index, names in enumerate(zip(headers.names, headers.originals, strict=True))
        if header.strip().casefold() in {name.strip().casefold() for name in names}
    ]
    if len(found) == 1:
        return found[0]
    raise UserError(
        "column_unknown" if not found else "column_ambiguous",
        f"The file has {'no' if not found else 'more than one'} column “{header}”.",
        "Its columns are: " + ", ".join(headers.names[:40]) + ".",
        column=header,
    )


def _twice(name: str) -> UserError:
    return UserError(
        "property_mapped_twice",
        f"“{name}” is given twice, by two columns or by a column and a fixed value.",
        "Leave one of them out.",
        property=name,
    )


def refuse_static(target: Property) -> None:
    """Refuse one value for all rows where it cannot stand in all of them.

    Raises:
        UserError: ``property_calculated``, ``static_value_unique``.
    """
    _refuse_calculated(target)
    if target.unique:
        raise UserError(
            "static_value_unique",
            f"{target.label} is unique, so not every record can have the same value.",
            "Map a column to it instead.",
            property=target.name,
        )


def _refuse_calculated(target: Property | PropertyDefinition) -> None:
    if target.calculated:
        raise UserError(
            "property_calculated",
            f"{target.label} is calculated by CRM Desk and cannot be imported.",
            "Leave its column out.",
            property=target.name,
        )
