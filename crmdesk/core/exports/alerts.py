"""Notices of large exports: to each Super Admin who wants to hear of so many records at once."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Row, select, update

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import export_thresholds, exports, notifications, users
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import LEAST_THRESHOLD, MOST_THRESHOLD
from crmdesk.core.notify.inbox import Inbox, NotificationKind


def tell_started(tx: Tx, inbox: Inbox, export_id: str, records: int) -> int:
    """Tell every Super Admin whose threshold is passed, once an export; returns how many.

    The one who exports is told like the others.
    """
    row = tx.execute(select(exports).where(exports.c.id == export_id)).one()
    wanted = _who_wants(tx, records)
    inbox.notify(
        tx, wanted, NotificationKind.LARGE_EXPORT, _facts(tx, row, records), _link(export_id)
    )
    return len(wanted)


def tell_outcome(tx: Tx, export_id: str, state: str) -> None:
    """Write into the notices of an export what became of it."""
    mine = (
        notifications.c.kind == NotificationKind.LARGE_EXPORT.value,
        notifications.c.link == _link(export_id),
    )
    for row in tx.execute(select(notifications).where(*mine)).all():
        values = json.loads(row.values_json) | {"state": state}
        tx.execute(
            update(notifications)
            .where(notifications.c.id == row.id)
            .values(values_json=json.dumps(values, sort_keys=True))
        )


def valid_threshold(records: int | None) -> int | None:
    """A threshold as it is kept; None is no notice.

    Raises:
        UserError: ``threshold_invalid``.
    """
    if records is None or LEAST_THRESHOLD <= records <= MOST_THRESHOLD:
        return records
    raise UserError(
        "threshold_invalid",
        f"The threshold has to be between {LEAST_THRESHOLD:,} and {MOST_THRESHOLD:,} records.",
        "Leave it empty for no notice.",
        least=LEAST_THRESHOLD,
        most=MOST_THRESHOLD,
    )


def _who_wants(tx: Tx, records: int) -> list[int]:
    return list(
        tx.execute(
            select(users.c.id)
            .join(export_thresholds, export_thresholds.c.user_id == users.c.id)
            .where(
                users.c.super_admin == 1,
                users.c.active == 1,
                users.c.removed_at.is_(None),
                export_thresholds.c.records < records,
            )
            .order_by(users.c.id)
        ).scalars()
    )


def _facts(tx: Tx, row: Row[Any], records: int) -> dict[str, Any]:
    name = tx.scalar(select(users.c.full_name).where(users.c.id == row.user_id))
    return {
        "name": row.name,
        "user": name or "",
        "records": records,
        "source_name": row.source_name,
        "sensitive": json.loads(row.sensitive),
        "state": "running",
    }


def _link(export_id: str) -> str:
    return f"exports/{export_id}"
