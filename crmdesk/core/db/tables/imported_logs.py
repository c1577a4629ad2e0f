"""Logs that another program exported: beside the own log, and never part of its chain."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, metadata

imported_logs = Table(
    "imported_logs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("kind", Text, nullable=False, comment="audit, login or security"),
    Column("rows", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("known", Integer, nullable=False, comment="were there from an earlier file"),
    Column("failed", Integer, nullable=False),
    Column("first_at", Text),
    Column("last_at", Text),
    Column("imported_at", Text, nullable=False),
    Column("user_id", Integer, nullable=False),
    **NEVER_REUSED,
)
imported_events = Table(
    "imported_events",
    metadata,
    Column("id", Integer, primary_key=True, comment="shown as its negative"),
    Column("log_id", Integer, ForeignKey("imported_logs.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False, comment="of the file"),
    Column("identity", LargeBinary, nullable=False, unique=True, comment="one entry, one row"),
    Column(
        "place",
        Integer,
        nullable=False,
        comment="the first own entry that is later; own entries never move",
    ),
    Column("at", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("subcategory", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("user_email", Text, nullable=False, server_default=text("''")),
    Column("object_type", Text),
    Column("object_id", Text),
    Column("address", Text, nullable=False, server_default=text("''")),
    Column("country", Text, nullable=False, server_default=text("''")),
    Column("region", Text, nullable=False, server_default=text("''")),
    Column("agent", Text, nullable=False, server_default=text("''")),
    Column("sign_in_type", Text, nullable=False, server_default=text("''")),
    Column("detail", Text, nullable=False, comment="JSON: every cell that has no column here"),
    Index("ix_imported_events_place", "place", "at", "id"),
    **NEVER_REUSED,
)
