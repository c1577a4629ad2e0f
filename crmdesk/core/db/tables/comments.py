"""What people say about entries of the audit log: beside the chain, and told of in it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, metadata

audit_comments = Table(
    "audit_comments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("event_id", Integer, nullable=False),
    Column("parent_id", Integer, ForeignKey("audit_comments.id"), comment="what it replies to"),
    Column("author_id", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("text", Text, comment="@{17} is the user 17, @{} an @; empty when deleted"),
    Column("edited_at", Text),
    Column("deleted_at", Text),
    Column("deleted_by", Integer),
    Column("resolved_at", Text),
    Column("resolved_by", Integer),
    Column("salt", LargeBinary, nullable=False, comment="of the digest in the log, new each time"),
    **NEVER_REUSED,
)
Index("ix_audit_comments_event", audit_comments.c.event_id, audit_comments.c.id)
Index("ix_audit_comments_parent", audit_comments.c.parent_id)
audit_comment_drafts = Table(
    "audit_comment_drafts",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("event_id", Integer, primary_key=True),
    Column("place", Text, primary_key=True, comment="new, reply/<comment>, edit/<comment>"),
    Column("text", Text, nullable=False, comment="as typed"),
    Column("updated_at", Text, nullable=False),
    **STRICT,
)
audit_comment_reads = Table(
    "audit_comment_reads",
    metadata,
    Column("user_id", Integer, ForeignKey("users.id"), primary_key=True),
    Column("event_id", Integer, primary_key=True),
    Column("seen_id", Integer, nullable=False, comment="the newest comment seen"),
    **STRICT,
)
