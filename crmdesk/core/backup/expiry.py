"""When a backup's time is over: noted at one start, and its file removed at a later one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Row, or_, select, update

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.listed import list_backup
from crmdesk.core.backup.policy import newest_completed
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import backups
from crmdesk.core.files.partial import remove_stray_partials
from crmdesk.core.jobs.job import OPEN, JobState
from crmdesk.core.reserve import cures_a_full_disk

_OPEN_STATES = [state.value for state in OPEN]


class BackupExpiry:
    """Removes the files of backups whose days are over."""

    def __init__(self, database: Database, audit_log: AuditLog, vault: Path) -> None:
        self._database = database
        self._audit_log = audit_log
        self._vault = vault

    @cures_a_full_disk
    def sweep(self) -> int:
        """Remove files whose time is over, and what a crash left; returns how many.

        A backup is removed by the second start that finds it lapsed: a clock that is set ahead
        by mistake costs nothing if it is put right. The newest completed one always stays.
        """
        remove_stray_partials(self._vault)
        with self._database.read() as tx:
            due, over = _lapsed(tx), _without_file(tx)
        # A file without any row stays: it may be newer than a database that was put back.
        for path in self._vault.glob("*.zip"):
            if path.stem in over:
                path.unlink(missing_ok=True)
        removed = 0
        for backup_id in due:
            with self._database.write() as tx:
                removed += _expire(tx, self._audit_log, self._vault, backup_id)
        return removed


def _lapsed(tx: Tx, only: str | None = None) -> dict[str, bool]:
    """Backups whose time is over, or the one asked for, and whether an earlier start saw it.

    By the steady time, which a clock set back does not bring back, and by the clock as it is
    now, so that one set ahead by mistake and put right costs no file.
    """
    wanted = () if only is None else (backups.c.id == only,)
    rows = tx.execute(
        select(
            backups.c.id,
            backups.c.expiry_seen_at,
            backups.c.completed_at,
            backups.c.completed_steady,
            backups.c.expires_at,
        ).where(
            backups.c.state == JobState.SUCCEEDED.value,
            backups.c.expired_at.is_(None),
            backups.c.pinned == 0,
            backups.c.expires_at <= to_text(tx.steady_now),
            *wanted,
        )
    )
    return {row.id: row.expiry_seen_at is not None for row in rows if _over_by_the_clock(tx, row)}


def _expire(tx: Tx, audit_log: AuditLog, vault: Path, backup_id: str) -> bool:
    """Note that a backup's time is over, or remove its file if that was noted before.

    Returns:
        Whether the file goes, once the transaction stands.
    """
    found = _lapsed(tx, backup_id)
    # Since the look without the lock somebody may have pinned or deleted it.
    if backup_id not in found or backup_id == newest_completed(tx):
        return False
    if not found[backup_id]:
        tx.execute(
            update(backups).where(backups.c.id == backup_id).values(expiry_seen_at=tx.now_text)
        )
        return False
    tx.execute(update(backups).where(backups.c.id == backup_id).values(expired_at=tx.now_text))
    list_backup(tx, backup_id)
    audit_log.log(tx, SYSTEM, kinds.BACKUP_EXPIRED, object_type="backup", object_id=backup_id)
    name = tx.scalar(select(backups.c.file_name).where(backups.c.id == backup_id))
    tx.after_commit(lambda: (vault / str(name)).unlink(missing_ok=True))
    return True


def _without_file(tx: Tx) -> set[str]:
    """Backups that have no file any more, or never came to have one."""
    unfinished = backups.c.state.not_in([JobState.SUCCEEDED.value, *_OPEN_STATES])
    has_none = or_(unfinished, backups.c.expired_at.is_not(None))
    return set(tx.execute(select(backups.c.id).where(has_none)).scalars())


def _over_by_the_clock(tx: Tx, row: Row[Any]) -> bool:
    lasts = from_text(row.expires_at) - from_text(row.completed_steady)
    return from_text(row.completed_at) + lasts <= tx.now
