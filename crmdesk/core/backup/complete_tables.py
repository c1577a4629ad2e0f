"""Which tables a complete backup carries, and which stay behind.

A table that stands in neither list fails a test: whoever adds one decides where it belongs.
"""

from __future__ import annotations

from collections.abc import Mapping

#: In the order in which they are written and read back.
CARRIED = (
    "workspace",
    "settings",
    "clock_state",
    "users",
    "user_permissions",
    "teams",
    "team_members",
    "team_stays",
    "object_types",
    "property_groups",
    "properties",
    "property_options",
    "pipelines",
    "pipeline_stages",
    "create_form_fields",
    "association_labels",
    "association_limits",
    "associations",
    "saved_views",
    "view_places",
    "segments",
    "segment_members",
    "import_templates",
    "record_aliases",
    "source_records",
    "tombstones",
    "change_sets",
    "value_history",
    "record_history",
    "association_history",
    "backups",
    "backup_drills",
    "imports",
    "import_details",
    "restores",
    "exports",
    "export_downloads",
    "export_thresholds",
    "mail_choices",
    "notifications",
    "audit_events",
    "audit_details",
    "imported_logs",
    "imported_events",
    "audit_comments",
    "audit_comment_drafts",
    "audit_comment_reads",
)

#: Each with the reason; a rebuilt workspace begins with them empty.
LEFT_BEHIND: Mapping[str, str] = {
    "sessions": "whoever was signed in there is not signed in here",
    "viewings": "end with the sessions they hang on",
    "recovery_codes": "secrets of the second factor, which is set up anew",
    "one_time_codes": "secrets",
    "attempt_counters": "counts wrong attempts on one computer",
    "step_ups": "codes given a few minutes ago",
    "jobs": "work of processes that do not run here",
    "locks": "held by such jobs",
    "plans": "stand on staging files that last a day",
    "mail_server": "a workspace put up elsewhere sends nothing until somebody says how",
    "outbox": "sent from where they were made, and not a second time",
    "audit_marks": "made from the log again",
    "audit_index_state": "says how much of the log that was made from",
    "audit_seals": "made again of entries that are proven again",
    "definitions_state": "counts changes for readers of one database",
}

#: Work that was going on, the backup itself among it: it does not go on elsewhere.
_FINISHED = "state NOT IN ('queued', 'running', 'cancelling')"
ONLY: Mapping[str, str] = {
    **dict.fromkeys(("backups", "imports", "restores", "exports"), _FINISHED),
    "import_details": f"import_id IN (SELECT id FROM imports WHERE {_FINISHED})",
}

#: Columns that leave no workspace; they come back empty.
SECRET_COLUMNS: Mapping[str, frozenset[str]] = {
    "users": frozenset({"password_hash", "totp_secret", "totp_confirmed_at", "totp_last_step"}),
}

#: SQLite's own counters of ids: without them the id of a purged record could be given again.
SEQUENCES = "sqlite_sequence"
