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
    "viewings",
    "imported_logs",
    "imported_events",
    "audit_comments",
    "audit_comment_drafts",
    "audit_comment_reads",
    "team_stays",
    "audit_marks",
    "audit_index_state",
    "audit_seals",
)
#: On tables of the first release: whether a change was undone, what was merged into a record, the
#: list of imports, newest first, the notices of one file, and when somebody signed in last.
INDEXES = (
    "CREATE INDEX ix_change_sets_undoes ON change_sets (undoes) WHERE undoes IS NOT NULL",
    "CREATE INDEX ix_record_aliases_winner ON record_aliases (object_type_id, winner_id)",
    "CREATE INDEX ix_imports_created ON imports (created_at, id)",
    "CREATE INDEX ix_imports_user ON imports (user_id, created_at, id)",
    "CREATE INDEX ix_restores_import ON restores (import_id)",
    "CREATE INDEX ix_notifications_link ON notifications (link)",
    "CREATE INDEX ix_audit_events_sign_in ON audit_events (user_id) "
    "WHERE subcategory = 'LOGIN_SUCCEEDED'",
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
#: Who is in a team has been in it since the log says so, or for ever.
KNOWN_STAYS = """
INSERT INTO team_stays (team_id, user_id, first_event)
SELECT m.team_id, m.user_id, coalesce((
  SELECT max(e.id) FROM audit_events e JOIN audit_details d ON d.event_id = e.id
  WHERE e.object_type = 'team' AND e.object_id = CAST(m.team_id AS TEXT)
    AND e.subcategory = 'TEAM_USER_ADDED' AND json_valid(d.payload)
    AND d.payload ->> 'member' = u.email), 1)
FROM team_members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id
WHERE t.removed_at IS NULL
"""
#: What the log is searched by took the place of these.
DROPPED = ("ix_audit_events_category", "ix_audit_events_action")
COUNTED = ("association_labels", "association_limits", "property_groups", "create_form_fields")


def upgrade() -> None:
    """Create what the second release brings."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
    for statement in (*INDEXES, *definition_triggers(COUNTED)):
        op.execute(statement)
    op.execute(LISTED_BACKUPS)
    op.execute(KNOWN_STAYS)
    for name in DROPPED:
        op.execute(f"DROP INDEX IF EXISTS {name}")
