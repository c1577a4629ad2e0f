"""The workspace itself, its clock and its settings."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text, text

from crmdesk.core.db.tables.base import STRICT, metadata

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
    **STRICT,
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
    **STRICT,
)
settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False, comment="JSON"),
    **STRICT,
)

definitions_state = Table(
    "definitions_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False, comment="counted up by triggers"),
    **STRICT,
)
