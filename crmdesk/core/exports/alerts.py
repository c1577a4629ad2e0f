"""Notices of large exports: to each Super Admin who wants to hear of so many records at once."""

from __future__ import annotations

import json

from sqlalchemy import select, update

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import exports, notifications, users
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import LEAST_THRESHOLD, MOST_THRESHOLD
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.notify.large import LargeFile, tell_large_file


def tell_started(tx: Tx, inbox: Inbox, export_id: str, records: int) -> int:
    """Tell every Super Admin whose threshold is passed, once an export; returns how many.

    The one who exports is told like the others.
    """
    row = tx.execute(
        select(exports, users.c.full_name)
        .outerjoin(users, users.c.id == exports.c.user_id)
        .where(exports.c.id == export_id)
    ).one()
    file = LargeFile(
        NotificationKind.LARGE_EXPORT,
        name=row.name,
        user=row.full_name or "",
        records=records,
        source_name=row.source_name,
        sensitive=json.loads(row.sensitive),
        link=_link(export_id),
        state="running",
    )
    return tell_large_file(tx, inbox, file)


def tell_outcome(tx: Tx, export_id: str, state: str) -> None:
    """Write into the notices of a large export what became of it."""
    _write_into(tx, NotificationKind.LARGE_EXPORT, export_id, {"state": state})


def tell_decision(tx: Tx, export_id: str, decision: str, decider: str) -> None:
    """Write into the notices of an export that waited how it was decided, and by whom.

    Args:
        decision: approved, rejected or cancelled.
    """
    facts = {"decision": decision, "decider": decider}
    _write_into(tx, NotificationKind.EXPORT_WAITING, export_id, facts)


def _write_into(tx: Tx, kind: NotificationKind, export_id: str, facts: dict[str, str]) -> None:
    mine = (notifications.c.kind == kind.value, notifications.c.link == _link(export_id))
    for row in tx.execute(select(notifications).where(*mine)).all():
        values = json.loads(row.values_json) | facts
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


def _link(export_id: str) -> str:
    return f"exports/{export_id}"
