"""What people keep for themselves and others: saved views, segments, forms, templates."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, flag, metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "object_type_id",
        Integer,
        ForeignKey("object_types.id"),
        index=True,
        comment="what it is a view of; empty for the audit log",
    ),
    Column("name", Text, nullable=False),
    Column("owner_id", Integer, nullable=False),
    Column("sharing", Text, nullable=False, comment="private or everyone"),
    Column("definition", Text, nullable=False, comment="JSON: columns, sort, filters, search"),
    Column("position", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    **NEVER_REUSED,
)
#: The order of views and the one that opens first are each person's own.
view_places = Table(
    "view_places",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("view_id", Integer, ForeignKey("saved_views.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    flag("is_default"),
    **STRICT,
)
segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("object_type_id", Integer, ForeignKey("object_types.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="active: a filter; static: members by hand"),
    Column("filters", Text, nullable=False, server_default="[]", comment="JSON"),
    Column("owner_id", Integer),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("archived_at", Text),
    **NEVER_REUSED,
)
Index(
    "ux_segments_name",
    segments.c.object_type_id,
    text("lower(name)"),
    unique=True,
    sqlite_where=text("archived_at IS NULL"),
)
segment_members = Table(
    "segment_members",
    metadata,
    Column("segment_id", Integer, ForeignKey("segments.id"), primary_key=True),
    Column("record_id", Integer, primary_key=True),
    Column("added_at", Text, nullable=False),
    sqlite_with_rowid=False,
    **STRICT,
)
property_groups = Table(
    "property_groups",
    metadata,
    Column("object_type_id", Integer, ForeignKey("object_types.id"), primary_key=True),
    Column("name", Text, primary_key=True, comment="as properties.group_name"),
    Column("label", Text, nullable=False),
    Column("position", Integer, nullable=False),
    **STRICT,
)
create_form_fields = Table(
    "create_form_fields",
    metadata,
    Column("object_type_id", Integer, ForeignKey("object_types.id"), primary_key=True),
    Column("property_id", Integer, ForeignKey("properties.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    flag("is_required"),
    **STRICT,
)
import_templates = Table(
    "import_templates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("object_name", Text, nullable=False),
    Column("header_digest", Text, nullable=False, comment="SHA-256 of the folded headers"),
    Column("mapping", Text, nullable=False, comment="JSON: columns, static values, options"),
    Column("user_id", Integer),
    Column("created_at", Text, nullable=False),
    Column("used_at", Text, nullable=False),
    **NEVER_REUSED,
)
Index("ix_import_templates_header", import_templates.c.header_digest)
backup_drills = Table(
    "backup_drills",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("backup_id", Text, ForeignKey("backups.id"), nullable=False, index=True),
    Column("job_id", Text),
    Column("at", Text, nullable=False),
    flag("ok"),
    Column("records", Integer, nullable=False, server_default=text("0")),
    Column("milliseconds", Integer, nullable=False, server_default=text("0")),
    Column("problems", Text, nullable=False, server_default="[]", comment="JSON"),
    **NEVER_REUSED,
)
