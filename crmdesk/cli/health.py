"""Drills and the health of backups as the command line tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crmdesk.cli.documents import moment
from crmdesk.core.backup.model import HealthReason

if TYPE_CHECKING:
    from crmdesk.core.backup.drills import Drill
    from crmdesk.core.backup.model import BackupHealth

_REASONS = {
    HealthReason.NEVER: "There is no backup.",
    HealthReason.VERIFY_FAILED: "The last check of the newest backup failed.",
    HealthReason.DRILL_FAILED: "The last restore drill failed.",
    HealthReason.NOTHING_KEPT: "No backup that could be restored is kept.",
    HealthReason.FAILING: "Several backups in a row failed.",
    HealthReason.FAILED: "The last backup failed.",
    HealthReason.LONG_AGO: "The last backup was made more than 14 days ago.",
    HealthReason.LATE: "A backup is overdue.",
    HealthReason.DRILL_LATE: "A restore drill is overdue.",
    HealthReason.LITTLE_ROOM: "The disk has little room left for backups.",
}


def drill_document(found: Drill) -> dict[str, Any]:
    """One drill."""
    return {
        "drill_id": found.id,
        "backup_id": found.backup_id,
        "at": moment(found.at),
        "ok": found.ok,
        "records": found.records,
        "seconds": found.seconds,
        "problems": list(found.problems),
    }


def health_document(found: BackupHealth) -> dict[str, Any]:
    """How well the data is protected, and why."""
    return {
        "level": found.level.value,
        "reasons": [reason.value for reason in found.reasons],
        "last_completed_at": moment(found.last_completed_at),
        "last_verified_at": moment(found.last_verified_at),
        "last_verified_ok": found.last_verified_ok,
        "last_drill_at": moment(found.last_drill_at),
        "last_drill_ok": found.last_drill_ok,
        "last_drill_seconds": found.last_drill_seconds,
        "failures": found.failures,
        "backups": found.backups,
        "bytes": found.bytes,
        "free_bytes": found.free_bytes,
    }


def health_lines(document: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    if not document["reasons"]:
        yield "Your data is protected."
    yield from (_REASONS[HealthReason(reason)] for reason in document["reasons"])
    yield f"Last backup: {document['last_completed_at'] or 'never'}"
    yield f"Last check: {_judged(document, 'last_verified')}"
    yield f"Last drill: {_judged(document, 'last_drill')}"


def _judged(document: dict[str, Any], what: str) -> str:
    if document[f"{what}_at"] is None:
        return "never"
    return f"{document[f'{what}_at']}, {'good' if document[f'{what}_ok'] else 'FAILED'}"
