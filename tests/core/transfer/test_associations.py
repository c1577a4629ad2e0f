"""Columns that name other records."""

from __future__ import annotations

from dataclasses import replace

from crmdesk.core.records.record import Record
from crmdesk.core.transfer.model import AssociationColumn, Import
from tests.core.transfer.conftest import Bench, numbers

PEOPLE = (
    "Email,Company,Role\n"
    "ann@example.org,acme,Boss\n"
    "bo@example.org,Nobody,\n"
    "cy@example.org,Twin,\n"
    "not an address,Acme,\n"
    "dee@example.org,Acme; Beta,\n"
)
MAPPING = {"Email": "email"}
BY_NAME = AssociationColumn("Company", "companies", "name")


def _company(bench: Bench, name: str) -> Record:
    return bench.desk.add("companies", name=name)


def _pairs(bench: Bench) -> list[tuple[object, ...]]:
    return bench.desk.sql(
        "SELECT c.email, o.name FROM associations a JOIN obj_contacts c ON c.id = a.from_id "
        "JOIN obj_companies o ON o.id = a.to_id ORDER BY 1, 2"
    )


def _run(bench: Bench, text: str, *columns: AssociationColumn, **changes: object) -> Import:
    return bench.run(bench.file(text), mapping=MAPPING, associations=columns, **changes)


def test_records_are_named_and_what_is_wrong_costs_no_row(bench: Bench) -> None:
    acme = _company(bench, "Acme")
    for name in ("Twin", "Twin", "Beta"):
        _company(bench, name)

    done = _run(bench, PEOPLE, BY_NAME)

    assert numbers(done) == (4, 0, 0, 1)
    assert (done.associated, done.not_associated) == (3, 2)
    assert _pairs(bench) == [
        ("ann@example.org", "Acme"),
        ("dee@example.org", "Acme"),
        ("dee@example.org", "Beta"),
    ]
    assert bench.problems(done) == [
        (3, "Company", "ASSOCIATION_RECORD_NOT_FOUND"),
        (4, "Company", "ASSOCIATION_RECORD_AMBIGUOUS"),
        (5, "Email", "INVALID_EMAIL"),
    ]
    assert bench.desk.value(acme, "num_associated_contacts") == "2"


def test_a_column_that_holds_no_labels_is_told_of_once_for_each_row(bench: Bench) -> None:
    _company(bench, "Acme")
    text = "Email,Company,Role\n"
    text += "".join(f"p{n}@example.org,Acme,it's {n}\n" for n in range(300))
    by_role = replace(BY_NAME, label_header="Role")

    done = _run(bench, text, by_role)

    assert (done.associated, done.not_associated) == (0, 300)
    assert {(column, kind) for _, column, kind in bench.problems(done)} == {
        ("Role", "ASSOCIATION_LABEL_NOT_FOUND")
    }


def test_the_trial_says_the_same_and_writes_nothing(bench: Bench) -> None:
    for name in ("Acme", "Twin", "Twin", "Beta"):
        _company(bench, name)
    imports = bench.desk.workspace.imports
    found = imports.inspect(bench.desk.admin, bench.file(PEOPLE))
    request = found.request()
    request = replace(request, mapping=MAPPING, associations=(BY_NAME,))

    tried = imports.dry_run(bench.desk.admin, request)

    assert (tried.associations, tried.failed) == (3, 1)
    assert {each.type for each in tried.problems} >= {"ASSOCIATION_RECORD_NOT_FOUND"}
    assert _pairs(bench) == []


def test_a_second_time_nothing_is_new(bench: Bench) -> None:
    _company(bench, "Acme")
    text = "Email,Company\nann@example.org,Acme\n"

    first, second = _run(bench, text, BY_NAME), _run(bench, text, BY_NAME)

    assert (first.associated, second.associated) == (1, 0)
    assert numbers(second) == (0, 0, 1, 0)
    assert second.no_undo == "nothing_written"


def test_labels_come_from_a_column_and_an_unknown_one_is_said(bench: Bench) -> None:
    _company(bench, "Acme")
    definitions = bench.desk.workspace.association_definitions
    definitions.add_label(bench.desk.admin, "contacts", "companies", "Boss")
    text = "Email,Company,Role\nann@example.org,Acme,Boss\nbo@example.org,Acme,Clown\n"

    done = _run(bench, text, AssociationColumn("Company", "companies", "name", "", "Role"))

    assert bench.problems(done) == [(3, "Role", "ASSOCIATION_LABEL_NOT_FOUND")]
    labels = bench.desk.sql(
        "SELECT l.label FROM associations a JOIN association_labels l ON l.id = a.label_id"
    )
    assert labels == [("Boss",)]


def test_ids_of_another_place_find_what_came_from_there(bench: Bench) -> None:
    companies = bench.file("Record ID,Company name\n77,Acme\n78,Beta\n", "companies.csv")
    bench.run(companies)
    text = "Email,Associated Company IDs\nann@example.org,78\nbo@example.org,79\n"

    done = _run(bench, text, AssociationColumn("Associated Company IDs", "companies"))

    assert _pairs(bench) == [("ann@example.org", "Beta")]
    assert done.not_associated == 1


def test_a_row_may_name_a_record_that_the_same_file_makes(bench: Bench) -> None:
    text = "Email,Manager\nann@example.org,\nbo@example.org,ANN@example.org\n"
    column = AssociationColumn("Manager", "contacts", "email")

    done = _run(bench, text, column)

    assert (numbers(done), done.associated) == ((2, 0, 0, 0), 1)


def test_limits_are_kept(bench: Bench) -> None:
    for name in ("Acme", "Beta"):
        _company(bench, name)
    bench.desk.workspace.association_definitions.set_limit(
        bench.desk.admin, "contacts", "companies", 1
    )

    done = _run(bench, "Email,Company\nann@example.org,Acme;Beta\n", BY_NAME)

    assert (done.associated, done.not_associated) == (1, 1)
    assert bench.problems(done) == [(2, "Company", "LIMIT_EXCEEDED")]


def test_the_undo_removes_them(bench: Bench) -> None:
    acme = _company(bench, "Acme")
    bench.desk.contact(email="ann@example.org")
    done = _run(bench, "Email,Company\nann@example.org,Acme\nbo@example.org,Acme\n", BY_NAME)
    undos = bench.desk.workspace.import_undos

    plan = undos.plan(bench.desk.admin, done.id)
    bench.done(undos.start(bench.desk.admin, done.id, plan.hash))

    assert (plan.associations, plan.deleted) == (2, 1)
    assert bench.desk.sql("SELECT count(*) FROM associations") == [(0,)]
    assert bench.desk.value(acme, "num_associated_contacts") is None
