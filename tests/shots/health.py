"""What is loud: late, failed and unproven backups, an unconfirmed key, somebody else's lock."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from PySide6.QtWidgets import QWidget

from crmdesk.core.clock import system_time, to_text
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.ui.backup.page import BackupPage
from crmdesk.ui.signed_in import SignedInWindow
from tests.builders import Desk
from tests.shots.main import settle, settle_until
from tests.shots.settings import window_of

_HOLD = (
    "import sqlite3, sys\n"
    "held = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "held.execute('BEGIN IMMEDIATE')\n"
    "print('held', flush=True)\n"
    "sys.stdin.readline()\n"
)


def shots(desk_factory: Callable[[], Desk]) -> Iterator[tuple[str, QWidget]]:
    """Each warning of the Backup tab, the reminder of the key, and the strip of a foreign lock."""
    desk = desk_factory()
    for number in range(40):
        desk.contact(firstname="Ann", lastname=f"Devon {number}")
    desk.workspace.settings.set(desk.admin, "backup.min_interval", "0")
    desk.workspace.settings.set(desk.admin, "backup.drill_days", "0")
    kept = desk.backup().id
    made = window_of(desk)
    made.window.go_to("backup")
    for name, change in _WARNINGS:
        change(desk, kept)
        yield name, _shown(made)
    yield "key-reminder", _unconfirmed(desk, made)
    desk.workspace.recovery_keys.confirm(desk.admin)
    with _held(desk):
        _save(desk, made)
        settle_until(made.lock_notice.isVisible)
        settle(200)
        yield "lock", made.window
    made.window.close()


def _shown(made: SignedInWindow) -> QWidget:
    page = made.window.page
    assert isinstance(page, BackupPage)
    page.refresh()
    made.feed.read()
    settle(500)
    return made.window


def _age(days: float) -> Callable[[Desk, str], None]:
    def change(desk: Desk, kept: str) -> None:
        then = to_text(system_time() - timedelta(days=days))
        with desk.workspace.database.write() as tx:
            tx.sql(
                "UPDATE backups SET created_at = ?1, completed_at = ?1, snapshot_at = ?1, "
                "verified_at = ?1, verified_ok = 1 WHERE id = ?2",
                (then, kept),
            )

    return change


def _fail(desk: Desk, _kept: str) -> None:
    backups, jobs, admin = desk.workspace.backups, desk.workspace.jobs, desk.admin
    job = str(backups.show(admin, backups.create(admin)).job_id)
    full = UserError("disk_full", "The disk was full. It stopped after 31 MB.", "Free some space.")
    jobs.end(job, JobState.FAILED, full)


def _drill(ok: bool) -> Callable[[Desk, str], None]:
    def change(desk: Desk, kept: str) -> None:
        path = desk.folder / "vault" / "backups" / f"{kept}.zip"
        whole = path.read_bytes()
        if not ok:
            path.write_bytes(whole[:400] + bytes([whole[400] ^ 1]) + whole[401:])
        desk.workspace.run_job(desk.workspace.drills.start(desk.admin, kept))
        path.write_bytes(whole)
        with desk.workspace.database.write() as tx:
            tx.sql("UPDATE backups SET verified_ok = 1")
            tx.sql("DELETE FROM backups WHERE state = 'failed'")

    return change


_WARNINGS = (
    ("late", _age(3)),
    ("very-late", _age(20)),
    ("failed", _fail),
    ("failed-twice", _fail),
    ("drill-good", _drill(ok=True)),
    ("drill-failed", _drill(ok=False)),
)


def _unconfirmed(desk: Desk, made: SignedInWindow) -> QWidget:
    desk.backup()
    desk.workspace.run_job(desk.workspace.drills.start(desk.admin))
    desk.workspace.recovery_keys.await_confirmation(desk.admin)
    return _shown(made)


def _save(desk: Desk, made: SignedInWindow) -> None:
    settings, admin = desk.workspace.settings, desk.admin
    made.desk.run_write(
        made, lambda: settings.set(admin, "backup.keep_days", "20"), lambda _: None, lambda _: None
    )


@contextmanager
def _held(desk: Desk) -> Iterator[None]:
    """Another program has the database."""
    path = Path(desk.workspace.database.path)
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", _HOLD, str(path)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        yield
        other.stdin.close()
