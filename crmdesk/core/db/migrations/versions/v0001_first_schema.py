"""The first schema."""

from __future__ import annotations

from alembic import op

from crmdesk.core.db.sqlite import AUDIT_TRIGGERS, HISTORY_VIEW, definition_triggers
from crmdesk.core.db.tables import metadata

revision = "0001"
down_revision = None

TABLES = (
    "attempt_counters",
    "audit_details",
    "audit_events",
    "backups",
    "change_sets",
    "clock_state",
    "definitions_state",
    "imports",
    "jobs",
    "locks",
    "notifications",
    "object_types",
    "one_time_codes",
    "pipeline_stages",
    "pipelines",
    "plans",
    "properties",
    "property_options",
    "record_aliases",
    "record_history",
    "recovery_codes",
    "restores",
    "sessions",
    "settings",
    "source_records",
    "step_ups",
    "team_members",
    "teams",
    "tombstones",
    "user_permissions",
    "users",
    "value_history",
    "workspace",
)
COUNTED = ("object_types", "properties", "property_options", "pipelines", "pipeline_stages")


def upgrade() -> None:
    """Create the tables of the first release; later ones come with files of their own."""
    metadata.create_all(op.get_bind(), tables=[metadata.tables[name] for name in TABLES])
    op.execute("INSERT INTO definitions_state (id, version) VALUES (1, 1)")
    for statement in (*AUDIT_TRIGGERS, *definition_triggers(COUNTED), HISTORY_VIEW):
        op.execute(statement)
