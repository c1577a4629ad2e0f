"""What vouches for a plan and for a history: digests that anybody can reckon again."""

from __future__ import annotations

import hashlib

import pytest

from crmdesk.core.changes.change_set import history_digest
from crmdesk.core.changes.plan import plan_hash
from crmdesk.core.changes.stage import Stage, reopen_stage
from crmdesk.core.records.schema import load_object_type
from tests.builders import Desk

HOSTILE = 'Åse "the\r\nfirst", \\n 😀 \x01'


def staged(desk: Desk) -> Stage:
    """The stage of a plan that would write a name, an e-mail and a blank."""
    ann = desk.contact(firstname=HOSTILE, city="Oslo", phone="")
    backup = desk.backup_file()
    desk.edit(ann, firstname="Eve", city="Bergen", phone="5")
    plan = desk.plan(backup, "contacts", ["firstname", "city", "phone"])
    with desk.workspace.database.read() as tx:
        object_type = load_object_type(tx, "contacts")
    path = desk.workspace.folder / "staging" / f"{plan.id}.sqlite3"
    stage = reopen_stage(path, object_type)
    assert stage is not None
    return stage


def test_a_history_digest_is_that_of_its_lines_as_the_log_promises(desk: Desk) -> None:
    ann = desk.contact(firstname="Ann")
    backup = desk.backup_file()
    desk.edit(ann, firstname=HOSTILE)
    desk.restore(backup, "contacts", ["firstname"])
    [(change_id, record_id, cells)] = desk.sql(
        "SELECT change_id, record_id, cells FROM value_history ORDER BY change_id DESC LIMIT 1"
    )

    with desk.workspace.database.read() as tx:
        digest = history_digest(tx, int(str(change_id)))

    line = f"{record_id} {len(str(cells))} {cells}\n"
    assert digest == hashlib.sha256(line.encode()).hexdigest()
    assert "Åse" in str(cells)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE stage.cells SET c0 = c0 || ' '",
        "UPDATE stage.cells SET c0 = NULL",
        "UPDATE stage.cells SET c0 = c1, c1 = c0",
        "UPDATE stage.cells SET c2 = 'null'",
        "UPDATE stage.verdicts SET base_version = base_version + 1",
        "UPDATE stage.verdicts SET record_id = record_id + 1",
        "UPDATE stage.verdicts SET outcome = 'skipped'",
    ],
)
def test_whatever_is_altered_in_a_stage_is_another_plan(desk: Desk, change: str) -> None:
    stage = staged(desk)

    with desk.workspace.database.staging(stage.path) as tx:
        before, again, other = (
            plan_hash(tx, stage, "{}"),
            plan_hash(tx, stage, "{}"),
            plan_hash(tx, stage, '{"skip_clears": true}'),
        )
        tx.sql(change)
        after = plan_hash(tx, stage, "{}")

    assert before == again
    assert len({before, other, after}) == 3


def test_samples_show_what_is_cleared_first_and_some_of_every_property(desk: Desk) -> None:
    people = [desk.contact(phone="", city=f"Town {n}") for n in range(30)]
    backup = desk.backup_file()
    for person in people[:3]:
        desk.edit(person, city="Elsewhere")
    for person in people[5:]:
        desk.edit(person, phone="1", city="Elsewhere")

    plan = desk.plan(backup, "contacts", ["phone", "city"])

    shown = [(sample.property, sample.new is None) for sample in plan.samples]
    assert shown.count(("phone", True)) == 25
    assert shown.count(("city", False)) == 28
