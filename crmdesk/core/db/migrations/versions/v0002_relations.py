"""Associations, saved views, segments, forms, import templates, drills."""

from __future__ import annotations

from alembic import op

from crmdesk.core.db.sqlite import definition_triggers
from crmdesk.core.db.tables import metadata

revision = "0002"
down_revision = "0001"

TABLES = (
    "association_labels",
    "association_limits",
    "associations",
    "association_history",
    "saved_views",
    "view_places",
    "segments",
    "segment_members",
    "property_groups",
    "create_form_fields",
    "import_templates",
    "import_details",
    "backup_drills",
)
COUNTED = ("association_labels", "association_limits", "property_groups", "create_form_fields")


def upgrade() -> None:
    """Create what the second release brings."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
    for statement in definition_triggers(COUNTED):
        op.execute(statement)
