"""Plans that nobody will apply any more.

By itself, since every start of the program sweeps and few go on to restore.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from crmdesk.core.changes.stage import staging_files, sweep_scratch
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import plans
from crmdesk.core.jobs.job import OPEN

# A plan that was asked for shortly before it lapses is its job's until that ends. A row that was
# put in by hand may hold no JSON.
_OPEN = ", ".join(f"'{state.value}'" for state in sorted(OPEN))
_LAPSED = (
    "DELETE FROM main.plans WHERE expires_at <= ? AND NOT EXISTS (SELECT 1 FROM main.jobs j "
    f"WHERE j.state IN ({_OPEN}) AND "
    "CASE WHEN json_valid(j.params) THEN j.params ->> 'plan_id' END = plans.id)"
)


def sweep_plans(database: Database, folder: Path) -> None:
    """Forget lapsed plans, and remove staging files that belong to none."""
    # First: a file that another process gives to a plan from here on is not among them.
    found = staging_files(folder)
    with database.read() as tx:
        lapsed = tx.scalar(select(plans.c.id).where(plans.c.expires_at <= to_text(tx.steady_now)))
    # Whoever only reads shall not have to wait for whoever writes.
    if not found and lapsed is None:
        return
    with database.write() as tx:
        tx.sql(_LAPSED, (to_text(tx.steady_now),))
        kept = set(tx.execute(select(plans.c.id)).scalars())
    sweep_scratch(found, kept)
