"""What the audit log is searched by; made from it again at any time."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, text

from crmdesk.core.db.tables.base import STRICT, metadata

audit_marks = Table(
    "audit_marks",
    metadata,
    Column("facet", Text, primary_key=True, comment="a column of audit_events"),
    Column("value", Text, primary_key=True),
    Column("chunk", Integer, primary_key=True, comment="id / 65536"),
    Column("many", Integer, nullable=False, comment="entries of the chunk with the value"),
    Column("bits", LargeBinary, nullable=False, comment="one an entry, deflated"),
    sqlite_with_rowid=False,
    **STRICT,
)
audit_index_state = Table(
    "audit_index_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("marked_to", Integer, nullable=False, server_default=text("0")),
    Column("worded_to", Integer, nullable=False, server_default=text("0")),
    Column(
        "forgotten", Integer, nullable=False, server_default=text("0"), comment="times, of words"
    ),
    **STRICT,
)
