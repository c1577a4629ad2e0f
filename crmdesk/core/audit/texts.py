"""Finds entries by words in their details."""

from __future__ import annotations

import json

from sqlalchemy import or_, select

from crmdesk.core.audit.event import run_plain
from crmdesk.core.audit.index import AuditIndex
from crmdesk.core.audit.marks import Marks, marks_of
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite_audit import details_contain
from crmdesk.core.db.tables import audit_events


def entries_with(tx: Tx, index: AuditIndex, text: str) -> Marks:
    """The entries that hold a text."""
    term = text.strip()
    if not term:
        return index.every()
    in_json = json.dumps(term, ensure_ascii=False)[1:-1]
    statement = select(audit_events.c.id).where(
        or_(
            audit_events.c.object_id == term,
            audit_events.c.job_id == term,
            details_contain(audit_events.c.id, term, in_json),
        )
    )
    return marks_of(row[0] for row in run_plain(tx, statement))
