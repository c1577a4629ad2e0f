"""How records hang together: associations, their labels and limits, and their history.

An association is one row whichever side it is looked at from: the side with the smaller object
type id comes first; within one object type the side that the label speaks from, and without a
label the smaller record id.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, metadata

association_labels = Table(
    "association_labels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("from_type_id", Integer, ForeignKey("object_types.id"), nullable=False),
    Column("to_type_id", Integer, ForeignKey("object_types.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False, comment="what the second record is to the first"),
    Column(
        "inverse_label",
        Text,
        nullable=False,
        server_default="",
        comment="what the first is to the second; empty when the label reads the same both ways",
    ),
    Column("position", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("archived_at", Text),
    **NEVER_REUSED,
)
Index(
    "ux_association_labels_name",
    association_labels.c.from_type_id,
    association_labels.c.to_type_id,
    association_labels.c.name,
    unique=True,
    sqlite_where=text("archived_at IS NULL"),
)
association_limits = Table(
    "association_limits",
    metadata,
    Column("from_type_id", Integer, ForeignKey("object_types.id"), primary_key=True),
    Column("to_type_id", Integer, ForeignKey("object_types.id"), primary_key=True),
    Column("label_id", Integer, primary_key=True, comment="0: all associations of the two types"),
    Column("maximum", Integer, nullable=False, comment="records of the second type for one record"),
    **STRICT,
)
associations = Table(
    "associations",
    metadata,
    Column("from_type_id", Integer, primary_key=True),
    Column("from_id", Integer, primary_key=True),
    Column("to_type_id", Integer, primary_key=True),
    Column("to_id", Integer, primary_key=True),
    Column("label_id", Integer, primary_key=True, comment="0: without a label"),
    Column("added_at", Text, nullable=False),
    sqlite_with_rowid=False,
    **STRICT,
)
Index(
    "ix_associations_to",
    associations.c.to_type_id,
    associations.c.to_id,
    associations.c.from_type_id,
    associations.c.from_id,
)
association_history = Table(
    "association_history",
    metadata,
    Column("change_id", Integer, ForeignKey("change_sets.id"), primary_key=True),
    Column("from_type_id", Integer, primary_key=True),
    Column("from_id", Integer, primary_key=True),
    Column("to_type_id", Integer, primary_key=True),
    Column("to_id", Integer, primary_key=True),
    Column("label_id", Integer, primary_key=True),
    Column("kind", Text, nullable=False, comment="associate or dissociate"),
    sqlite_with_rowid=False,
    **STRICT,
)
Index(
    "ix_association_history_from",
    association_history.c.from_type_id,
    association_history.c.from_id,
)
Index("ix_association_history_to", association_history.c.to_type_id, association_history.c.to_id)
