"""Every table but those of the CRM objects, which are made from their definitions.

Times are 24 characters of UTC text (see :mod:`crmdesk.core.clock`), JSON is text, and yes/no is
0 or 1, so that any SQL tool reads the file without us.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Tables that are views: read like any other, made by SQL of their own.
views = MetaData()

_STRICT: dict[str, Any] = {"sqlite_strict": True}
_NEVER_REUSED: dict[str, Any] = {"sqlite_strict": True, "sqlite_autoincrement": True}


def _flag(name: str, default: int = 0) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=text(str(default)))


workspace = Table(
    "workspace",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column(
        "wrapped_key", LargeBinary, nullable=False, comment="workspace key under the recovery key"
    ),
    Column(
        "key_check", LargeBinary, nullable=False, comment="tells a wrong key from a damaged file"
    ),
    Column(
        "signing_key", LargeBinary, nullable=False, comment="Ed25519 seed under the workspace key"
    ),
    Column("public_key", LargeBinary, nullable=False),
    **_STRICT,
)
clock_state = Table(
    "clock_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last_wall", Text, nullable=False),
    Column("steady", Text, nullable=False),
    Column(
        "went_back",
        Integer,
        nullable=False,
        server_default=text("0"),
        comment="milliseconds the clock was set back that no entry tells of yet",
    ),
    **_STRICT,
)
settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False, comment="JSON"),
    **_STRICT,
)

definitions_state = Table(
    "definitions_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False, comment="counted up by triggers"),
    **_STRICT,
)

# -- people ---------------------------------------------------------------------------------
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="user"),
    Column("password_hash", Text),
    _flag("super_admin"),
    _flag("active", 1),
    Column("created_at", Text, nullable=False),
    Column("removed_at", Text),
    Column("totp_secret", LargeBinary, comment="under the workspace key"),
    Column("totp_confirmed_at", Text),
    Column("totp_last_step", Integer, comment="no code of this step or an earlier one is taken"),
    **_NEVER_REUSED,
)
Index(
    "ux_users_email",
    text("lower(email)"),
    unique=True,
    _table=users,
    sqlite_where=text("removed_at IS NULL"),
)
user_permissions = Table(
    "user_permissions",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("permission", Text, primary_key=True),
    **_STRICT,
)
teams = Table(
    "teams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("removed_at", Text),
    **_NEVER_REUSED,
)
team_members = Table(
    "team_members",
    metadata,
    Column("team_id", Integer, ForeignKey("teams.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    **_STRICT,
)
sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("sign_in_type", Text, nullable=False),
    Column("started_at", Text, nullable=False, comment="steady time"),
    Column("last_seen_at", Text, nullable=False, comment="steady time"),
    Column("locked_at", Text),
    Column("ended_at", Text),
    Column("address", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("region", Text, nullable=False),
    **_STRICT,
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False, index=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used_at", Text),
    **_STRICT,
)
one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("expires_at", Text, nullable=False, comment="steady time"),
    **_STRICT,
)
attempt_counters = Table(
    "attempt_counters",
    metadata,
    Column("subject", Text, primary_key=True, comment="password:<user id>, code:<user id>, ..."),
    Column("failures", Integer, nullable=False),
    Column("window_started_at", Text),
    Column("last_failure_at", Text),
    Column("blocked_until", Text),
    **_STRICT,
)
step_ups = Table(
    "step_ups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id"), nullable=False),
    Column("session_id", Text),
    Column("purpose", Text, nullable=False),
    Column(
        "binding", Text, nullable=False, comment="what the code was given for, e.g. a plan hash"
    ),
    Column("method", Text, nullable=False, comment="code, recovery_code or sso"),
    Column("expires_at", Text, nullable=False, comment="steady time"),
    Column("used_at", Text),
    **_STRICT,
)

# -- definitions -----------------------------------------------------------------------------
object_types = Table(
    "object_types",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("table_name", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("plural_label", Text, nullable=False),
    Column("icon", Text, nullable=False),
    Column("display_properties", Text, nullable=False, comment="JSON list of names"),
    Column("position", Integer, nullable=False),
    _flag("custom"),
    Column("created_at", Text, nullable=False),
    Column("archived_at", Text),
    **_NEVER_REUSED,
)
Index(
    "ux_object_types_name",
    object_types.c.name,
    unique=True,
    sqlite_where=text("archived_at IS NULL"),
)
properties = Table(
    "properties",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("object_type_id", Integer, ForeignKey("object_types.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("column_name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("group_name", Text, nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Column(
        "format",
        Text,
        nullable=False,
        server_default="",
        comment="email, domain, url, currency, multiline, owner, pipeline, stage or nothing",
    ),
    Column("position", Integer, nullable=False),
    _flag("is_sensitive"),
    _flag("is_unique"),
    _flag("is_required"),
    _flag("is_calculated"),
    _flag("is_hidden"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", Text, nullable=False),
    Column("archived_at", Text),
    **_NEVER_REUSED,
)
Index(
    "ux_properties_name",
    properties.c.object_type_id,
    properties.c.name,
    unique=True,
    sqlite_where=text("archived_at IS NULL"),
)
Index("ux_properties_column", properties.c.object_type_id, properties.c.column_name, unique=True)
property_options = Table(
    "property_options",
    metadata,
    Column("property_id", Integer, ForeignKey("properties.id"), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("label", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("archived_at", Text),
    **_STRICT,
)
pipelines = Table(
    "pipelines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("object_type_id", Integer, ForeignKey("object_types.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("archived_at", Text),
    **_NEVER_REUSED,
)
pipeline_stages = Table(
    "pipeline_stages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("pipeline_id", Integer, ForeignKey("pipelines.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("probability", Text),
    _flag("closed"),
    Column("archived_at", Text),
    **_NEVER_REUSED,
)

# -- what happened to records ------------------------------------------------------------------
change_sets = Table(
    "change_sets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("source", Text, nullable=False, comment="CRM_UI, IMPORT, PROPERTY_RESTORE, ..."),
    Column("source_id", Text, nullable=False, server_default=""),
    Column("source_label", Text, nullable=False, server_default=""),
    Column("user_id", Integer),
    Column("job_id", Text, index=True),
    Column("undoes", Integer, ForeignKey("change_sets.id")),
    **_NEVER_REUSED,
)
value_history = Table(
    "value_history",
    metadata,
    Column("change_id", Integer, ForeignKey("change_sets.id"), primary_key=True),
    Column("object_type_id", Integer, primary_key=True),
    Column("record_id", Integer, primary_key=True),
    Column("cells", Text, nullable=False, comment="JSON: [[property id, old, new], ...]"),
    sqlite_with_rowid=False,
    **_STRICT,
)
#: The same, one row a value. One row a record and change is what is stored: the history of a
#: large restore then costs as many rows as records, a twentieth of what values would be.
property_history = Table(
    "property_history",
    views,
    Column("change_id", Integer),
    Column("property_id", Integer),
    Column("record_id", Integer),
    Column("object_type_id", Integer),
    Column("old", Text),
    Column("new", Text),
)
Index("ix_value_history_record", value_history.c.object_type_id, value_history.c.record_id)
record_history = Table(
    "record_history",
    metadata,
    Column("change_id", Integer, ForeignKey("change_sets.id"), primary_key=True),
    Column("object_type_id", Integer, primary_key=True),
    Column("record_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False, comment="create, archive, unarchive, purge or merge"),
    sqlite_with_rowid=False,
    **_STRICT,
)
Index("ix_record_history_record", record_history.c.object_type_id, record_history.c.record_id)
tombstones = Table(
    "tombstones",
    metadata,
    Column("email_hash", LargeBinary, primary_key=True, comment="keyed hash; the address is gone"),
    Column("object_type_id", Integer, nullable=False),
    Column("purged_at", Text, nullable=False),
    **_STRICT,
)
record_aliases = Table(
    "record_aliases",
    metadata,
    Column("object_type_id", Integer, primary_key=True),
    Column("alias_id", Integer, primary_key=True, comment="the merged record's id"),
    Column("winner_id", Integer, nullable=False),
    Column("merged_at", Text, nullable=False),
    **_STRICT,
)
source_records = Table(
    "source_records",
    metadata,
    Column("object_type_id", Integer, primary_key=True),
    Column("source", Text, primary_key=True, comment="workspace id or file family it came from"),
    Column("source_record_id", Text, primary_key=True),
    Column("record_id", Integer, nullable=False),
    **_STRICT,
)
Index("ix_source_records_record", source_records.c.object_type_id, source_records.c.record_id)

# -- work ----------------------------------------------------------------------------------------
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("params", Text, nullable=False, comment="JSON"),
    Column("actor", Text, nullable=False, comment="JSON: who asked, from where"),
    Column("user_id", Integer),
    Column("grant_mac", LargeBinary, nullable=False),
    Column("grant_expires_at", Text, nullable=False, comment="steady time"),
    Column("grant_used_at", Text),
    Column("phase", Text, nullable=False, server_default=""),
    Column("done", Integer, nullable=False, server_default=text("0")),
    Column("total", Integer, nullable=False, server_default=text("0")),
    Column(
        "detail",
        Text,
        nullable=False,
        server_default="{}",
        comment="JSON: progress in words' parts",
    ),
    Column("owner_pid", Integer),
    Column("owner_boot_id", Text),
    Column(
        "owner_started_at",
        Text,
        comment="the process's start, so that a reused pid is not taken for it",
    ),
    Column("heartbeat_at", Text),
    Column("cancel_requested_at", Text),
    Column("cancel_requested_by", Integer),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    Column("result", Text, comment="JSON"),
    Column("error", Text, comment="JSON: code, message, hint"),
    **_STRICT,
)
locks = Table(
    "locks",
    metadata,
    Column("name", Text, primary_key=True, comment="e.g. restore: one at a time"),
    Column("job_id", Text, ForeignKey("jobs.id"), nullable=False),
    Column("user_id", Integer),
    Column("taken_at", Text, nullable=False),
    **_STRICT,
)
plans = Table(
    "plans",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False, comment="restore, import or undo"),
    Column("user_id", Integer),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False, comment="steady time"),
    Column("plan_hash", Text, nullable=False),
    Column("params", Text, nullable=False, comment="JSON"),
    Column("summary", Text, nullable=False, comment="JSON"),
    Column("used_at", Text),
    **_STRICT,
)
backups = Table(
    "backups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("created_by", Integer),
    Column("snapshot_at", Text),
    Column("completed_at", Text),
    Column(
        "completed_steady", Text, comment="steady time: the edition's interval counts from here"
    ),
    Column("file_name", Text, comment="inside vault/backups"),
    Column("sha256", Text),
    Column("bytes", Integer, nullable=False, server_default=text("0")),
    Column("records", Integer, nullable=False, server_default=text("0")),
    Column(
        "objects",
        Text,
        nullable=False,
        server_default="{}",
        comment="JSON: name -> records, properties",
    ),
    Column("expires_at", Text, comment="steady time"),
    Column(
        "expiry_seen_at", Text, comment="first start that found it expired; the next removes it"
    ),
    Column("expired_at", Text),
    Column(
        "sensitive",
        Text,
        nullable=False,
        server_default="[]",
        comment="JSON: labels of sensitive properties inside",
    ),
    Column("second_copy", Text, comment="JSON: where the second copy is, or why there is none"),
    Column("verified_at", Text),
    Column("verified_ok", Integer),
    _flag("pinned"),
    _flag("is_signed", 1),
    _flag("complete"),
    Column("error", Text, comment="JSON"),
    **_STRICT,
)
imports = Table(
    "imports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text),
    Column("kind", Text, nullable=False, comment="import, restore or undo"),
    Column("name", Text, nullable=False),
    Column("object_type_id", Integer),
    Column("object_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("user_id", Integer),
    Column("file_name", Text),
    Column("stored_file", Text, comment="inside vault/imports"),
    Column("error_file", Text, comment="inside vault/imports"),
    Column("row_count", Integer, nullable=False, server_default=text("0")),
    Column("created", Integer, nullable=False, server_default=text("0")),
    Column("updated", Integer, nullable=False, server_default=text("0")),
    Column("unchanged", Integer, nullable=False, server_default=text("0")),
    Column("failed", Integer, nullable=False, server_default=text("0")),
    Column("change_id", Integer),
    Column("errors", Text, nullable=False, server_default="[]", comment="JSON: the first 100"),
    Column("error", Text, comment="JSON: why the whole job failed"),
    **_STRICT,
)
restores = Table(
    "restores",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text),
    Column("import_id", Text, ForeignKey("imports.id")),
    Column("plan_id", Text),
    Column("plan_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("backup", Text, nullable=False, comment="backup id, or the file's name and digest"),
    Column("object_name", Text, nullable=False),
    Column("properties", Text, nullable=False, comment="JSON list"),
    Column("planned", Text, nullable=False, comment="JSON: the plan's summary"),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("user_id", Integer),
    Column("records_changed", Integer, nullable=False, server_default=text("0")),
    Column("values_written", Integer, nullable=False, server_default=text("0")),
    Column("skipped", Text, nullable=False, server_default="{}", comment="JSON: reason -> count"),
    Column("change_id", Integer),
    Column("undo_until", Text, comment="steady time"),
    Column("undone_by", Text, comment="restore id of the undo"),
    Column("undoes", Text, comment="restore id that this one takes back"),
    Column("error", Text, comment="JSON"),
    **_STRICT,
)
notifications = Table(
    "notifications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", Integer, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("values_json", Text, nullable=False, comment="JSON: numbers and names for the sentence"),
    Column("link", Text),
    Column("read_at", Text),
    **_NEVER_REUSED,
)

# -- the audit log -------------------------------------------------------------------------------
audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Integer, primary_key=True, comment="the sequence number"),
    Column("at", Text, nullable=False, comment="the clock as read"),
    Column("at_order", Text, nullable=False, comment="never goes back; ranges use it"),
    Column("category", Text, nullable=False),
    Column("subcategory", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("result", Text, nullable=False, comment="ok, refused or failed"),
    Column("actor_kind", Text, nullable=False, comment="user, support, schedule, system, unknown"),
    Column("user_id", Integer),
    Column("session_id", Text),
    Column("sign_in_type", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False, server_default=""),
    Column("host", Text, nullable=False, server_default=""),
    Column("agent", Text, nullable=False, server_default=""),
    Column("country", Text, nullable=False, server_default=""),
    Column("region", Text, nullable=False, server_default=""),
    Column("object_type", Text),
    Column("object_id", Text),
    Column("job_id", Text),
    Column(
        "subjects",
        Integer,
        nullable=False,
        server_default=text("1"),
        comment="records in a bulk action",
    ),
    Column("link", Text),
    Column("details_digest", LargeBinary, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    **_STRICT,
)
Index("ix_audit_events_category", audit_events.c.category)
Index("ix_audit_events_action", audit_events.c.action)
Index("ix_audit_events_user", audit_events.c.user_id)
Index(
    "ix_audit_events_object",
    audit_events.c.object_type,
    audit_events.c.object_id,
    sqlite_where=text("object_id IS NOT NULL"),
)
Index("ix_audit_events_job", audit_events.c.job_id, sqlite_where=text("job_id IS NOT NULL"))
audit_details = Table(
    "audit_details",
    metadata,
    Column("event_id", Integer, ForeignKey("audit_events.id"), primary_key=True),
    Column("payload", Text, comment="JSON; empty when erased"),
    Column("salt", LargeBinary, comment="empty when erased"),
    Column("erased_at", Text),
    **_STRICT,
)
