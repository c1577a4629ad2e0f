"""Approvals, notices of large exports, and the end of a file's time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.exports.model import ExportRequest, ExportState, FileState
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.filters import RecordQuery, parse_groups
from crmdesk.core.records.picking import Picked
from tests.builders import Desk

CONTACTS = ExportRequest(RecordQuery("contacts"), name="Autumn list")


def exporter(desk: Desk, *more: Permission) -> Actor:
    return desk.user("Edda Berg", Permission.EXPORT, *more)


def finished(desk: Desk, actor: Actor, request: ExportRequest = CONTACTS) -> str:
    export_id = desk.workspace.exports.create(actor, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(actor, export_id).job_id))
    return export_id


def told(desk: Desk, actor: Actor, kind: NotificationKind) -> list[dict[str, object]]:
    return [dict(n.values) for n in desk.workspace.inbox.list(actor) if n.kind == kind.value]


def ask_for_decisions(desk: Desk, records: int) -> None:
    desk.workspace.settings.set(desk.admin, "exports.approval", value=True)
    desk.workspace.settings.set(desk.admin, "exports.approval_records", records)


# -- approvals -------------------------------------------------------------------------------
def test_a_large_export_waits_and_goes_ahead_when_it_is_approved(desk: Desk) -> None:
    ask_for_decisions(desk, 1)
    desk.contact(), desk.contact()
    edda = exporter(desk)

    assert desk.workspace.exports.estimate(edda, CONTACTS).needs_approval
    export_id = desk.workspace.exports.create(edda, CONTACTS)
    waiting = desk.workspace.exports.show(edda, export_id)
    assert (waiting.state, waiting.job_id) == (ExportState.PENDING_APPROVAL, None)
    (ask,) = told(desk, desk.admin, NotificationKind.EXPORT_WAITING)
    assert (ask["user"], ask["records"]) == ("Edda Berg", 2)

    desk.workspace.run_job(desk.workspace.export_approvals.approve(desk.admin, export_id))

    found = desk.workspace.exports.show(edda, export_id)
    assert (found.state, found.decided_by) == (ExportState.SUCCEEDED, desk.admin.full_name)
    assert found.user_id == edda.user_id


def test_a_small_export_and_a_super_admins_do_not_wait(desk: Desk) -> None:
    ask_for_decisions(desk, 1)
    desk.contact()
    small = desk.workspace.exports.create(exporter(desk), CONTACTS)
    desk.contact()
    own = desk.workspace.exports.create(desk.admin, CONTACTS)

    states = {desk.workspace.exports.show(desk.admin, one).state for one in (small, own)}
    assert states == {ExportState.QUEUED}


def test_sensitive_values_always_wait_for_a_decision(desk: Desk) -> None:
    ask_for_decisions(desk, 1_000)
    edda = exporter(desk, Permission.VIEW_SENSITIVE)
    desk.contact(date_of_birth="1980-02-03")

    asked = replace(CONTACTS, columns=("date_of_birth",))

    assert desk.workspace.exports.estimate(edda, asked).needs_approval
    assert not desk.workspace.exports.estimate(
        edda, replace(CONTACTS, columns=("email",))
    ).needs_approval


def test_a_rejected_export_says_why_and_never_runs(desk: Desk) -> None:
    ask_for_decisions(desk, 0)
    desk.contact()
    edda = exporter(desk)
    export_id = desk.workspace.exports.create(edda, CONTACTS)

    desk.workspace.export_approvals.reject(desk.admin, export_id, " Ask the sales team. ")

    found = desk.workspace.exports.show(edda, export_id)
    assert (found.state, found.reason) == (ExportState.REJECTED, "Ask the sales team.")
    (why,) = told(desk, edda, NotificationKind.EXPORT_REJECTED)
    assert why["reason"] == "Ask the sales team."
    with pytest.raises(UserError, match="waits for no decision"):
        desk.workspace.export_approvals.approve(desk.admin, export_id)


def test_nobody_decides_on_an_export_of_their_own(desk: Desk) -> None:
    ask_for_decisions(desk, 0)
    desk.contact()
    edda = exporter(desk, Permission.APPROVE_EXPORTS)
    export_id = desk.workspace.exports.create(edda, CONTACTS)

    with pytest.raises(UserError) as caught:
        desk.workspace.export_approvals.approve(edda, export_id)

    assert caught.value.code == "export_is_own"


def test_whoever_may_approve_is_told_and_sees_what_waits_and_no_more(desk: Desk) -> None:
    ask_for_decisions(desk, 0)
    desk.contact()
    paul = desk.user("Paul Approver", Permission.EXPORT, Permission.APPROVE_EXPORTS)
    other = finished(desk, desk.admin)

    waiting = desk.workspace.exports.create(exporter(desk), CONTACTS)

    assert len(told(desk, paul, NotificationKind.EXPORT_WAITING)) == 1
    assert [one.id for one in desk.workspace.exports.list(paul)] == [waiting]
    with pytest.raises(UserError, match="another user"):
        desk.workspace.exports.show(paul, other)
    desk.workspace.export_approvals.approve(paul, waiting)
    assert desk.workspace.exports.list(paul) == []
    for each in (paul, desk.admin):
        (notice,) = told(desk, each, NotificationKind.EXPORT_WAITING)
        assert (notice["decision"], notice["decider"]) == ("approved", "Paul Approver")
    # Who decides once more, or too late, is told what it is by now.
    for again in (paul, desk.user("Nora Approver", Permission.EXPORT, Permission.APPROVE_EXPORTS)):
        with pytest.raises(UserError, match="Paul Approver approved it, and its state is “queued”"):
            desk.workspace.export_approvals.reject(again, waiting)
        with pytest.raises(UserError, match="another user"):
            desk.workspace.export_approvals.approve(again, other)


def test_whoever_decides_sees_what_is_asked_for_and_nobody_else_does(desk: Desk) -> None:
    ask_for_decisions(desk, 0)
    oslo = desk.contact(city="Oslo")
    members = Picked([oslo.id])
    segment = desk.workspace.segments.add(desk.admin, "contacts", "North", members=members)
    query = RecordQuery("contacts", parse_groups(["city:eq:Oslo"], "or")[0], segment=segment)
    wanted = replace(CONTACTS, query=query, columns=("city", "email"), associated=("deals",))
    export_id = desk.workspace.exports.create(exporter(desk), wanted)
    paul = desk.user("Paul Approver", Permission.EXPORT, Permission.APPROVE_EXPORTS)

    asked = desk.workspace.exports.asked(paul, export_id)

    assert asked is not None
    assert asked.columns == (("city", "City"), ("email", "Email"))
    assert (asked.associated, asked.segment) == ((("deals", "Deals"),), "North")
    assert isinstance(asked.request, ExportRequest)
    assert asked.request.query.groups == query.groups
    with pytest.raises(UserError, match="another user"):
        desk.workspace.exports.asked(desk.user("Marc Dubois", Permission.EXPORT), export_id)
    backup = desk.backup()
    assert desk.workspace.exports.asked(desk.admin, backup.id) is None


def test_deciding_takes_the_permission(desk: Desk) -> None:
    ask_for_decisions(desk, 0)
    desk.contact()
    edda = exporter(desk)
    export_id = desk.workspace.exports.create(edda, CONTACTS)

    with pytest.raises(PermissionDenied):
        desk.workspace.export_approvals.approve(edda, export_id)


def test_a_waiting_export_can_be_cancelled_before_anybody_decides(desk: Desk) -> None:
    ask_for_decisions(desk, 0)
    desk.contact()
    edda = exporter(desk)
    export_id = desk.workspace.exports.create(edda, CONTACTS)

    assert desk.workspace.exports.cancel(desk.admin, export_id) is ExportState.CANCELLED
    (notice,) = told(desk, edda, NotificationKind.EXPORT_FAILED)
    assert notice["state"] == "cancelled"


# -- notices ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("records", "notices"), [(2, 0), (3, 1)])
def test_only_more_than_the_threshold_is_told_once_and_with_its_outcome(
    desk: Desk, records: int, notices: int
) -> None:
    desk.workspace.export_thresholds.set(desk.admin, 2)
    for _ in range(records):
        desk.contact()

    finished(desk, exporter(desk))

    found = told(desk, desk.admin, NotificationKind.LARGE_EXPORT)
    assert len(found) == notices
    if found:
        assert (found[0]["user"], found[0]["records"]) == ("Edda Berg", 3)
        assert (found[0]["name"], found[0]["state"]) == ("Autumn list", "succeeded")


def test_each_super_admin_has_a_threshold_of_their_own(desk: Desk) -> None:
    marc = desk.user("Marc Dubois", super_admin=True)
    desk.workspace.export_thresholds.set(desk.admin, 1)
    desk.contact(), desk.contact()

    finished(desk, desk.admin)

    assert desk.workspace.export_thresholds.own(marc) is None
    assert len(told(desk, desk.admin, NotificationKind.LARGE_EXPORT)) == 1
    assert told(desk, marc, NotificationKind.LARGE_EXPORT) == []


@pytest.mark.parametrize("records", [0, -1, 275_001])
def test_a_threshold_out_of_bounds_is_refused_and_the_old_one_stays(
    desk: Desk, records: int
) -> None:
    desk.workspace.export_thresholds.set(desk.admin, 275_000)

    with pytest.raises(UserError, match="between 1 and 275,000"):
        desk.workspace.export_thresholds.set(desk.admin, records)

    assert desk.workspace.export_thresholds.own(desk.admin) == 275_000
    desk.workspace.export_thresholds.set(desk.admin, None)
    assert desk.workspace.export_thresholds.own(desk.admin) is None


# -- time ------------------------------------------------------------------------------------
def test_a_file_expires_after_thirty_days_and_goes_at_the_second_start(
    timed_desk: Desk, tmp_path: Path
) -> None:
    desk = timed_desk
    time = desk.time
    assert time is not None
    export_id = finished(desk, desk.admin)
    vault = desk.folder / "vault" / "exports"

    time.forward(days=30, seconds=-1)
    admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    desk.workspace.exports.download(admin, export_id, tmp_path / "in time.csv")
    time.forward(seconds=1)

    with pytest.raises(UserError, match="has expired"):
        desk.workspace.exports.download(admin, export_id, tmp_path / "late.csv")
    desk.workspace.start_up()
    assert len(list(vault.iterdir())) == 1
    desk.workspace.start_up()
    assert list(vault.iterdir()) == []
    assert desk.workspace.exports.show(admin, export_id).file_state is FileState.EXPIRED
    events = desk.workspace.audit_reader.events(admin, limit=1)
    assert events.events[0].subcategory == kinds.EXPORT_EXPIRED.subcategory
