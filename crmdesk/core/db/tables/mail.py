"""E-mail: the server that takes it, and what waits to be sent or was."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, text

from crmdesk.core.db.tables.base import NEVER_REUSED, STRICT, metadata

#: One row, or none where no server is configured.
mail_server = Table(
    "mail_server",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("host", Text, nullable=False),
    Column("port", Integer, nullable=False),
    Column("security", Text, nullable=False, comment="tls, starttls or none"),
    Column("user_name", Text, nullable=False, server_default=""),
    Column("password", LargeBinary, comment="encrypted for this host, under the workspace key"),
    Column("sender", Text, nullable=False),
    **STRICT,
)
#: What a Super Admin is also written to about; no row is not at all.
mail_choices = Table(
    "mail_choices",
    metadata,
    Column("user_id", Integer, primary_key=True),
    Column("topic", Text, primary_key=True),
    **STRICT,
)
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False, comment="what it tells of"),
    Column("user_id", Integer, comment="whom it is for"),
    Column("recipient", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("secret", LargeBinary, comment="what goes into the body; gone once it is sent"),
    Column("token", Text, nullable=False, comment="of its Message-ID, the same at every attempt"),
    Column("created_at", Text, nullable=False),
    Column("state", Text, nullable=False, comment="queued, sending, sent or failed"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Text, nullable=False, comment="steady time of the next attempt"),
    Column("gives_up_at", Text, nullable=False, comment="steady time"),
    Column("job_id", Text, comment="of the job that sends it"),
    Column("tried_at", Text),
    Column("sent_at", Text),
    Column("problem", Text, comment="why the last attempt was none"),
    Column("reply", Text, nullable=False, server_default="", comment="the server's words"),
    **NEVER_REUSED,
)
Index("ix_outbox_open", outbox.c.due_at, sqlite_where=text("state IN ('queued', 'sending')"))
