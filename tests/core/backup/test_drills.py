"""Drills: a backup that was restored once is more than a hope."""

from __future__ import annotations

import pytest

from crmdesk.core.backup.drills import Drill
from crmdesk.core.backup.model import HealthLevel, HealthReason
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.jobs.job import JobState
from tests.builders import Desk


def drill(desk: Desk, backup_id: str = "") -> Drill:
    job_id = desk.workspace.drills.start(desk.admin, backup_id)
    desk.workspace.run_job(job_id)
    return desk.workspace.drills.list(desk.admin)[0]


@pytest.mark.parametrize("complete", [True, False])
def test_a_good_backup_passes_and_leaves_nothing_behind(desk: Desk, complete: bool) -> None:
    for number in range(5):
        desk.contact(firstname=f"Name {number}", lastname='odd, "text"\r\n', phone="")
    desk.deal(amount="12.50")
    backup = desk.backup(complete=complete)

    done = drill(desk)

    assert (done.ok, done.backup_id, done.records, done.problems) == (True, backup.id, 6, ())
    assert not list((desk.folder / "staging").iterdir())
    assert desk.audit_actions()[-1] == ("DATA_BACKUP_DRILL", "ok")
    health = desk.workspace.backups.health(desk.admin)
    assert health.last_drill_ok
    assert health.last_drill_seconds is not None


@pytest.mark.parametrize("complete", [True, False])
def test_a_damaged_backup_fails_the_drill_loudly(desk: Desk, complete: bool) -> None:
    desk.contact(firstname="Ann")
    backup = desk.backup(complete=complete)
    file = desk.folder / "vault" / "backups" / backup.file_name
    data = bytearray(file.read_bytes())
    data[120] ^= 8
    file.write_bytes(data)

    done = drill(desk, backup.id)

    assert not done.ok
    assert done.problems
    assert desk.audit_actions()[-1] == ("DATA_BACKUP_DRILL", "failed")
    health = desk.workspace.backups.health(desk.admin)
    assert health.level is HealthLevel.DANGER
    assert HealthReason.DRILL_FAILED in health.reasons
    kinds = [found.kind for found in desk.workspace.inbox.list(desk.admin)]
    assert "drill_failed" in kinds
    assert not desk.workspace.backups.show(desk.admin, backup.id).restorable


def test_a_backup_that_was_deleted_before_its_drill_leaves_no_verdict(desk: Desk) -> None:
    backup = desk.backup()
    job_id = desk.workspace.drills.start(desk.admin, backup.id)
    desk.workspace.backups.delete(desk.admin, backup.id)

    with pytest.raises(Cancelled, match="was deleted"):
        desk.workspace.run_job(job_id)

    assert desk.workspace.drills.list(desk.admin) == []
    assert desk.workspace.jobs.job(desk.admin, job_id).state is JobState.CANCELLED
    kinds = [found.kind for found in desk.workspace.inbox.list(desk.admin)]
    assert "drill_failed" not in kinds


def test_without_a_backup_there_is_nothing_to_drill(desk: Desk) -> None:
    with pytest.raises(UserError) as refused:
        desk.workspace.drills.start(desk.admin)

    assert refused.value.code == "backup_without_file"


def test_two_drills_at_once_are_refused(desk: Desk) -> None:
    desk.backup()
    desk.workspace.drills.start(desk.admin)

    with pytest.raises(UserError) as refused:
        desk.workspace.drills.start(desk.admin)

    assert refused.value.code == "drill_running"


def test_the_regular_drill_comes_when_its_days_are_over(timed_desk: Desk) -> None:
    desk, drills = timed_desk, timed_desk.workspace.drills
    desk.backup()
    assert drills.start_if_due(desk.admin) is None
    desk.time.forward(days=7, minutes=1)  # type: ignore[union-attr]
    again = desk.signed_in(1, desk.admin.email, desk.admin.full_name)

    job_id = drills.start_if_due(again)

    assert job_id is not None
    desk.workspace.run_job(job_id)
    assert drills.start_if_due(again) is None


def test_zero_days_switch_the_regular_drill_off(timed_desk: Desk) -> None:
    desk = timed_desk
    desk.backup()
    desk.workspace.settings.set(desk.admin, "backup.drill_days", 0)
    desk.time.forward(days=70)  # type: ignore[union-attr]
    again = desk.signed_in(1, desk.admin.email, desk.admin.full_name)

    assert desk.workspace.drills.start_if_due(again) is None


def test_health_says_when_the_regular_drill_is_overdue(timed_desk: Desk) -> None:
    desk = timed_desk
    desk.backup()
    desk.time.forward(days=13)  # type: ignore[union-attr]
    again = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    assert HealthReason.DRILL_LATE not in desk.workspace.backups.health(again).reasons
    desk.time.forward(days=1, minutes=1)  # type: ignore[union-attr]
    last = desk.signed_in(1, desk.admin.email, desk.admin.full_name)

    assert HealthReason.DRILL_LATE in desk.workspace.backups.health(last).reasons

    desk.workspace.run_job(desk.workspace.drills.start(last))
    assert HealthReason.DRILL_LATE not in desk.workspace.backups.health(last).reasons


def test_health_says_when_the_last_backup_is_late_and_when_it_never_was(timed_desk: Desk) -> None:
    desk = timed_desk
    assert HealthReason.NEVER in desk.workspace.backups.health(desk.admin).reasons
    desk.backup()
    assert desk.workspace.backups.health(desk.admin).level is HealthLevel.OK

    desk.time.forward(days=12)  # type: ignore[union-attr]
    again = desk.signed_in(1, desk.admin.email, desk.admin.full_name)

    health = desk.workspace.backups.health(again)
    assert (health.level, health.reasons) == (HealthLevel.WARN, (HealthReason.LATE,))
