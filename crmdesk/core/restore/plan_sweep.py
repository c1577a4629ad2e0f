"""Plans of restores that nobody will apply any more.

By itself, since every start of the program sweeps and few go on to restore.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import delete, select

from crmdesk.core.changes.stage import sweep_scratch
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import plans


def sweep_plans(database: Database, folder: Path) -> None:
    """Forget lapsed plans, and remove staging files that belong to none."""
    with database.write() as tx:
        tx.execute(delete(plans).where(plans.c.expires_at <= to_text(tx.steady_now)))
        kept = set(tx.execute(select(plans.c.id)).scalars())
    sweep_scratch(folder, kept)
