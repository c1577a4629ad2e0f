"""What is said of a file's columns, for scripts and for people: where they go, what is odd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.cli.words import left_out, recognised
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.columns import default_key
from crmdesk.core.transfer.model import HeaderFault, ImportNotice, ObjectKnownBy
from crmdesk.core.transfer.notices import file_notices, mapping_notices

if TYPE_CHECKING:
    from crmdesk.core.records.schema import ObjectType
    from crmdesk.core.transfer.model import ColumnSuggestion, ImportRequest, Inspection


def column_documents(
    found: Inspection, request: ImportRequest, named: Mapping[str, str]
) -> dict[str, list[dict[str, str]]]:
    """``columns`` and ``left_out`` in the order of the file.

    Args:
        named: the columns that ``--map`` named, and their properties.
    """
    mapping = request.mapping or {}
    linked = {each.header for each in request.associations}
    made = {definition.name for definition in request.new_properties}
    columns, others = [], []
    for each in found.columns:
        target = mapping.get(each.header)
        if target is None:
            reason = _why_left_out(each, named)
            reason = "associated" if each.header in linked else reason
            others.append({"column": each.header, "reason": reason})
            continue
        own = each.header not in named and target == each.property
        how = each.how.value if own else "created" if target in made else "chosen"
        columns.append({"column": each.header, "property": target, "how": how})
    return {"columns": columns, "left_out": others}


def _why_left_out(found: ColumnSuggestion, named: Mapping[str, str]) -> str:
    if found.header in named:
        return "chosen"
    # It was recognised, and another column was named for its property.
    taken = found.property is not None
    return "duplicate" if taken else found.reason or found.how.value


def column_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """The same in words; nothing where the columns are not known."""
    for each in document.get("columns", ()):
        yield f"  {each['column']} → {each['property']} ({recognised(each['how'])})"
    for each in document.get("left_out", ()):
        if each["reason"] == "associated":
            yield f"  {each['column']} names the records to associate"
        else:
            yield f"  {each['column']} is left out: {left_out(each['reason'])}"


def import_notices(
    found: Inspection, request: ImportRequest, object_type: ObjectType
) -> list[dict[str, str]]:
    """What should be known before the import writes: a code and a sentence each."""
    names = set((request.mapping or {}).values())
    key = request.key or default_key(
        object_type, names, found.trust, RECORD_ID in names, request.mode
    )
    codes = (*file_notices(found), *mapping_notices(object_type, names, key, request.mode))
    return [
        {"code": code.value, "message": _notice_sentence(code, found, request, object_type)}
        for code in codes
    ]


def _notice_sentence(
    code: ImportNotice, found: Inspection, request: ImportRequest, object_type: ObjectType
) -> str:
    plural = object_type.plural_label.lower()
    if code is ImportNotice.NOTHING_FINDS_RECORDS:
        name = _name_property(object_type)
        mapped = name in (request.mapping or {}).values()
        by = f"; --key {name} finds them by name" if mapped else ""
        return f"No column finds {plural} that exist: each row of another file makes a new one{by}."
    if code is ImportNotice.NO_NAME:
        shown = (object_type.by_name.get(name) for name in object_type.display_properties)
        labels = " or ".join(each.label for each in shown if each is not None)
        return f"No column goes to {labels}: new {plural} will have no name."
    if code is ImportNotice.ANOTHER_OBJECT:
        by = "name" if found.looks_by is ObjectKnownBy.FILE_NAME else "columns"
        return f"{found.name} looks like {found.looks_like} by its {by}, not like {plural}."
    fault = HeaderFault.BLANK if code is ImportNotice.BLANK_HEADERS else HeaderFault.REPEATED
    names = ", ".join(f"“{each.header}”" for each in found.columns if each.fault is fault)
    if fault is HeaderFault.BLANK:
        return f"{found.name} has columns without a name, called {names} here."
    return f"{found.name} has names of columns twice, the later ones called {names} here."


def _name_property(object_type: ObjectType) -> str:
    """The one property that makes a record's name; empty where several do."""
    shown = object_type.display_properties
    return shown[0] if len(shown) == 1 else ""
