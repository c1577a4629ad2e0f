"""Why a plan no longer fits the data: what changed since it was reviewed, and how much of it."""

from __future__ import annotations

from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError

_AGAIN = "Review again: the plan is made anew in moments."


def records_changed(tx: Tx, stage: Stage) -> UserError:
    """The refusal of a plan whose records were edited or deleted since, with how many of each."""
    edited, deleted = tx.sql(
        "SELECT count(*) FILTER (WHERE o.id IS NOT NULL AND o.archived_at IS NULL), "
        "count(*) FILTER (WHERE o.id IS NULL OR o.archived_at IS NOT NULL) "
        f"FROM stage.rows r LEFT JOIN main.{quoted(stage.object_type.table)} o "
        "ON o.id = r.record_id WHERE r.outcome = 'update' "
        "AND (o.id IS NULL OR o.version IS NOT r.base_version OR o.archived_at IS NOT NULL)"
    ).fetchone()
    whole = edited + deleted
    kinds = [f"{n:,} {word}" for n, word in ((edited, "edited"), (deleted, "deleted")) if n]
    records = "1 record" if whole == 1 else f"{whole:,} records"
    return UserError(
        "plan_outdated",
        f"{records} changed since the review ({', '.join(kinds)}), so nothing was written.",
        _AGAIN,
        records=whole,
        edited=edited,
        deleted=deleted,
    )


def definition_changed() -> UserError:
    """The refusal of a plan one of whose properties was changed or archived since."""
    return UserError(
        "plan_outdated",
        "A property was changed since the review, so nothing was written.",
        _AGAIN,
        records=0,
    )


def plan_altered() -> UserError:
    """The refusal of a plan that is not the one that the code was given for."""
    return UserError(
        "plan_outdated",
        "The plan is not as it was when the code was given, so nothing was written.",
        _AGAIN,
        records=0,
    )
