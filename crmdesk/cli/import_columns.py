"""Which columns of a file were recognised and which were left out, for scripts and for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from crmdesk.cli.words import left_out, recognised

if TYPE_CHECKING:
    from crmdesk.core.transfer.model import ColumnSuggestion, ImportRequest, Inspection


def column_documents(
    found: Inspection, request: ImportRequest, named: Mapping[str, str]
) -> dict[str, list[dict[str, str]]]:
    """``columns`` and ``left_out`` in the order of the file.

    Args:
        named: the columns that ``--map`` named, and their properties.
    """
    mapping = request.mapping or {}
    made = {definition.name for definition in request.new_properties}
    columns, others = [], []
    for each in found.columns:
        target = mapping.get(each.header)
        if target is None:
            reason = _why_left_out(each, named)
            others.append({"column": each.header, "reason": reason})
            continue
        how = "created" if target in made else each.how.value
        how = "chosen" if each.header in named else how
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
        yield f"  {each['column']} is left out: {left_out(each['reason'])}"
