"""The job of an imported log: all of it or nothing, and a word about either."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import pytest
from sqlalchemy import update

from crmdesk.core.audit.imported_json import taken_from_json, taken_to_json
from crmdesk.core.audit.imported_model import BadRow, RowFault
from crmdesk.core.audit.imported_rows import ImportedEntry
from crmdesk.core.audit.imported_stage import staged
from crmdesk.core.db.stopping import stoppable
from crmdesk.core.db.tables import jobs, users
from crmdesk.core.errors import Cancelled, PermissionDenied, UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.dates import DateOrder
from tests.builders import Desk
from tests.core.audit.test_imported import audit_log, stored

#: Higher than any process has.
NOBODY = 1 << 30


def last_word(desk: Desk) -> tuple[str, str, object]:
    """What the newest entry of a log import says, and what the bell."""
    entries = desk.workspace.audit_reader.events(desk.admin).events
    entry = next(each for each in entries if each.subcategory == "AUDIT_LOG_IMPORTED")
    notice = desk.workspace.inbox.list(desk.admin)[0]
    return f"{entry.action} {entry.result}", notice.kind, notice.values.get("state")


def test_a_log_that_was_taken_says_so_with_its_days_and_how_far_it_is_meanwhile(
    desk: Desk, tmp_path: Path
) -> None:
    path = audit_log(tmp_path)
    survey = desk.workspace.imported_logs.look(desk.admin, path)
    job_id = desk.workspace.imported_logs.start(
        desk.admin, path, survey.sha256, DateOrder.DAY_FIRST, survey.rows
    )
    far: list[tuple[str, int, int]] = []
    desk.workspace.run_job(job_id, lambda at: far.append((at.phase, at.done, at.total)))

    assert far == [("reading", 0, 4), ("reading", 4, 4), ("comparing", 0, 0), ("writing", 0, 0)]
    found = desk.workspace.jobs.job(desk.admin, job_id)
    import_id, taken = taken_from_json(found.result or {})
    assert (import_id, taken.added, taken.date_order) == (1, 4, DateOrder.DAY_FIRST)
    assert last_word(desk) == ("import ok", "log_import_done", None)
    notice = desk.workspace.inbox.list(desk.admin)[0]
    assert notice.link == "audit/days/2025-07-14/2025-07-15"
    assert notice.values == {"name": "audit.csv", "added": 4, "failed": 0}
    assert desk.workspace.audit_reader.events(desk.admin).events[0].job_id == job_id


def test_what_a_job_keeps_of_a_survey_is_read_as_it_was(desk: Desk, tmp_path: Path) -> None:
    survey = desk.workspace.imported_logs.look(desk.admin, audit_log(tmp_path))
    bad = BadRow(7, RowFault.TIME_UNREADABLE, "occurredAt", "noon")
    told = replace(survey, bad_rows=(bad,))
    assert taken_from_json(taken_to_json(None, told)) == (None, told)
    empty = replace(survey, first_at=None, last_at=None, date_order=DateOrder.YEAR_FIRST)
    assert taken_from_json(taken_to_json(3, empty)) == (3, empty)


def _cancelled(desk: Desk, job_id: str) -> None:
    queue = desk.workspace.jobs
    desk.workspace.run_job(job_id, lambda at: at.done or queue.request_cancel(desk.admin, job_id))


def _refused(desk: Desk, job_id: str) -> None:
    path = Path(desk.workspace.jobs.job(desk.admin, job_id).params["path"])
    path.write_text("First name\nAnn\n", "utf-8")
    desk.workspace.run_job(job_id)


def _killed(desk: Desk, job_id: str) -> None:
    desk.workspace.jobs.claim(job_id)
    with desk.workspace.database.write() as tx:
        tx.execute(update(jobs).where(jobs.c.id == job_id).values(owner_pid=NOBODY))
    left = desk.folder / "staging" / f"scratch-{NOBODY}-00.sqlite3"
    left.write_bytes(b"half a log")
    desk.workspace.start_up()


@pytest.mark.parametrize(
    ("stops", "state"),
    [
        (_cancelled, JobState.CANCELLED),
        (_refused, JobState.FAILED),
        (_killed, JobState.INTERRUPTED),
    ],
)
def test_a_log_that_was_not_taken_left_nothing_and_says_why(
    desk: Desk, tmp_path: Path, stops: Callable[[Desk, str], None], state: JobState
) -> None:
    job_id = desk.workspace.imported_logs.start(desk.admin, audit_log(tmp_path))
    with suppress(UserError):
        stops(desk, job_id)

    assert desk.workspace.jobs.job(desk.admin, job_id).state is state
    assert (stored(desk), desk.workspace.imported_logs.list(desk.admin)) == ([], [])
    assert list((desk.folder / "staging").iterdir()) == []
    assert last_word(desk) == ("import failed", "log_import_failed", state)


def test_a_file_that_is_not_there_is_refused_before_anything_is_queued(
    desk: Desk, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as refused:
        desk.workspace.imported_logs.start(desk.admin, tmp_path / "mistyped.csv")

    assert refused.value.code == "file_missing"
    assert desk.workspace.jobs.jobs(desk.admin) == []
    assert desk.workspace.inbox.list(desk.admin) == []


def test_whoever_may_no_longer_do_it_when_the_work_begins_takes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    other = desk.user(super_admin=True)
    job_id = desk.workspace.imported_logs.start(other, audit_log(tmp_path))
    with desk.workspace.database.write() as tx:
        tx.execute(update(users).where(users.c.id == other.user_id).values(super_admin=0))

    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)
    assert stored(desk) == []


def test_a_look_that_nobody_waits_for_any_more_ends_and_leaves_no_file(
    desk: Desk, tmp_path: Path
) -> None:
    heard: list[int] = []
    look = desk.workspace.imported_logs.look
    look(desk.admin, audit_log(tmp_path), progress=heard.append)
    assert heard == [4]
    with pytest.raises(Cancelled):
        look(desk.admin, audit_log(tmp_path), cancelled=lambda: True)
    assert list((desk.folder / "staging").iterdir()) == []


def test_more_than_memory_holds_can_be_stopped_too(desk: Desk) -> None:
    """What SQLite moved to the staging file already is as good as nothing, and no fault."""
    long = "x" * 8_000
    entry = ImportedEntry(1, b"", *("" for _ in range(13)), detail=long, said=None)
    database, folder = desk.workspace.database, desk.folder / "staging"

    heard: list[int] = []
    filled = staged(database, folder, repeat(entry, 9_000), heard.append, lambda: len(heard) == 3)
    with pytest.raises(Cancelled), filled:
        pass
    assert list(folder.iterdir()) == []
    assert desk.take_log(audit_log(desk.folder.parent))[1].added == 4


def test_one_long_statement_is_stopped_too(desk: Desk) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    with (
        pytest.raises(Cancelled),
        desk.workspace.database.read() as tx,
        stoppable(tx, lambda: True),
    ):
        tx.sql(endless)
    with desk.workspace.database.read() as tx:
        assert tx.sql("SELECT 1").fetchone() == (1,)
