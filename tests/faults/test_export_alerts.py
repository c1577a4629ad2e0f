"""Who is told of an export: more than the threshold, not as many, and once."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.exports.model import MOST_THRESHOLD, ExportRequest
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk
from tests.faults.conftest import FULL, Record

#: The bounds that a threshold may have, and one between.
BOUNDS = (1, 1_000, MOST_THRESHOLD) if FULL else (1, 40)


def test_only_more_records_than_the_threshold_are_told_and_once(desk: Desk, record: Record) -> None:
    told_of = [desk.user(f"Admin {number}", super_admin=True) for number in range(len(BOUNDS))]
    nobody = desk.user("Olga Off", super_admin=True)
    for actor, bound in zip(told_of, BOUNDS, strict=True):
        desk.workspace.export_thresholds.set(actor, bound)
    wrong, trials = [], 0
    for records in sorted({bound + more for bound in BOUNDS for more in (0, 1)}):
        fill(desk, records)
        export_id = exported(desk)
        for actor, bound in [*zip(told_of, BOUNDS, strict=True), (nobody, None)]:
            expected = [records] if bound is not None and records > bound else []
            trials += 1
            if (found := notices(desk, actor, export_id)) != expected:
                wrong.append(f"{records} records, threshold {bound}: {found}")

    shown = ", ".join(f"{bound:,}" for bound in BOUNDS)
    record(trials, f"{len(wrong)} violations at thresholds of {shown} and one record more")
    assert not wrong


def fill(desk: Desk, records: int) -> None:
    """So many companies, no more and no less."""
    with desk.workspace.database.write() as tx:
        tx.sql(
            "INSERT INTO obj_companies (created_at, updated_at) "
            "WITH RECURSIVE n(i) AS (SELECT count(*) + 1 FROM obj_companies UNION ALL "
            "SELECT i + 1 FROM n WHERE i < ?1) SELECT ?2, ?2 FROM n WHERE i <= ?1",
            (records, tx.now_text),
        )


def exported(desk: Desk) -> str:
    request = ExportRequest(RecordQuery("companies"), columns=("city",))
    export_id = desk.workspace.exports.create(desk.admin, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    return export_id


def notices(desk: Desk, actor: Actor, export_id: str) -> list[object]:
    return [
        each.values["records"]
        for each in desk.workspace.inbox.list(actor)
        if each.kind == NotificationKind.LARGE_EXPORT.value and each.link == f"exports/{export_id}"
    ]
