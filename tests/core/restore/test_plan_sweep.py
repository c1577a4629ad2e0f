"""Plans between review and job, beside the sweep of every start."""

from __future__ import annotations

import threading

import pytest

from crmdesk.core.changes.stage import staging_files, sweep_scratch
from crmdesk.core.errors import Busy, UserError
from crmdesk.core.restore.plan_sweep import sweep_plans
from tests.builders import Desk


def test_a_plan_whose_job_waits_is_kept_however_old_it_is(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    plan = desk.plan(backup, "contacts", ["phone"])
    desk.time.forward(hours=23, minutes=59)
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    restore_id = desk.workspace.restores.start(
        desk.admin,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=desk.allow(plan),
    )
    desk.time.forward(minutes=2)

    sweep_plans(desk.workspace.database, desk.workspace.staging)
    desk.workspace.run_job(str(desk.workspace.restores.show(desk.admin, restore_id).job_id))

    assert desk.value(ann, "phone") == "1"
    assert desk.plan(backup, "contacts", ["phone"]).records_changing == 0
    desk.time.forward(days=2)
    sweep_plans(desk.workspace.database, desk.workspace.staging)
    assert desk.sql("SELECT id FROM plans") == []


def test_plans_under_review_that_hold_what_is_deleted_for_good_are_dropped(desk: Desk) -> None:
    ann, bo = desk.contact(phone="5550100", city="Oslo"), desk.contact(phone="5550101")
    backup = desk.backup_file()
    desk.edit(ann, phone="1")
    desk.edit(bo, phone="2")
    plans = [desk.plan(backup, "contacts", ["phone"], record_ids=(each.id,)) for each in (ann, bo)]

    desk.purge(ann)

    (kept,) = staging_files(desk.workspace.staging)
    assert b"5550100" not in kept.read_bytes()
    with pytest.raises(UserError) as refused:
        desk.apply(plans[0])
    assert refused.value.code == "plan_unknown"
    assert desk.apply(plans[1]).records_changed == 1


def test_a_sweep_and_a_plan_in_the_making_never_meet(desk: Desk) -> None:
    ann = desk.contact(phone="1")
    backup = desk.backup_file()
    desk.edit(ann, phone="2")
    restore = desk.restore(backup, "contacts", ["phone"])
    staging, held, done = desk.workspace.staging, threading.Event(), threading.Event()

    def write() -> None:
        with desk.workspace.database.write():
            held.set()
            done.wait(60)

    writer = threading.Thread(target=write)
    writer.start()
    held.wait(60)
    try:
        with desk.workspace.database.patient(0.01), pytest.raises(Busy):
            desk.workspace.restores.undo_plan(desk.admin, restore.id)
    finally:
        done.set()
        writer.join()
    # A name of a plan is given under the lock alone, and never before the plan has a row.
    assert staging_files(staging) == []

    found = staging_files(staging)
    plan = desk.workspace.restores.undo_plan(desk.admin, restore.id)
    sweep_scratch(found, kept=())
    assert desk.apply(plan).records_changed == 1
