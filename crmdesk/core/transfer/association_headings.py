"""Headings that say that a column names records of another object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crmdesk.core.records.headers import fold, split_object
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.model import AssociationColumn


def association_of(
    header: str, cells: Iterable[str], own: ObjectType, object_types: Sequence[ObjectType]
) -> AssociationColumn | None:
    """What a column of no property names, if its heading says so.

    Taken are "Associated Company", "Associated Contact IDs", "Deal associations", and the id of
    an object that is not the file's own: "Company ID", "Record ID - Company".

    Args:
        cells: its first values; they tell ids, addresses and names apart where the heading
            does not.
    """
    named, by_id, plainly = _named_in(header)
    other = next((each for each in object_types if named in _names(each)), None)
    if other is None or (not plainly and (not by_id or other.id == own.id)):
        return None
    found = RECORD_ID if by_id else _property(other, cells)
    return None if found is None else AssociationColumn(header, other.name, found)


def _named_in(header: str) -> tuple[str, bool, bool]:
    """The object a heading names, folded; whether by ids; whether it says "associated"."""
    head, of_object = split_object(header)
    if of_object is not None and fold(head) in ("recordid", "recordids"):
        return fold(of_object), True, False
    rest = fold(header).removeprefix("primary")
    bare = rest.removeprefix("associated").removeprefix("primary").removesuffix("associations")
    plainly = bare != rest
    for ending in ("recordids", "recordid", "ids", "id"):
        if bare.endswith(ending):
            return bare.removesuffix(ending), True, plainly
    return bare, False, plainly


def _names(each: ObjectType) -> set[str]:
    return {fold(each.name), fold(each.label), fold(each.plural_label)}


def _property(other: ObjectType, cells: Iterable[str]) -> str | None:
    """What the cells give: ids when all are figures, addresses, else the one name there is."""
    texts = [text.strip() for cell in cells for text in cell.split(";") if text.strip()]
    if texts and all(text.isascii() and text.isdigit() for text in texts):
        return RECORD_ID
    emails = [p.name for p in other.unique_properties if p.format == PropertyFormat.EMAIL]
    if texts and emails and all("@" in text for text in texts):
        return emails[0]
    shown = other.display_properties
    usable = len(shown) == 1 and shown[0] in other.by_name and not other.by_name[shown[0]].sensitive
    return shown[0] if usable else None
