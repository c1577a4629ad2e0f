"""What goes into a backup: the shapes of all objects, and what explains their values."""

from __future__ import annotations

from typing import Any

from crmdesk import __version__
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.backup.schema_shapes import object_shape
from crmdesk.core.backup.shapes import BackupContext, ObjectShape
from crmdesk.core.db.schema import CURRENT
from crmdesk.core.files.names import safe_file_name
from crmdesk.core.records.schema import ObjectType


def object_shapes(object_types: list[ObjectType]) -> list[ObjectShape]:
    """One CSV an object; no two names differ only by what some file system ignores."""
    taken: list[str] = ["manifest.json", "manifest.sig"]
    shapes = []
    for object_type in object_types:
        name = safe_file_name(object_type.name, taken, ".csv")
        taken.append(name)
        shapes.append(object_shape(object_type, name))
    return shapes


def backup_context(
    workspace_id: str,
    workspace_name: str,
    public_key: bytes,
    object_types: list[ObjectType],
    anchors: AnchorKeeper,
) -> BackupContext:
    """What the manifest tells beside the files: definitions, and the head of the audit log."""
    head = anchors.head()
    return BackupContext(
        workspace_id=workspace_id,
        workspace_name=workspace_name,
        program_version=__version__,
        verify_key=public_key,
        definitions=definitions_of(object_types),
        audit_head=None if head is None else {"signed": head.to_json()},
        schema=CURRENT,
    )


def definitions_of(object_types: list[ObjectType]) -> dict[str, Any]:
    """Options, pipelines and flags by object, as they stand at the backup."""
    return {found.name: _definition(found) for found in object_types}


def sensitive_labels(object_types: list[ObjectType]) -> list[str]:
    """``Object: property`` of every sensitive property."""
    return [
        f"{found.label}: {column.label}"
        for found in object_types
        for column in found.properties
        if column.sensitive
    ]


def _definition(found: ObjectType) -> dict[str, Any]:
    return {
        "id": found.id,
        "label": found.label,
        "plural_label": found.plural_label,
        "custom": found.custom,
        "properties": {
            column.name: {
                "id": column.id,
                "label": column.label,
                "type": column.type.value,
                "hidden": column.hidden,
                "format": str(column.format),
                "group": column.group,
                "sensitive": column.sensitive,
                "unique": column.unique,
                "required": column.required,
                "calculated": column.calculated,
                "options": [[option.value, option.label] for option in column.options],
                "archived_options": [each.value for each in column.options if each.archived],
            }
            for column in found.properties
        },
        "pipelines": [
            {
                "name": pipeline.name,
                "label": pipeline.label,
                "stages": [
                    [stage.name, stage.label, stage.closed, stage.probability]
                    for stage in pipeline.stages
                ],
            }
            for pipeline in found.pipelines
        ],
    }
