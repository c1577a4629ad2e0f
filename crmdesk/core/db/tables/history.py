"""What happened to records, and what is known of those that are gone."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, metadata, views

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
    **NEVER_REUSED,
)
value_history = Table(
    "value_history",
    metadata,
    Column("change_id", Integer, ForeignKey("change_sets.id"), primary_key=True),
    Column("object_type_id", Integer, primary_key=True),
    Column("record_id", Integer, primary_key=True),
    Column("cells", Text, nullable=False, comment="JSON: [[property id, old, new], ...]"),
    sqlite_with_rowid=False,
    **STRICT,
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
    **STRICT,
)
Index("ix_record_history_record", record_history.c.object_type_id, record_history.c.record_id)
tombstones = Table(
    "tombstones",
    metadata,
    Column("email_hash", LargeBinary, primary_key=True, comment="keyed hash; the address is gone"),
    Column("object_type_id", Integer, nullable=False),
    Column("purged_at", Text, nullable=False),
    **STRICT,
)
record_aliases = Table(
    "record_aliases",
    metadata,
    Column("object_type_id", Integer, primary_key=True),
    Column("alias_id", Integer, primary_key=True, comment="the merged record's id"),
    Column("winner_id", Integer, nullable=False),
    Column("merged_at", Text, nullable=False),
    **STRICT,
)
source_records = Table(
    "source_records",
    metadata,
    Column("object_type_id", Integer, primary_key=True),
    Column("source", Text, primary_key=True, comment="workspace id or file family it came from"),
    Column("source_record_id", Text, primary_key=True),
    Column("record_id", Integer, nullable=False),
    **STRICT,
)
Index("ix_source_records_record", source_records.c.object_type_id, source_records.c.record_id)
