"""The first schema."""

from __future__ import annotations

from alembic import op

from crmdesk.core.db.sqlite import AUDIT_TRIGGERS, DEFINITION_TRIGGERS, HISTORY_VIEW
from crmdesk.core.db.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table; a release freezes this list, and later changes get files of their own."""
    metadata.create_all(op.get_bind())
    for statement in (*AUDIT_TRIGGERS, *DEFINITION_TRIGGERS, HISTORY_VIEW):
        op.execute(statement)
