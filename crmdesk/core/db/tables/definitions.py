"""Object types, properties, options, pipelines."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, flag, metadata

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
    flag("custom"),
    Column("created_at", Text, nullable=False),
    Column("archived_at", Text),
    **NEVER_REUSED,
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
    flag("is_sensitive"),
    flag("is_unique"),
    flag("is_required"),
    flag("is_calculated"),
    flag("is_hidden"),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", Text, nullable=False),
    Column("archived_at", Text),
    **NEVER_REUSED,
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
    **STRICT,
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
    **NEVER_REUSED,
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
    flag("closed"),
    Column("archived_at", Text),
    **NEVER_REUSED,
)
