"""Taking an import back: what goes, what returns, and what is left alone."""

from __future__ import annotations

import pytest

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.transfer.model import ArchivedMatches, Import
from crmdesk.core.transfer.undo_model import UndoPlan
from tests.core.transfer.conftest import Bench

TEXT = "Email,First name,Phone\nann@example.org,Ann,1\nbo@example.org,Bo,2\n"


def _plan(bench: Bench, done: Import) -> UndoPlan:
    return bench.desk.workspace.import_undos.plan(bench.desk.admin, done.id)


def _undo(bench: Bench, done: Import, plan_hash: str | None = None) -> Import:
    undos = bench.desk.workspace.import_undos
    known = plan_hash or _plan(bench, done).hash
    return bench.done(undos.start(bench.desk.admin, done.id, known))


def _contacts(bench: Bench) -> list[tuple[object, ...]]:
    return bench.desk.sql(
        "SELECT email, firstname, phone FROM obj_contacts WHERE archived_at IS NULL ORDER BY id"
    )


def _refused(bench: Bench, done: Import) -> str:
    with pytest.raises(UserError) as refused:
        _plan(bench, done)
    return str(refused.value.values["reason"])


def test_records_go_to_the_bin_and_values_come_back(bench: Bench) -> None:
    bench.desk.contact(email="ann@example.org", firstname="Anna", phone="9")
    before = _contacts(bench)
    done = bench.run(bench.file(TEXT))

    plan = _plan(bench, done)
    undone = _undo(bench, done)

    assert (plan.deleted, plan.restored, plan.left_alone) == (1, 1, {})
    assert {s.property: (s.old, s.new) for s in plan.samples} == {
        "firstname": ("Ann", "Anna"),
        "phone": ("1", "9"),
    }
    assert _contacts(bench) == before
    assert (undone.kind, undone.state, undone.deleted) == ("undo", JobState.SUCCEEDED, 1)
    assert undone.undoes == done.id
    assert [each.kind for each in bench.changed(undone)] == ["update", "archive"]
    again = bench.desk.workspace.imports.show(bench.desk.admin, done.id)
    assert (again.undone_by, again.no_undo) == (undone.id, "undone")


def test_after_the_undo_the_same_file_comes_in_again(bench: Bench) -> None:
    path = bench.file(TEXT)
    _undo(bench, bench.run(path))

    again = bench.run(path)

    assert (again.created, again.failed) == (2, 0)
    assert [row[0] for row in _contacts(bench)] == ["ann@example.org", "bo@example.org"]


def test_a_file_whose_key_may_be_shared_comes_in_again_after_every_undo(bench: Bench) -> None:
    path = bench.file("Company name,Company Domain Name\nNorth,example.org\n", "companies.csv")
    for _ in range(2):
        _undo(bench, bench.run(path))

    done = bench.run(path)

    assert (done.created, done.failed) == (1, 0)


def test_after_the_undo_rows_without_a_key_come_in_again(bench: Bench) -> None:
    path = bench.file("First name,Phone\nAnn,1\nBo,2\n")
    _undo(bench, bench.run(path))

    again = bench.run(path)
    same = bench.run(path)

    assert (again.created, again.failed) == (2, 0)
    assert (same.created, same.unchanged, same.failed) == (0, 2, 0)


def test_a_record_deleted_by_hand_is_not_made_again_beside_the_bin(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org")
    bench.desk.workspace.editor.archive(bench.desk.admin, "contacts", [ann.id])

    assert bench.run(bench.file(TEXT)).failed == 1


def test_a_preview_writes_nothing(bench: Bench) -> None:
    done = bench.run(bench.file(TEXT))
    before = bench.desk.sql("SELECT count(*), max(id) FROM change_sets")

    _plan(bench, done)

    assert bench.desk.sql("SELECT count(*), max(id) FROM change_sets") == before
    assert not list((bench.desk.folder / "staging").glob("*.sqlite3"))


def test_later_edits_are_listed_and_left_alone(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", firstname="Anna", phone="9")
    done = bench.run(bench.file(TEXT))
    bo = bench.desk.sql("SELECT id FROM obj_contacts WHERE email = 'bo@example.org'")[0][0]
    bench.desk.edit(ann, phone="7")
    bench.desk.workspace.editor.update(bench.desk.admin, "contacts", bo, {"city": "Oslo"}, 1)

    plan = _plan(bench, done)
    _undo(bench, done)

    assert plan.left_alone == {"changed_since": 2}
    assert {(each.record_id, each.property) for each in plan.examples} == {
        (bo, ""),
        (ann.id, "phone"),
    }
    assert _contacts(bench) == [
        ("ann@example.org", "Anna", "7"),
        ("bo@example.org", "Bo", "2"),
    ]


def test_a_record_that_was_associated_since_stays(bench: Bench) -> None:
    done = bench.run(bench.file(TEXT))
    acme = bench.desk.add("companies", name="Acme")
    people = [row[0] for row in bench.desk.sql("SELECT id FROM obj_contacts ORDER BY id")]
    associations = bench.desk.workspace.associations
    associations.associate(bench.desk.admin, "contacts", people[0], "companies", acme.id)
    associations.associate(bench.desk.admin, "contacts", people[1], "companies", acme.id)
    associations.dissociate(bench.desk.admin, "contacts", people[1], "companies", acme.id)

    plan = _plan(bench, done)
    _undo(bench, done)

    assert plan.left_alone == {"associated_since": 1}
    assert [row[0] for row in _contacts(bench)] == ["ann@example.org"]


def test_a_unique_value_returns_from_a_record_that_the_import_made(bench: Bench) -> None:
    """Its new holder goes first, although it still lives while the plan is made."""
    ann = bench.desk.contact(email="ann@example.org", phone="9")
    done = bench.run(bench.file("Email,Phone\nann@example.org,8\n"))
    moved = bench.run(
        bench.file("Phone,Email\n8,new@example.org\n7,ann@example.org\n", "moved.csv"),
        key="phone",
    )

    plan = _plan(bench, moved)
    _undo(bench, moved)

    assert done.updated == 1
    assert (plan.deleted, plan.restored, plan.left_alone) == (1, 1, {})
    assert bench.desk.value(ann, "email") == "ann@example.org"


def test_what_came_out_of_the_bin_goes_back_there_as_it_was(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", phone="9")
    bench.desk.delete(ann)
    done = bench.run(
        bench.file("Email,Phone\nann@example.org,1\n"), archived_matches=ArchivedMatches.RESTORE
    )

    _undo(bench, done)

    row = bench.desk.sql("SELECT phone, archived_at IS NULL FROM obj_contacts")
    assert row == [("9", 0)]


def test_an_edit_between_review_and_undo_stops_it(bench: Bench) -> None:
    bench.desk.contact(email="ann@example.org", phone="9")
    done = bench.run(bench.file(TEXT))
    known = _plan(bench, done).hash
    bo = bench.desk.sql("SELECT id FROM obj_contacts WHERE email = 'bo@example.org'")[0][0]
    bench.desk.workspace.editor.update(bench.desk.admin, "contacts", bo, {"city": "Oslo"}, 1)
    before = bench.desk.sql("SELECT * FROM obj_contacts")
    undos = bench.desk.workspace.import_undos
    undo_id = undos.start(bench.desk.admin, done.id, known)

    with pytest.raises(UserError) as refused:
        bench.done(undo_id)

    assert refused.value.code == "plan_outdated"
    assert bench.desk.sql("SELECT * FROM obj_contacts") == before
    failed = bench.desk.workspace.imports.show(bench.desk.admin, undo_id)
    assert failed.state is JobState.FAILED
    # The import can still be undone, by another look at it.
    assert _undo(bench, done).state is JobState.SUCCEEDED


def test_an_import_is_undone_once_and_its_undo_never(bench: Bench) -> None:
    done = bench.run(bench.file(TEXT))
    undone = _undo(bench, done)

    assert _refused(bench, done) == "undone"
    assert _refused(bench, undone) == "no_import"


def test_nothing_to_take_back_is_said(bench: Bench) -> None:
    bench.run(bench.file(TEXT))
    second = bench.run(bench.file(TEXT))

    assert _refused(bench, second) == "nothing_written"


def test_the_time_for_it_ends(bench: Bench) -> None:
    done = bench.run(bench.file(TEXT))
    with bench.desk.workspace.database.write() as tx:
        tx.sql("UPDATE import_details SET undo_until = ?", (tx.now_text,))

    assert _refused(bench, done) == "too_old"


def test_a_second_undo_does_not_start_beside_the_first(bench: Bench) -> None:
    done = bench.run(bench.file(TEXT))
    undos = bench.desk.workspace.import_undos
    known = _plan(bench, done).hash
    undos.start(bench.desk.admin, done.id, known)

    with pytest.raises(UserError) as refused:
        undos.start(bench.desk.admin, done.id, known)

    assert refused.value.code == "undo_running"


def test_who_may_not_delete_does_not_undo_what_made_records(bench: Bench) -> None:
    kim: Actor = bench.desk.user("Kim Berg", Permission.IMPORT)
    imports = bench.desk.workspace.imports
    own = bench.done(imports.start(kim, imports.inspect(kim, bench.file(TEXT)).request()))
    undos = bench.desk.workspace.import_undos

    with pytest.raises(PermissionDenied):
        undos.start(kim, own.id, undos.plan(kim, own.id).hash)
    others = bench.run(bench.file("Email\ncy@example.org\n"))
    with pytest.raises(UserError) as refused:
        undos.plan(kim, others.id)
    assert refused.value.code == "import_unknown"


def test_the_undo_has_one_entry_that_vouches_for_its_history(bench: Bench) -> None:
    done = bench.run(bench.file(TEXT))
    _undo(bench, done)

    event = bench.desk.workspace.audit_reader.events(bench.desk.admin).events[0]
    assert (event.subcategory, event.object_id) == ("IMPORT_REVERTED", done.id)
    assert event.detail["records_deleted"] == 2
    assert bench.desk.workspace.audit.verify(bench.desk.admin).ok
    assert bench.desk.workspace.inbox.list(bench.desk.admin)[0].kind == "import_undone"
