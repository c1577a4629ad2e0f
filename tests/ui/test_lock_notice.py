"""While somebody else holds the database, the window says who; it stops when it is free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.jobs.lock_holder import HolderKind, LockHolder
from crmdesk.ui.lock_notice import LockNotice, LockWatch, holder_words
from tests.builders import Desk
from tests.core.jobs.test_lock_holder import linux_only, second_process
from tests.ui.pages import PageStand

SOON = 0.2


@pytest.fixture
def stand(desk: Desk, qapp: object, tmp_path: Path) -> Iterator[PageStand]:
    made = PageStand(desk.workspace, desk.admin, tmp_path)
    yield made
    made.close()


@pytest.fixture
def watched(stand: PageStand, qtbot) -> Iterator[LockNotice]:
    notice = LockNotice(stand.desk)
    qtbot.addWidget(notice)
    watch = LockWatch(stand.desk, notice, tell_after=SOON)
    watch.start()
    yield notice
    watch.rest()


@linux_only
def test_a_save_that_waits_says_for_whom_and_the_strip_goes_when_it_is_saved(
    desk: Desk, stand: PageStand, watched: LockNotice, qtbot, tmp_path: Path
) -> None:
    ann, saved = desk.contact(phone="1"), []
    with second_process(desk, tmp_path / "tool.py") as other:
        other.hold()
        stand.desk.run_write(watched, lambda: desk.edit(ann, phone="2"), saved.append, saved.append)
        qtbot.waitUntil(watched.isVisible)
        told = watched.accessibleName()
    qtbot.waitUntil(lambda: len(saved) == 1)
    qtbot.waitUntil(watched.isHidden)

    assert f"python (process {other.pid}) holds the database" in told.replace("3.11", "")
    assert "Nothing is lost" in told
    assert desk.value(ann, "phone") == "2"


@linux_only
def test_a_job_that_waits_for_another_program_is_told_too(
    desk: Desk, stand: PageStand, watched: LockNotice, qtbot, tmp_path: Path
) -> None:
    desk.contact()
    with second_process(desk, tmp_path / "tool.py") as other:
        backup_id = desk.workspace.backups.create(desk.admin)
        job_id = str(desk.workspace.backups.show(desk.admin, backup_id).job_id)
        other.hold()
        stand.desk.start_job(job_id)
        qtbot.waitUntil(watched.isVisible)
    qtbot.waitUntil(watched.isHidden)


def test_nothing_is_said_while_nothing_waits(
    desk: Desk, stand: PageStand, watched: LockNotice, qtbot, tmp_path: Path
) -> None:
    watch = LockWatch(stand.desk, watched, tell_after=SOON)
    with second_process(desk, tmp_path / "tool.py") as other:
        other.hold()
        watch.look()

        assert watched.isHidden()


def test_a_program_that_comes_back_is_waited_for_anew(stand: PageStand, qtbot) -> None:
    notice = LockNotice(stand.desk)
    qtbot.addWidget(notice)
    watch = LockWatch(stand.desk, notice, tell_after=0.0)
    program = LockHolder(HolderKind.PROGRAM, 7, "sqlitebrowser")
    watch._show(program)
    assert notice.isHidden(), "it does not watch yet"
    watch.start()

    watch._show(program)
    assert notice.isVisible()
    watch._show(None)
    assert notice.isHidden()
    assert watch._held_by is None
    watch.rest()


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (LockHolder(HolderKind.THIS_PROCESS, 7), "an earlier save of this window"),
        (LockHolder(HolderKind.CRM_DESK, 7), "another CRM Desk (process 7)"),
        (LockHolder(HolderKind.PROGRAM, 7, "sqlitebrowser"), "sqlitebrowser (process 7) holds"),
        (LockHolder(HolderKind.UNKNOWN), "another program holds the database"),
    ],
)
def test_each_kind_of_holder_has_its_words(
    stand: PageStand, holder: LockHolder, words: str
) -> None:
    assert words in holder_words(holder, stand.desk)


def test_a_job_is_told_with_who_runs_it_since_when(stand: PageStand) -> None:
    at = datetime(2026, 1, 2, 8, 30, tzinfo=UTC)
    job = Job(
        id="a",
        kind=JobKind.RESTORE,
        state=JobState.RUNNING,
        params={},
        user_id=1,
        user_name="Ingrid Solberg",
        phase="",
        done=0,
        total=0,
        detail={},
        created_at=at,
        started_at=at,
        finished_at=None,
        cancelled_by=None,
        result=None,
        error=None,
    )

    told = holder_words(LockHolder(HolderKind.JOB, 7, job=job), stand.desk)

    assert "“Restore” of Ingrid Solberg, running since 2 Jan 2026" in told
