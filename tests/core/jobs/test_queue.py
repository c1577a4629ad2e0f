"""Jobs as rows: what somebody wrote into the table by hand is ended, not obeyed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from tests.builders import Desk

_ROW = (
    "INSERT INTO jobs (id, kind, state, params, actor, grant_mac, grant_expires_at, created_at, "
    "owner_pid, owner_boot_id, owner_started_at) "
    "VALUES ('f0', ?, 'queued', ?, ?, x'00', ?, ?, 1, 'another start', '1')"
)
_LATER, _NOW = "2099-01-01T00:00:00.000Z", "2026-11-22T09:00:00.000Z"
_ACTOR = '{"kind": "system"}'


@pytest.mark.parametrize(
    ("kind", "params", "actor"),
    [("format_disk", "{}", _ACTOR), ("backup", "no json", _ACTOR), ("backup", "{}", "{}")],
)
def test_a_row_put_in_by_hand_is_ended_at_the_next_start_and_shown_to_nobody(
    desk: Desk, kind: str, params: str, actor: str
) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql(_ROW, (kind, params, actor, _LATER, _NOW))
        tx.sql("INSERT INTO locks (name, job_id, taken_at) VALUES ('restore', 'f0', ?)", (_NOW,))

    assert desk.workspace.start_up() == []

    with desk.workspace.database.read() as tx:
        assert tx.sql("SELECT state FROM jobs WHERE id = 'f0'").fetchall() == [("failed",)]
        assert tx.sql("SELECT count(*) FROM locks").fetchone() == (0,)
    assert desk.workspace.jobs.jobs(desk.admin) == []
    with pytest.raises(UserError) as refused:
        desk.workspace.run_job("f0")
    assert refused.value.code == "job_unknown"
    assert desk.workspace.start_up() == []


def test_a_row_put_in_by_hand_does_not_hide_a_real_job(desk: Desk) -> None:
    made = desk.backup()
    with desk.workspace.database.write() as tx:
        tx.sql(_ROW, ("format_disk", "{}", _ACTOR, _LATER, _NOW))

    assert [job.id for job in desk.workspace.jobs.jobs(desk.admin)] == [made.job_id]


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Another program writes meanwhile."""
    other = sqlite3.connect(desk.workspace.database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_who_will_claim_a_job_is_noted_when_the_writer_before_is_done(desk: Desk) -> None:
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)

    with ThreadPoolExecutor() as pool:
        with locked(desk):
            noted = pool.submit(desk.workspace.jobs.hand_over, job_id, 1)
            wait([noted], timeout=0.5)
            assert not noted.done()
        noted.result(timeout=60)

    with desk.workspace.database.read() as tx:
        assert tx.sql("SELECT owner_pid FROM jobs WHERE id = ?", (job_id,)).fetchone() == (1,)


def test_nobody_waits_to_note_who_has_claimed_a_job_by_now(desk: Desk) -> None:
    backup_id = desk.workspace.backups.create(desk.admin)
    job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)
    desk.workspace.jobs.claim(job_id)

    with locked(desk):
        desk.workspace.jobs.hand_over(job_id, 1)

    with desk.workspace.database.read() as tx:
        owner = tx.sql("SELECT owner_pid FROM jobs WHERE id = ?", (job_id,)).fetchone()
    assert owner == (os.getpid(),)
