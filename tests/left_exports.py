"""Exports of days gone by, as their rows would be: making them would take the days."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from crmdesk.core.db.tables import exports
from tests.builders import Desk


def left(desk: Desk, at: str, records: int, user_id: int = 1, **others: object) -> str:
    """One export; its file is gone. Returns its id."""
    with desk.workspace.database.write() as tx:
        export_id = f"left{tx.scalar(select(func.count()).select_from(exports)):04}"
        row = {
            "source": "object",
            "source_name": "Contacts",
            "name": "Contacts",
            "object_name": "contacts",
            "format": "csv",
            "state": "succeeded",
            "actor": "{}",
            "request": "{}",
            **others,
        }
        tx.execute(
            insert(exports).values(
                id=export_id, created_at=at, user_id=user_id, records=records, **row
            )
        )
    return export_id
