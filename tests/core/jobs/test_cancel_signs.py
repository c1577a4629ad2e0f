"""A cancel reaches a job that holds the database's write lock, and is told of once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import Busy, Cancelled, PermissionDenied, UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.jobs.cancel_signs import CancelSign, CancelSigns
from crmdesk.core.jobs.job import JobKind, JobState
from crmdesk.core.jobs.worker import JobContext
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.restore import work as restore_work
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.core.transfer.writing import ImportWriter
from crmdesk.core.workspace import Workspace
from tests.builders import Desk

#: Some seconds, were it not interrupted.
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000000) "
    "SELECT count(*) FROM n"
)
NO_PROCESS = 2**22 + 1


class Asker:
    """Another window, whose request is made by a thread."""

    def __init__(self, workspace: Workspace, desk: Desk, job_id: str) -> None:
        self.said: JobState | str = ""
        self._queue = workspace.jobs
        self._desk = desk
        self._job_id = job_id
        self._thread = threading.Thread(target=self._ask)

    def begin(self) -> None:
        """Return once its sign lies there."""
        self._thread.start()
        staging = self._desk.workspace.staging
        while self._thread.is_alive() and not list(staging.glob("*-cancel")):
            self._thread.join(0.01)

    def end(self) -> None:
        """Return once it has its answer."""
        self._thread.join()

    def _ask(self) -> None:
        try:
            self.said = self._queue.request_cancel(self._desk.admin, self._job_id)
        except UserError as error:
            self.said = error.code


@pytest.fixture
def other(desk: Desk) -> Iterator[Workspace]:
    """The same workspace as another process has it open."""
    opened = Workspace(desk.folder, desk.key)
    yield opened
    opened.close()


def left(desk: Desk) -> list[Path]:
    return list(desk.workspace.staging.iterdir())


def cancels(desk: Desk) -> list[tuple[object, ...]]:
    return desk.sql("SELECT user_id FROM audit_events WHERE subcategory = 'JOB_CANCELLED'")


def importing(desk: Desk, folder: Path) -> str:
    (folder / "new.csv").write_text("email\n" + "".join(f"p{n}@example.org\n" for n in range(9)))
    request = ImportRequest(str(folder / "new.csv"), "contacts", {"email": "email"}, key="email")
    import_id = desk.workspace.imports.start(desk.admin, request)
    return str(desk.workspace.imports.show(desk.admin, import_id).job_id)


def restoring(desk: Desk, _folder: Path) -> str:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    restore_id = desk.workspace.restores.start(
        desk.admin,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(plan),
    )
    return str(desk.workspace.restores.show(desk.admin, restore_id).job_id)


@pytest.mark.parametrize(
    ("start", "place", "step"),
    [(importing, ImportWriter, "_finish_rows"), (restoring, restore_work, "_written")],
)
def test_a_job_is_cancelled_in_the_middle_of_a_statement_of_its_transaction(
    desk: Desk,
    other: Workspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[[Desk, Path], str],
    place: Any,
    step: str,
) -> None:
    job_id = start(desk, tmp_path)
    before = desk.sql("SELECT id, phone FROM obj_contacts")
    asker, do = Asker(other, desk, job_id), getattr(place, step)

    def stepped(*given: Any) -> Any:
        done = do(*given)
        (tx,) = (each for each in given if isinstance(each, Tx))
        asker.begin()
        tx.sql(ENDLESS).fetchone()
        return done

    monkeypatch.setattr(place, step, stepped)
    with pytest.raises(Cancelled):
        desk.workspace.run_job(job_id)
    asker.end()

    job = desk.workspace.jobs.job(desk.admin, job_id)
    assert (job.state, job.cancelled_by) == (JobState.CANCELLED, desk.admin.user_id)
    assert asker.said is JobState.CANCELLING
    assert cancels(desk) == [(desk.admin.user_id,)]
    assert desk.sql("SELECT id, phone FROM obj_contacts") == before
    assert left(desk) == []


def test_a_cancel_that_comes_before_the_commit_but_behind_the_work_is_too_late(
    desk: Desk, other: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = importing(desk, tmp_path)
    asker, succeed = Asker(other, desk, job_id), JobContext.succeed

    def succeeded(context: JobContext, *given: Any) -> None:
        succeed(context, *given)
        asker.begin()
        assert not context.cancelled()

    monkeypatch.setattr(JobContext, "succeed", succeeded)
    desk.workspace.run_job(job_id)
    asker.end()

    assert asker.said == "job_ended"
    assert desk.workspace.jobs.job(desk.admin, job_id).state is JobState.SUCCEEDED
    assert cancels(desk) == []
    assert left(desk) == []


def test_only_a_request_that_has_to_wait_and_may_be_made_leaves_a_sign(
    desk: Desk, other: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    signs: list[str] = []
    leave, was_taken = CancelSigns.left, CancelSign.was_taken

    def noted(self: CancelSigns, job_id: str) -> AbstractContextManager[CancelSign]:
        signs.append(job_id)
        return leave(self, job_id)

    monkeypatch.setattr(CancelSigns, "left", noted)
    colleague = desk.user("Kim Park", Permission.EXPORT)
    request = ExportRequest(RecordQuery("contacts"))
    with desk.workspace.database.write() as tx:
        ours = desk.workspace.jobs.enqueue(tx, desk.admin, JobKind.BACKUP, {})
    export_id = desk.workspace.exports.create(colleague, request)
    export = str(desk.workspace.exports.show(colleague, export_id).job_id)
    desk.workspace.jobs.claim(ours)
    queue = desk.workspace.jobs

    with ExitStack() as stack:
        stack.enter_context(other.database.patient(0))
        held = stack.enter_context(ExitStack())
        held.enter_context(desk.workspace.database.write())
        with pytest.raises(UserError, match="no job"):
            other.jobs.request_cancel(colleague, ours)
        assert signs == []
        with pytest.raises(Busy):
            other.jobs.request_cancel(desk.admin, ours)
        assert signs == [ours]
        assert left(desk) == []
        assert not queue.cancel_wanted(ours)

        # The job sees it just before the waiting is over: it is no longer said that it failed.
        def taken(sign: CancelSign) -> bool:
            assert queue.cancel_wanted(ours)
            assert not queue.cancel_wanted(export)
            held.close()
            return was_taken(sign)

        monkeypatch.setattr(CancelSign, "was_taken", taken)
        assert other.jobs.request_cancel(desk.admin, ours) is JobState.CANCELLING
    assert cancels(desk) == [(desk.admin.user_id,)]
    assert left(desk) == []
    signs.clear()
    with pytest.raises(PermissionDenied):
        queue.request_cancel(colleague, export)
    assert queue.request_cancel(desk.admin, export) is JobState.CANCELLED
    assert signs == []


def test_the_sign_of_a_process_that_died_is_not_followed_but_swept(desk: Desk) -> None:
    stale = desk.workspace.staging / f"scratch-{NO_PROCESS}-f0.sqlite3-cancel"
    stale.touch()

    assert not CancelSigns(desk.workspace.staging).take("f0")
    desk.workspace.start_up()

    assert left(desk) == []
