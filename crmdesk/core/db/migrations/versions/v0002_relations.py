"""Associations, saved views, segments, forms, import templates, drills, exports, mail."""

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
    "exports",
    "export_downloads",
    "export_thresholds",
    "mail_server",
    "outbox",
)
#: On tables of the first release: whether a change was undone, and what was merged into a record.
INDEXES = (
    "CREATE INDEX ix_change_sets_undoes ON change_sets (undoes) WHERE undoes IS NOT NULL",
    "CREATE INDEX ix_record_aliases_winner ON record_aliases (object_type_id, winner_id)",
)
COUNTED = ("association_labels", "association_limits", "property_groups", "create_form_fields")


def upgrade() -> None:
    """Create what the second release brings."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
    for statement in (*INDEXES, *definition_triggers(COUNTED)):
        op.execute(statement)
