"""How long a deleted record can come back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import settings
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.setting_declarations import SETTINGS

_DAYS = "recycle_bin.days"


def kept_since(tx: Tx) -> str:
    """What was deleted at this time or before does not come back any more."""
    return to_text(tx.now - timedelta(days=_days(tx)))


def refuse_past_time(tx: Tx, object_type: ObjectType, record_ids: Sequence[int]) -> None:
    """Let nothing come back after its days, also while the next starts have not purged it yet.

    Raises:
        UserError: ``bin_time_over``.
    """
    days = _days(tx)
    over = tx.sql(
        f"SELECT count(*) FROM main.{quoted(object_type.table)} WHERE archived_at <= ? "
        "AND id IN (SELECT value FROM json_each(?))",
        (kept_since(tx), json.dumps(list(record_ids))),
    ).fetchone()[0]
    if over:
        which = "A record was" if over == 1 else f"{over:,} records were"
        raise UserError(
            "bin_time_over",
            f"{which} deleted more than {days} days ago, so that nothing was brought back.",
            "Restore deleted records from a backup that still holds them.",
            records=over,
            days=days,
        )


def _days(tx: Tx) -> int:
    stored = tx.scalar(select(settings.c.value).where(settings.c.key == _DAYS))
    return int(SETTINGS[_DAYS].default if stored is None else json.loads(stored))
