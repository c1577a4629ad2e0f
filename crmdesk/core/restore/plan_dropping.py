"""Plans under review that would write records which were deleted for good meanwhile."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import read_only
from crmdesk.core.records.object_type import ObjectType
from crmdesk.core.restore.plan_store import stage_path


def drop_plans_of(tx: Tx, folder: Path, object_type: ObjectType, record_ids: Sequence[int]) -> None:
    """Drop plans under review whose files hold values of records that were deleted for good.

    The file of a plan that a job works on goes when the job ends.
    """
    waiting = tx.sql(
        "SELECT id FROM main.plans WHERE used_at IS NULL AND summary ->> 'object_name' = ?",
        (object_type.name,),
    ).fetchall()
    for (plan_id,) in waiting:
        path = stage_path(folder, plan_id)
        if _holds(path, record_ids):
            tx.sql("DELETE FROM main.plans WHERE id = ?", (plan_id,))
            tx.after_commit(functools.partial(path.unlink, missing_ok=True))


def _holds(path: Path, record_ids: Sequence[int]) -> bool:
    if not path.exists():
        return False
    with closing(sqlite3.connect(read_only(path), uri=True)) as stage:
        row = stage.execute(
            "SELECT 1 FROM verdicts v JOIN cells c ON c.row = v.row "
            "WHERE v.record_id IN (SELECT value FROM json_each(?)) LIMIT 1",
            (json.dumps(list(record_ids)),),
        ).fetchone()
    return row is not None
