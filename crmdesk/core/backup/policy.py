"""When a backup may be made, and how long it is kept."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Row, desc, func, select

from crmdesk.core.audit.kinds import WORKSPACE_RESTORED
from crmdesk.core.backup.model import Backup, FileState
from crmdesk.core.clock import from_text, optional_from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import audit_events, backups, users
from crmdesk.core.errors import Busy, UserError
from crmdesk.core.jobs.job import OPEN, JobState

_SUCCEEDED = JobState.SUCCEEDED.value
_OPEN_STATES = [state.value for state in OPEN]


def next_possible(tx: Tx, interval: timedelta) -> datetime | None:
    """When the next backup may be made, in wall-clock time; ``None`` is now.

    Counted from the last completed backup, on steady time: failed and cancelled ones do not
    count, and setting the clock back does not unlock.
    """
    # Backups of before a restore of the whole workspace lie elsewhere: the first here may come
    # at once.
    here = backups.c.completed_at > restored_at(tx)
    last = tx.scalar(
        select(func.max(backups.c.completed_steady)).where(backups.c.state == _SUCCEEDED, here)
    )
    if last is None:
        return None
    left = from_text(last) + interval - tx.steady_now
    return tx.now + left if left > timedelta(0) else None


def restored_at(tx: Tx) -> str:
    """When the workspace was last rebuilt from a backup, as stored; "" for never."""
    found = tx.scalar(
        select(func.max(audit_events.c.at)).where(
            audit_events.c.object_type == "workspace",
            audit_events.c.object_id.is_not(None),
            audit_events.c.subcategory == WORKSPACE_RESTORED.subcategory,
        )
    )
    return "" if found is None else str(found)


def newest_completed(tx: Tx) -> str | None:
    """Id of the newest completed backup whose file should still be there.

    By the steady time: one that was made while the clock was ahead is not the newest for years.
    """
    found: str | None = tx.scalar(
        select(backups.c.id)
        .where(backups.c.state == _SUCCEEDED, backups.c.expired_at.is_(None))
        .order_by(desc(backups.c.completed_steady))
        .limit(1)
    )
    return found


def is_lapsed(tx: Tx, row: Row[Any]) -> bool:
    """Whether the time for downloading is over; pinned ones have no end."""
    return (
        not row.pinned and row.expires_at is not None and row.expires_at <= to_text(tx.steady_now)
    )


def read_backups(tx: Tx, vault: Path, backup_id: str | None = None) -> list[Backup]:
    """Backups, newest first, or the one with that id."""
    statement = (
        select(backups, users.c.full_name)
        .outerjoin(users, users.c.id == backups.c.created_by)
        .order_by(desc(backups.c.created_at))
    )
    if backup_id is not None:
        statement = statement.where(backups.c.id == backup_id)
    newest = newest_completed(tx)
    return [_backup(tx, row, vault, newest) for row in tx.execute(statement)]


def _backup(tx: Tx, row: Row[Any], vault: Path, newest: str | None) -> Backup:
    file_state = _file_state(tx, row, vault, newest)
    there = file_state in (FileState.KEPT, FileState.PINNED, FileState.LAST_SAFETY_COPY)
    return Backup(
        id=row.id,
        job_id=row.job_id,
        state=JobState(row.state),
        file_state=file_state,
        created_at=from_text(row.created_at),
        created_by=row.full_name or "",
        snapshot_at=optional_from_text(row.snapshot_at),
        completed_at=optional_from_text(row.completed_at),
        file_name=row.file_name or "",
        sha256=row.sha256 or "",
        bytes=row.bytes,
        records=row.records,
        objects=json.loads(row.objects),
        expires_at=optional_from_text(row.expires_at),
        expired_at=optional_from_text(row.expired_at),
        downloadable=there and not is_lapsed(tx, row),
        restorable=there and row.verified_ok != 0,
        verified_at=optional_from_text(row.verified_at),
        verified_ok=None if row.verified_ok is None else bool(row.verified_ok),
        pinned=bool(row.pinned),
        signed=bool(row.is_signed),
        sensitive=tuple(json.loads(row.sensitive)),
        second_copy=None if row.second_copy is None else json.loads(row.second_copy),
        error=None if row.error is None else json.loads(row.error),
        complete=bool(row.complete),
    )


def _file_state(tx: Tx, row: Row[Any], vault: Path, newest: str | None) -> FileState:
    if row.state != _SUCCEEDED:
        return FileState.NONE
    if row.expired_at is not None:
        return removed_state(row)
    if not (vault / str(row.file_name)).is_file():
        return FileState.MISSING
    if row.pinned:
        return FileState.PINNED
    if is_lapsed(tx, row):
        return FileState.LAST_SAFETY_COPY if row.id == newest else FileState.EXPIRED
    return FileState.KEPT


def removed_state(row: Row[Any]) -> FileState:
    """Why a backup's file was removed: the retention sees it lapsed first, a person does not.

    The times do not tell: a clock that was set back expires by another reckoning than it reads.
    """
    return FileState.DELETED if row.expiry_seen_at is None else FileState.EXPIRED


def refuse_second(tx: Tx) -> None:
    """Raise ``backup_running`` while another backup is being made."""
    running = tx.execute(
        select(backups.c.created_at).where(backups.c.state.in_(_OPEN_STATES))
    ).first()
    if running is not None:
        raise Busy(
            "backup_running",
            f"A backup is being made since {running.created_at}.",
            "Wait until it is done, or cancel it.",
            since=running.created_at,
        )


def refuse_too_soon(tx: Tx, interval: timedelta) -> None:
    """Raise ``backup_too_soon`` until ``interval`` has passed since the newest backup."""
    possible = next_possible(tx, interval)
    if possible is not None:
        raise UserError(
            "backup_too_soon",
            f"The next backup is possible at {to_text(possible)}.",
            "The setting backup.min_interval says how often; 0 sets no limit.",
            next_possible_at=possible,
        )
