"""What a backup holds of each object, from the schema as it stands."""

from __future__ import annotations

from crmdesk.core.backup.shapes import RECORD_ID, ColumnShape, ObjectShape
from crmdesk.core.records.schema import ObjectType, Property


def object_shape(object_type: ObjectType, entry_name: str) -> ObjectShape:
    """Every property that is not archived: empty, hidden and calculated ones too.

    Args:
        entry_name: name of the CSV in the zip; the caller keeps these apart.
    """
    record_id = ColumnShape(RECORD_ID, "id", "number", None, "Record ID")
    columns = [_column(found) for found in object_type.properties if found.column != "id"]
    return ObjectShape(
        name=object_type.name,
        entry_name=entry_name,
        table=object_type.table,
        columns=(record_id, *columns),
        label=object_type.label,
    )


def _column(found: Property) -> ColumnShape:
    return ColumnShape(found.name, found.column, found.type.value, found.id, found.label)
