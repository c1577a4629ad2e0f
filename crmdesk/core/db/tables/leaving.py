"""What left the workspace: exports, who downloaded them, and from which size on people are told."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, flag, metadata

exports = Table(
    "exports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("job_id", Text),
    Column("source", Text, nullable=False, comment="view, segment or object"),
    Column("source_name", Text, nullable=False, comment="as it was called at the export"),
    Column("name", Text, nullable=False),
    Column("object_name", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("user_id", Integer),
    Column("actor", Text, nullable=False, comment="JSON: who asked, from where"),
    Column("request", Text, nullable=False, comment="JSON"),
    Column("records", Integer, comment="NULL until they are counted"),
    Column("bytes", Integer, nullable=False, server_default=text("0")),
    Column("file_name", Text, comment="inside vault/exports"),
    Column("sha256", Text, index=True),
    Column("sensitive", Text, nullable=False, server_default="[]", comment="JSON: labels inside"),
    Column("notes", Text, nullable=False, server_default="{}", comment="JSON: what was split"),
    Column("expires_at", Text, comment="steady time"),
    Column("expiry_seen_at", Text, comment="first start that found it expired"),
    Column("expired_at", Text),
    Column("decided_by", Integer),
    Column("decided_at", Text),
    Column("reason", Text, comment="why it was rejected"),
    Column("error", Text, comment="JSON"),
    Column("seal", Text, comment="MAC in hex over what waits for a decision; else NULL"),
    Index("ix_exports_created", "created_at", "id"),
    Index("ix_exports_user", "user_id", "created_at"),
    # All that the overview reads: of a million exports their rows would take seconds.
    Index("ix_exports_left", "state", "created_at", "source", "user_id", "records"),
    # Every start looks for files whose time is over, among all exports that ever were.
    Index(
        "ix_exports_kept",
        "expires_at",
        sqlite_where=text("file_name IS NOT NULL AND expired_at IS NULL"),
    ),
    **STRICT,
)
export_downloads = Table(
    "export_downloads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("export_id", Text, ForeignKey("exports.id"), nullable=False, index=True),
    Column("user_id", Integer),
    Column("at", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("host", Text, nullable=False),
    flag("from_list"),
    flag("by_super_admin"),
    **NEVER_REUSED,
)
#: Each Super Admin's own; no row is no notice.
export_thresholds = Table(
    "export_thresholds",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("records", Integer, nullable=False),
    **STRICT,
)
