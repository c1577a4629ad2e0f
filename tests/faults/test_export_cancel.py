"""Cancelling an export: one end, whoever comes first, and nothing of it left."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from crmdesk.core.audit import kinds
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.exports.model import (
    OF_RECORD_FILES,
    ExportFormat,
    ExportRequest,
    ExportState,
)
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.workspace import Workspace
from tests.builders import Desk
from tests.faults.conftest import FULL, Record, effort

SEED = 20261122
RACES = effort(8, 500)
ROWS = effort(4_000, 300_000)
STOPPED = effort(1, 10)
#: Seconds until nothing is left of it; what else runs beside a sample is not our doing.
SOON = 1.0 if FULL else 5.0


@pytest.fixture
def other(desk: Desk) -> Iterator[Workspace]:
    """The same workspace as another process has it open."""
    opened = Workspace(desk.folder, desk.key)
    yield opened
    opened.close()


def filled(desk: Desk, rows: int) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql(
            "INSERT INTO obj_companies (name, description, city, created_at, updated_at) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
            "SELECT 'Firm ' || i, hex(zeroblob(40)) || i, 'Oslo', ?2, ?2 FROM n",
            (rows, tx.now_text),
        )


def asked(desk: Desk, file_format: ExportFormat = ExportFormat.CSV) -> tuple[str, str]:
    columns = ("name", "description", "city")
    request = ExportRequest(RecordQuery("companies"), columns=columns, format=file_format)
    export_id = desk.workspace.exports.create(desk.admin, request)
    return export_id, str(desk.workspace.exports.show(desk.admin, export_id).job_id)


def worker_of(workspace: Workspace, job_id: str) -> threading.Thread:
    """A worker that ends as the export does."""

    def work() -> None:
        with suppress(Cancelled, UserError):
            workspace.run_job(job_id)

    return threading.Thread(target=work)


def wrong_after(desk: Desk, export_id: str, told: str) -> list[str]:
    """What does not agree once export and cancel are both done."""
    found = desk.workspace.exports.show(desk.admin, export_id)
    made = found.state is ExportState.SUCCEEDED
    wrong = []
    if found.state not in (ExportState.SUCCEEDED, ExportState.CANCELLED):
        wrong.append(f"state {found.state}")
    job = desk.sql("SELECT state FROM jobs WHERE id = ?", str(found.job_id))
    row = desk.sql("SELECT state FROM exports WHERE id = ?", export_id)
    if job != [(found.state.value,)] or row != job:
        wrong.append(f"job {job}, row {row}, shown {found.state}")
    logged = desk.sql("SELECT action, result FROM audit_events WHERE object_id = ?", export_id)
    kind = kinds.EXPORT_CREATED if made else kinds.EXPORT_CANCELLED
    if logged != [(kind.action.value, "ok")]:
        wrong.append(f"log {logged}")
    files = list((desk.folder / "vault" / "exports").glob(f"*{export_id}*"))
    if len(files) != made:
        wrong.append(f"files {files}")
    if made != (told == "job_ended"):
        wrong.append(f"told {told or 'cancelled'}, and it is {found.state}")
    if not made:
        with pytest.raises(UserError):
            desk.workspace.exports.download(desk.admin, export_id, desk.folder.parent / "copy")
    return wrong


def cancelled_by(workspace: Workspace, desk: Desk, export_id: str) -> str:
    """Cancel; empty, or the code of the refusal."""
    try:
        workspace.exports.cancel(desk.admin, export_id)
    except UserError as refused:
        return refused.code
    return ""


def test_a_cancel_and_the_end_of_an_export_have_one_winner(
    desk: Desk, other: Workspace, record: Record
) -> None:
    filled(desk, 400)
    chance, wrong, ends = random.Random(SEED), [], Counter[str]()
    spent = 0.05
    for _ in range(RACES):
        export_id, job_id = asked(desk)
        worker = worker_of(other, job_id)
        began = time.monotonic()
        worker.start()
        # Somewhere in it, as long as the last one took.
        threading.Event().wait(chance.uniform(0, 1.2) * spent)
        told = cancelled_by(desk.workspace, desk, export_id)
        worker.join()
        state = desk.workspace.exports.show(desk.admin, export_id).state
        if state is ExportState.SUCCEEDED:
            spent = time.monotonic() - began
        ends[state.value] += 1
        wrong += wrong_after(desk, export_id, told)

    record(
        RACES,
        f"{len(wrong)} violations; {ends['cancelled']:,} were cancelled and "
        f"{ends['succeeded']:,} finished first",
    )
    assert not wrong
    assert not FULL or min(ends["cancelled"], ends["succeeded"]) > RACES // 10


@pytest.mark.parametrize("file_format", OF_RECORD_FILES)
def test_a_large_export_is_gone_within_a_second(
    desk: Desk, other: Workspace, record: Record, file_format: ExportFormat
) -> None:
    filled(desk, ROWS)
    vault = desk.folder / "vault" / "exports"
    chance, waited, wrong = random.Random(SEED), [0.0], []
    export_id, job_id = asked(desk, file_format)
    began = time.monotonic()
    desk.workspace.run_job(job_id)
    whole = time.monotonic() - began
    for _ in range(STOPPED):
        export_id, job_id = asked(desk, file_format)
        worker = worker_of(other, job_id)
        worker.start()
        threading.Event().wait(chance.uniform(0.1, 0.9) * whole)
        began = time.monotonic()
        told = cancelled_by(desk.workspace, desk, export_id)
        worker.join()
        if not told:
            waited.append(time.monotonic() - began)
        wrong += wrong_after(desk, export_id, told)

    pieces = [path.name for path in vault.iterdir() if path.name.startswith(".")]
    record(
        STOPPED,
        f"{len(wrong)} violations; {file_format.value.upper()} of {ROWS:,} rows, which takes "
        f"{whole:.1f} s: gone after {max(waited):.2f} s at most",
    )
    assert (wrong, pieces) == ([], [])
    assert max(waited) < SOON


def test_two_windows_that_cancel_at_once_end_it_once(
    desk: Desk, other: Workspace, record: Record
) -> None:
    trials, wrong = effort(3, 50), []
    for _ in range(trials):
        export_id, _ = asked(desk)
        told: list[str] = []
        start = threading.Barrier(2)

        def press(workspace: Workspace, export_id=export_id, told=told, start=start) -> None:
            start.wait()
            told.append(cancelled_by(workspace, desk, export_id))

        presses = [threading.Thread(target=press, args=(each,)) for each in (desk.workspace, other)]
        for each in presses:
            each.start()
        for each in presses:
            each.join()
        wrong += wrong_after(desk, export_id, "")
        if sorted(told) != ["", "job_ended"]:
            wrong.append(f"told {told}")
    record(trials, f"{len(wrong)} violations where two windows cancelled at once")
    assert not wrong
