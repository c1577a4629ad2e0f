"""How well the data is protected: the one fact that must never hide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from crmdesk.core.backup.drills import Drill, last_drill
from crmdesk.core.backup.model import Backup, BackupHealth, HealthLevel, HealthReason
from crmdesk.core.backup.policy import newest_completed
from crmdesk.core.db.engine import Tx
from crmdesk.core.files.atomic import free_bytes
from crmdesk.core.jobs.job import JobState

_USUAL_INTERVAL = timedelta(hours=24)
_DANGER_AGE = timedelta(days=14)
#: Less room than for so many more backups is told while something can still be done.
_BACKUPS_TO_COME = 3
_LEAST_FREE = 256 * 1024 * 1024
_DANGERS = frozenset(
    {
        HealthReason.VERIFY_FAILED,
        HealthReason.DRILL_FAILED,
        HealthReason.NOTHING_KEPT,
        HealthReason.FAILING,
        HealthReason.LONG_AGO,
    }
)


def read_health(
    tx: Tx, found: Sequence[Backup], interval: timedelta, drills: timedelta, vault: Path
) -> BackupHealth:
    """Age of the last backup, last check, last drill, failures and room, and what they add up to.

    Args:
        found: every backup, newest first.
        interval: how often there may be one.
        drills: how often one is restored for a proof; zero is never.
    """
    completed = [b for b in found if b.state is JobState.SUCCEEDED]
    newest = newest_completed(tx)
    last = next((b for b in completed if b.id == newest), completed[0] if completed else None)
    verified = next((b for b in completed if b.verified_at is not None), None)
    kept = [b for b in completed if b.restorable]
    failures, drill, free = _failures(found), last_drill(tx), free_bytes(vault)
    needed = max(_LEAST_FREE, _BACKUPS_TO_COME * (0 if last is None else last.bytes))
    reasons = tuple(
        reason
        for reason, holds in {
            HealthReason.NEVER: last is None,
            HealthReason.VERIFY_FAILED: last is not None and last.verified_ok is False,
            HealthReason.DRILL_FAILED: drill is not None and not drill.ok,
            HealthReason.NOTHING_KEPT: last is not None and not kept,
            HealthReason.FAILING: failures >= 2,
            HealthReason.FAILED: failures == 1,
            HealthReason.LONG_AGO: _older(tx, last, _DANGER_AGE),
            HealthReason.LATE: _older(tx, last, 1.5 * max(interval, _USUAL_INTERVAL)),
            HealthReason.DRILL_LATE: _is_drill_late(tx, kept, drill, drills),
            HealthReason.LITTLE_ROOM: free < needed,
        }.items()
        if holds
    )
    return BackupHealth(
        level=_level(reasons),
        last_completed_at=None if last is None else last.completed_at,
        last_verified_at=None if verified is None else verified.verified_at,
        last_verified_ok=None if verified is None else verified.verified_ok,
        failures=failures,
        backups=len(kept),
        bytes=sum(b.bytes for b in kept),
        reasons=reasons,
        last_drill_at=None if drill is None else drill.at,
        last_drill_ok=None if drill is None else drill.ok,
        last_drill_seconds=_seconds(drill),
        free_bytes=free,
    )


def _level(reasons: Sequence[HealthReason]) -> HealthLevel:
    if _DANGERS.intersection(reasons):
        return HealthLevel.DANGER
    if HealthReason.NEVER in reasons:
        return HealthLevel.NEVER
    return HealthLevel.WARN if reasons else HealthLevel.OK


def _failures(found: Sequence[Backup]) -> int:
    """Failed or interrupted backups since the last completed one."""
    failures = 0
    for backup in found:
        if backup.state is JobState.SUCCEEDED:
            break
        failures += backup.state in (JobState.FAILED, JobState.INTERRUPTED)
    return failures


def _older(tx: Tx, last: Backup | None, than: timedelta) -> bool:
    # One that was made while the clock was ahead tells nothing of when.
    return (
        last is not None
        and last.completed_at is not None
        and abs(tx.now - last.completed_at) > than
    )


def _is_drill_late(tx: Tx, kept: Sequence[Backup], drill: Drill | None, every: timedelta) -> bool:
    """Whether one was due for as long again as lies between two of them."""
    oldest = kept[-1].completed_at if kept else None
    since = oldest if drill is None else drill.at
    return bool(every) and bool(kept) and since is not None and abs(tx.now - since) >= 2 * every


def _seconds(drill: Drill | None) -> float | None:
    return drill.seconds if drill is not None and drill.ok else None
