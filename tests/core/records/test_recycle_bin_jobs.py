"""Large acts in the recycle bin: jobs that bring back or delete for good, all of it or nothing."""

from __future__ import annotations

import json

import pytest

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.kinds import Category
from crmdesk.core.errors import Cancelled, PermissionDenied, UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.jobs.worker import Progress
from crmdesk.core.notify.inbox import NotificationKind
from crmdesk.core.records.bulk_model import AT_ONCE
from crmdesk.core.records.recycle_bin_model import (
    CONFLICTS_TOLD,
    Answer,
    BinQuery,
    Wish,
    bin_key,
)
from crmdesk.core.records.recycle_bin_requests import load_wish, save_wish
from tests.builders import Desk

MANY = AT_ONCE + 1


def deleted_contacts(desk: Desk, count: int, *, address: bool = False) -> list[int]:
    """Keys of contacts that went to the bin in one act."""
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_contacts (created_at, updated_at, version, email) VALUES (?, ?, 1, ?)",
            [
                (tx.now_text, tx.now_text, f"p{one}@example.org" if address else None)
                for one in range(count)
            ],
        )
        ids = [row[0] for row in tx.sql("SELECT id FROM obj_contacts ORDER BY id DESC")][:count]
    desk.workspace.editor.archive(desk.admin, "contacts", ids)
    return [bin_key(contacts.id, one) for one in sorted(ids)]


def in_bin(desk: Desk) -> int:
    return len(desk.workspace.recycle_bin.keys(desk.admin, BinQuery()))


def entries(desk: Desk, action: str) -> list[tuple[object, ...]]:
    return desk.sql(
        "SELECT subjects, job_id, result FROM audit_events WHERE action = ? ORDER BY id", action
    )


def run(desk: Desk, job_id: str) -> dict[str, object]:
    desk.workspace.run_job(job_id)
    return dict(desk.workspace.jobs.job(desk.admin, job_id).result or {})


def test_many_records_come_back_by_a_job_with_one_entry_and_a_note(desk: Desk):
    keys = deleted_contacts(desk, MANY)
    bin_ = desk.workspace.recycle_bin
    assert not bin_.restore_plan(desk.admin, keys).at_once
    job_id = bin_.start_restore(desk.admin, keys)
    assert in_bin(desk) == MANY
    result = run(desk, job_id)
    assert (result["records_changed"], result["records"]) == (MANY, {"contacts": MANY})
    assert in_bin(desk) == 0
    assert entries(desk, "restore") == [(MANY, job_id, "ok")]
    (note,) = desk.workspace.inbox.list(desk.admin)
    assert (note.kind, note.values["records"]) == (NotificationKind.BULK_DONE, MANY)


def test_what_a_job_brought_back_goes_to_the_bin_again_by_undo(desk: Desk):
    keys = deleted_contacts(desk, MANY)
    run(desk, desk.workspace.recycle_bin.start_restore(desk.admin, keys))
    act = desk.workspace.undoing.last(desk.admin)
    assert act is not None
    assert act.large
    run(desk, desk.workspace.undoing.start(desk.admin, act.change_id))
    assert in_bin(desk) == MANY


def test_a_job_deletes_for_good_what_is_still_in_the_bin_and_nothing_else(desk: Desk):
    keys = deleted_contacts(desk, 3, address=True)
    kept = keys.pop()
    bin_ = desk.workspace.recycle_bin
    job_id = bin_.start_purge(desk.admin, [*keys, kept])
    bin_.restore(desk.admin, [kept])
    assert run(desk, job_id)["records_changed"] == 2
    assert desk.sql("SELECT count(*) FROM obj_contacts") == [(1,)]
    assert desk.sql("SELECT count(*) FROM tombstones") == [(2,)]
    with pytest.raises(UserError, match="deleted for good"):
        desk.contact(email="P0@example.org")


def test_a_job_that_is_cancelled_changes_nothing(desk: Desk):
    keys = deleted_contacts(desk, 3)
    bin_ = desk.workspace.recycle_bin
    for start, action in ((bin_.start_restore, "restore"), (bin_.start_purge, "purge")):
        job_id = start(desk.admin, keys)

        def stop(progress: Progress, job_id: str = job_id) -> None:
            if progress.phase == "checking":
                desk.workspace.jobs.request_cancel(desk.admin, job_id)

        with pytest.raises(Cancelled):
            desk.workspace.run_job(job_id, stop)
        assert desk.workspace.jobs.job(desk.admin, job_id).state is JobState.CANCELLED
        assert in_bin(desk) == 3
        assert entries(desk, action) == [(0, job_id, "failed")]
    assert desk.workspace.inbox.list(desk.admin) == []


def test_a_wish_that_was_altered_is_refused(desk: Desk):
    keys = deleted_contacts(desk, 3)
    job_id = desk.workspace.recycle_bin.start_purge(desk.admin, keys[:1])
    with desk.workspace.database.write() as tx:
        row = tx.sql("SELECT params FROM plans").fetchone()
        facts = json.loads(row[0])
        facts["keys"] = [[keys[0], 3]]
        tx.sql("UPDATE plans SET params = ?", (json.dumps(facts, sort_keys=True),))
    with pytest.raises(UserError, match="nothing was written"):
        desk.workspace.run_job(job_id)
    assert in_bin(desk) == 3
    (note,) = desk.workspace.inbox.list(desk.admin)
    assert note.kind == NotificationKind.BULK_FAILED


def test_a_wish_is_kept_as_it_was_said(desk: Desk):
    keys = (bin_key(1, 5), bin_key(1, 6), bin_key(1, 7), bin_key(4, 1))
    wish = Wish(keys, {(keys[0], "email"): Answer.TAKE}, Answer.WITHOUT, children=False)
    with desk.workspace.database.write() as tx:
        params = save_wish(tx, desk.admin, wish)
        assert load_wish(tx, params) == wish


def _everybody_again(desk: Desk, count: int) -> list[int]:
    keys = deleted_contacts(desk, count, address=True)
    with desk.workspace.database.write() as tx:
        tx.sql(
            "INSERT INTO obj_contacts (created_at, updated_at, version, email) "
            "SELECT created_at, updated_at, 1, email FROM obj_contacts"
        )
    return keys


def test_of_many_conflicts_some_are_told_and_one_answer_does_for_the_others(desk: Desk):
    count = CONFLICTS_TOLD + 3
    keys = _everybody_again(desk, count)
    bin_ = desk.workspace.recycle_bin
    plan = bin_.restore_plan(desk.admin, keys)
    assert (len(plan.conflicts), plan.conflict_count) == (CONFLICTS_TOLD, count)
    answers = {(keys[0], "email"): Answer.TAKE, (keys[1], "email"): Answer.LEAVE}
    with pytest.raises(UserError, match="cannot come back"):
        bin_.restore(desk.admin, keys, answers)
    result = run(desk, bin_.start_restore(desk.admin, keys, answers, otherwise=Answer.WITHOUT))
    assert (result["records_changed"], result["left"]) == (count - 1, 1)
    live = "SELECT count(*), count(DISTINCT email) FROM obj_contacts WHERE archived_at IS NULL"
    assert desk.sql(live) == [(2 * count - 1, count)]
    # One entry for so many values, which vouches for their history.
    told = "SELECT subjects FROM audit_events WHERE category = ? ORDER BY id DESC LIMIT 1"
    assert desk.sql(told, Category.PROPERTY_VALUE.value) == [(count - 1,)]


@pytest.mark.parametrize("count", [3, MANY + 1])
def test_what_a_job_took_away_comes_back_by_undo(desk: Desk, count: int):
    keys = _everybody_again(desk, count)
    answers = {(keys[0], "email"): Answer.TAKE}
    bin_ = desk.workspace.recycle_bin
    run(desk, bin_.start_restore(desk.admin, keys, answers, otherwise=Answer.WITHOUT))
    act = desk.workspace.undoing.last(desk.admin)
    assert act is not None
    assert act.large is (count > AT_ONCE)
    if act.large:
        run(desk, desk.workspace.undoing.start(desk.admin, act.change_id))
    else:
        desk.workspace.undoing.undo(desk.admin, act.change_id)
    assert in_bin(desk) == count
    held = "SELECT count(*), count(email), count(DISTINCT email) FROM obj_contacts"
    assert desk.sql(held) == [(2 * count, 2 * count, count)]


def test_leaving_is_the_answer_where_a_value_is_required(desk: Desk):
    keys = _everybody_again(desk, 2)
    desk.workspace.definitions.set_property(desk.admin, "contacts", "email", {"required": True})
    done = desk.workspace.recycle_bin.restore(desk.admin, keys, otherwise=Answer.WITHOUT)
    assert (done.records, done.left) == ({}, 2)


def test_the_right_to_sensitive_values_is_looked_at_again_when_the_job_begins(desk: Desk):
    keys = _everybody_again(desk, 2)
    desk.workspace.definitions.set_property(desk.admin, "contacts", "email", {"sensitive": True})
    bin_ = desk.workspace.recycle_bin
    una = desk.user("Una Berg", Permission.DELETE_RECORDS)
    with pytest.raises(PermissionDenied):
        bin_.start_restore(una, keys, otherwise=Answer.WITHOUT)
    marc = desk.user("Marc Dubois", Permission.DELETE_RECORDS, Permission.EDIT_SENSITIVE)
    job_id = bin_.start_restore(marc, keys, otherwise=Answer.WITHOUT)
    with desk.workspace.database.write() as tx:
        tx.sql(
            "DELETE FROM user_permissions WHERE user_id = ? AND permission = ?",
            (marc.user_id, Permission.EDIT_SENSITIVE.value),
        )
    with pytest.raises(PermissionDenied):
        desk.workspace.run_job(job_id)
    assert in_bin(desk) == 2


def test_records_that_were_merged_into_a_purged_one_are_counted_with_it(desk: Desk):
    ann, bo, cy = desk.contact(), desk.contact(), desk.contact()
    desk.workspace.merges.apply(desk.admin, "contacts", ann.id, bo.id)
    desk.delete(ann)
    contacts = desk.workspace.definitions.object(desk.admin, "contacts")
    picked = [bin_key(contacts.id, ann.id), bin_key(contacts.id, cy.id)]
    plan = desk.workspace.recycle_bin.purge_plan(desk.admin, picked)
    assert (plan.records, plan.merged, plan.contacts_with_address) == ({"contacts": 2}, 1, 2)
    assert desk.workspace.recycle_bin.purge(desk.admin, picked) == 2
    assert desk.read(cy).archived_at is None


def test_nothing_in_the_bin_is_no_job(desk: Desk):
    with pytest.raises(UserError, match="None of these"):
        desk.workspace.recycle_bin.start_purge(desk.admin, [])
