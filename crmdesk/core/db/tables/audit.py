"""The audit log: chained rows, values beside them that can be erased, and seals on proven rows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, text

from crmdesk.core.db.tables.base import STRICT, metadata

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
    **STRICT,
)
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
    **STRICT,
)
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("segment", Integer, primary_key=True, comment="(id - 1) / 1000"),
    Column("seal", LargeBinary, nullable=False, comment="MAC over its entries, once proven"),
    **STRICT,
)
