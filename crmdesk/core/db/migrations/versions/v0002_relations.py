"""Associations, views, segments, forms, templates, drills, exports, mail, imported logs."""

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
    "mail_choices",
    "mail_server",
    "outbox",
    "imported_logs",
    "imported_events",
    "audit_comments",
    "audit_comment_drafts",
    "audit_comment_reads",
)
#: On tables of the first release: whether a change was undone, what was merged into a record, the
#: list of imports, newest first, and the notices of one file.
INDEXES = (
    "CREATE INDEX ix_change_sets_undoes ON change_sets (undoes) WHERE undoes IS NOT NULL",
    "CREATE INDEX ix_record_aliases_winner ON record_aliases (object_type_id, winner_id)",
    "CREATE INDEX ix_imports_created ON imports (created_at, id)",
    "CREATE INDEX ix_imports_user ON imports (user_id, created_at, id)",
    "CREATE INDEX ix_restores_import ON restores (import_id)",
    "CREATE INDEX ix_notifications_link ON notifications (link)",
)
#: Backups stand in the list of exports; new ones come there by ``list_backup``.
LISTED_BACKUPS = """
INSERT INTO exports (id, job_id, source, source_name, name, object_name, format, state, created_at,
  finished_at, user_id, actor, request, records, bytes, sensitive, expired_at, error)
SELECT id, job_id, 'backup', 'Backup', 'Backup of ' || substr(created_at, 1, 10), 'backup', 'csv',
  state, created_at, completed_at, created_by, '{}', '{}',
  CASE WHEN state = 'succeeded' THEN records END, bytes, sensitive, expired_at, error
FROM backups
"""
COUNTED = ("association_labels", "association_limits", "property_groups", "create_form_fields")


def upgrade() -> None:
    """Create what the second release brings."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
    for statement in (*INDEXES, *definition_triggers(COUNTED)):
        op.execute(statement)
    op.execute(LISTED_BACKUPS)
