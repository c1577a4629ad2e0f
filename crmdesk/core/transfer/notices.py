"""What a person should know of an import before it writes, although nothing in it is wrong."""

from __future__ import annotations

from collections.abc import Collection

from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.model import HeaderFault, ImportMode, ImportNotice, Inspection


def mapping_notices(
    object_type: ObjectType, names: Collection[str], key: str | None, mode: ImportMode
) -> tuple[ImportNotice, ...]:
    """What the choice of columns leads to.

    Args:
        names: internal names of the properties that columns go to.
        key: the property by which records are found; ``None`` when nothing finds them.
    """
    found = []
    # Who asked for new records only knows that all of them are new.
    if key is None and RECORD_ID not in names and mode is ImportMode.UPSERT:
        found.append(ImportNotice.NOTHING_FINDS_RECORDS)
    named = {*object_type.display_properties}
    if "email" in object_type.by_name:
        # A record without a name goes by its e-mail address.
        named.add("email")
    if not named & set(names) and mode is not ImportMode.UPDATE:
        found.append(ImportNotice.NO_NAME)
    return tuple(found)


def file_notices(inspection: Inspection) -> tuple[ImportNotice, ...]:
    """What is odd about the file: what it looks like, and the names of its columns."""
    faults = {column.fault for column in inspection.columns}
    found = [ImportNotice.ANOTHER_OBJECT] if inspection.another_object else []
    if HeaderFault.BLANK in faults:
        found.append(ImportNotice.BLANK_HEADERS)
    if HeaderFault.REPEATED in faults:
        found.append(ImportNotice.REPEATED_HEADERS)
    return tuple(found)
