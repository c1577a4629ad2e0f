"""What becomes of each row."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.records.catalogue import PropertyDefinition
from crmdesk.core.records.types import PropertyType
from crmdesk.core.transfer.model import ArchivedMatches, ImportMode
from crmdesk.core.transfer.settling import conflicts, settle_import
from tests.core.transfer.conftest import Bench, numbers

TWO = "Email,First name,Phone\nann@example.org,Ann,1\nbo@example.org,Bo,2\n"


def value(bench: Bench, email: str, name: str) -> object:
    found = bench.desk.sql(f"SELECT {name} FROM obj_contacts WHERE email = ?", email)
    return found[0][0]


def _property(bench: Bench, name: str, kind: PropertyType) -> None:
    definitions = bench.desk.workspace.definitions
    definitions.add_property(bench.desk.admin, "contacts", PropertyDefinition(name, name, kind))


def test_rows_become_records_once_and_nothing_changes_the_second_time(bench: Bench) -> None:
    path = bench.file(TWO)

    first, second = bench.run(path), bench.run(path)

    assert numbers(first) == (2, 0, 0, 0)
    assert numbers(second) == (0, 0, 2, 0)
    assert [r.kind for r in bench.changed(first)] == ["create", "create"]
    assert bench.changed(second) == []


def test_a_known_address_updates_its_record_whatever_its_capitals(bench: Bench) -> None:
    ann = bench.desk.contact(email="Ann@Example.org", phone="9")

    done = bench.run(bench.file("Email,Phone\nann@example.ORG,1\n"))

    assert numbers(done) == (0, 1, 0, 0)
    written = {v.property: (v.old, v.new) for v in bench.changed(done)[0].values}
    assert written["phone"] == ("9", "1")
    assert bench.desk.value(ann, "phone") == "1"


def test_cells_of_other_ways_of_writing_stand_beside_those_that_need_no_reading(
    bench: Bench,
) -> None:
    _property(bench, "born", PropertyType.DATE)
    _property(bench, "points", PropertyType.NUMBER)
    text = (
        "Note,points,Email,born\nx,1.50,ann@example.org,31.12.2024\n"
        "y,2,bo@example.org,2024-01-02\nz,,cy@example.org,\n"
    )
    mapping = {"points": "points", "Email": "email", "born": "born"}

    done = bench.run(bench.file(text), mapping=mapping)

    assert numbers(done) == (3, 0, 0, 0)
    rows = bench.desk.sql("SELECT email, points, born FROM obj_contacts ORDER BY id")
    assert rows == [
        ("ann@example.org", "1.5", "2024-12-31"),
        ("bo@example.org", "2", "2024-01-02"),
        ("cy@example.org", None, None),
    ]


def test_rows_of_several_batches_keep_their_lines(bench: Bench) -> None:
    _property(bench, "points", PropertyType.NUMBER)
    lines = [f"p{n}@example.org,{'?' if n == 1_700 else n}" for n in range(2_500)]
    text = "Email,points\n" + "\n".join(lines) + "\n"

    done = bench.run(bench.file(text), mapping={"Email": "email", "points": "points"})

    assert numbers(done) == (2_499, 0, 0, 1)
    assert bench.problems(done) == [(1_702, "points", "COULD_NOT_PARSE_NUMBER")]
    assert value(bench, "p2499@example.org", "points") == "2499"


def test_a_blank_cell_leaves_the_value_alone(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", phone="9", city="Oslo")

    done = bench.run(bench.file("Email,Phone,City\nann@example.org,,Bergen\n"))

    assert numbers(done) == (0, 1, 0, 0)
    assert (bench.desk.value(ann, "phone"), bench.desk.value(ann, "city")) == ("9", "Bergen")


def test_creating_refuses_a_record_that_is_there(bench: Bench) -> None:
    bench.desk.contact(email="ann@example.org")

    done = bench.run(bench.file(TWO), mode=ImportMode.CREATE)

    assert numbers(done) == (1, 0, 0, 1)
    assert bench.problems(done) == [(2, "Email", "CREATE_ONLY_IMPORT")]


def test_updating_refuses_a_record_that_is_not_there(bench: Bench) -> None:
    bench.desk.contact(email="ann@example.org")

    done = bench.run(bench.file(TWO), mode=ImportMode.UPDATE)

    assert numbers(done) == (0, 1, 0, 1)
    assert bench.problems(done) == [(3, "Email", "UPDATE_ONLY_IMPORT")]


def test_the_first_row_of_a_key_wins(bench: Bench) -> None:
    text = "Email,Phone\nann@example.org,1\nANN@example.org,2\nann@example.org,3\n"

    done = bench.run(bench.file(text))

    assert numbers(done) == (1, 0, 0, 2)
    assert {p[2] for p in bench.problems(done)} == {"DUPLICATE_UNIQUE_PROPERTY_VALUE"}
    assert value(bench, "ann@example.org", "phone") == "1"


def test_a_row_that_cannot_be_read_does_not_take_the_key_from_a_good_one(bench: Bench) -> None:
    text = "Email,Phone,Lifecycle stage\nann@example.org,1,nonsense\nann@example.org,2,lead\n"

    done = bench.run(bench.file(text))

    assert numbers(done) == (1, 0, 0, 1)
    assert bench.problems(done) == [(2, "Lifecycle stage", "INVALID_ENUMERATION_OPTION")]
    assert value(bench, "ann@example.org", "phone") == "2"


def test_bad_rows_are_told_by_line_and_the_others_go_on(bench: Bench) -> None:
    text = "Email,Phone\nann@example.org\n,\nnot an address,1\nbo@example.org,2\n"

    done = bench.run(bench.file(text))

    assert numbers(done) == (1, 0, 0, 3)
    assert bench.problems(done) == [
        (2, "", "INCORRECT_NUMBER_OF_COLUMNS"),
        (3, "", "FAILED_VALIDATION"),
        (4, "Email", "INVALID_EMAIL"),
    ]


def test_the_error_file_holds_the_problem_and_the_row_as_it_was(bench: Bench) -> None:
    done = bench.run(bench.file('Email,Phone\nwrong,"1,\n2"\nbo@example.org,2\nalso wrong,3\n'))
    bench.desk.workspace.export_thresholds.set(bench.desk.admin, 1)

    heading, *rows = bench.error_rows(done)

    assert heading == ["Row", "Column", "Error type", "Message", "Email", "Phone"]
    assert [(r[0], r[1], r[2], r[4], r[5]) for r in rows] == [
        ("2", "Email", "INVALID_EMAIL", "wrong", "1,\n2"),
        ("5", "Email", "INVALID_EMAIL", "also wrong", "3"),
    ]
    assert bench.desk.audit_actions()[-1] == ("IMPORT_ERRORS", "ok")
    told = bench.desk.workspace.inbox.list(bench.desk.admin)
    assert ("large_download", 2) in [(each.kind, each.values.get("records")) for each in told]


def test_a_contact_deleted_for_good_is_an_error_and_the_others_go_on(bench: Bench) -> None:
    ann = bench.desk.contact(email="Ann@example.org")
    bench.desk.delete(ann)
    bench.desk.purge(ann)

    done = bench.run(bench.file(TWO))

    assert numbers(done) == (1, 0, 0, 1)
    assert bench.problems(done) == [(2, "Email", "GDPR_BLACKLISTED_EMAIL")]


def test_a_record_in_the_recycle_bin_is_told_and_left_there(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", phone="9")
    bench.desk.delete(ann)
    path = bench.file(TWO)
    imports = bench.desk.workspace.imports

    before = imports.preflight(bench.desk.admin, imports.inspect(bench.desk.admin, path).request())
    done = bench.run(path)

    assert before.archived_matches == 1
    assert numbers(done) == (1, 0, 0, 1)
    assert bench.problems(done) == [(2, "Email", "INVALID_RECORD_ID")]


def test_a_record_comes_back_from_the_recycle_bin_when_that_is_asked_for(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", phone="9", city="Oslo")
    bench.desk.delete(ann)

    done = bench.run(bench.file(TWO), archived_matches=ArchivedMatches.RESTORE)

    assert numbers(done) == (1, 1, 0, 0)
    assert bench.desk.read(ann).archived_at is None
    assert (bench.desk.value(ann, "phone"), bench.desk.value(ann, "city")) == ("1", "Oslo")
    assert bench.changed(done)[0].kind == "unarchive"


def test_a_record_comes_back_even_when_no_value_differs(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org")
    bench.desk.delete(ann)

    done = bench.run(
        bench.file("Email\nann@example.org\n"), archived_matches=ArchivedMatches.RESTORE
    )

    assert numbers(done) == (0, 1, 0, 0)
    assert bench.desk.read(ann).archived_at is None


def test_a_new_record_is_made_beside_the_binned_one_when_that_is_asked_for(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org")
    bench.desk.delete(ann)

    done = bench.run(bench.file(TWO), archived_matches=ArchivedMatches.CREATE)

    assert numbers(done) == (2, 0, 0, 0)
    assert bench.desk.read(ann).archived_at is not None


def _two_in_the_bin(bench: Bench) -> Path:
    for name in ("East", "West"):
        bench.desk.delete(bench.desk.add("companies", name=name, domain="example.org"))
    return bench.file("Company name,Company Domain Name\nNorth,example.org\n", "companies.csv")


@pytest.mark.parametrize("archived", [ArchivedMatches.SKIP, ArchivedMatches.RESTORE])
def test_of_several_in_the_recycle_bin_that_share_the_key_none_is_guessed(
    bench: Bench, archived: ArchivedMatches
) -> None:
    path = _two_in_the_bin(bench)

    done = bench.run(path, archived_matches=archived)

    assert numbers(done) == (0, 0, 0, 1)
    assert [kind for _, _, kind in bench.problems(done)] == ["MULTIPLE_COMPANIES_WITH_THIS_DOMAIN"]
    assert bench.desk.sql("SELECT count(*) FROM obj_companies WHERE archived_at IS NULL") == [(0,)]


def test_beside_several_in_the_recycle_bin_a_new_record_is_made_when_that_is_asked_for(
    bench: Bench,
) -> None:
    path = _two_in_the_bin(bench)

    done = bench.run(path, archived_matches=ArchivedMatches.CREATE)

    assert numbers(done) == (1, 0, 0, 0)


def test_the_only_one_in_the_recycle_bin_that_has_a_shared_key_comes_back(bench: Bench) -> None:
    east = bench.desk.add("companies", name="East", domain="example.org")
    bench.desk.delete(east)
    path = bench.file("Company name,Company Domain Name\nNorth,example.org\n", "companies.csv")

    done = bench.run(path, archived_matches=ArchivedMatches.RESTORE)

    assert numbers(done) == (0, 1, 0, 0)
    assert bench.desk.value(east, "name") == "North"


def test_the_lifecycle_stage_never_goes_back_and_that_is_noted(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org", lifecyclestage="customer")

    done = bench.run(bench.file("Email,Lifecycle Stage,Phone\nann@example.org,lead,1\n"))

    assert numbers(done) == (0, 1, 0, 0)
    assert done.notes == {"lifecycle_backwards": 1}
    assert bench.desk.value(ann, "lifecyclestage") == "customer"
    assert bench.desk.value(ann, "phone") == "1"


def test_a_new_deal_needs_its_name_and_takes_the_pipeline_of_its_stage(bench: Bench) -> None:
    stage = bench.desk.workspace.definitions.object(bench.desk.admin, "deals").pipelines[0]
    label = stage.stages[0].label
    path = bench.file(f"Deal name,Deal Stage\nAutumn,{label}\n,{label}\n", "deals.csv")

    done = bench.run(path)

    assert numbers(done) == (1, 0, 0, 1)
    assert bench.problems(done) == [(3, "Deal name", "MISSING_REQUIRED_PROPERTY")]
    assert bench.desk.sql("SELECT dealname, pipeline, dealstage FROM obj_deals") == [
        ("Autumn", stage.name, stage.stages[0].name)
    ]


def test_rows_without_any_key_are_known_by_their_line_in_the_same_file(bench: Bench) -> None:
    path = bench.file("Deal name,Amount\nAutumn,5\nAutumn,6\n", "deals.csv")

    first, second = bench.run(path), bench.run(path)

    assert numbers(first) == (2, 0, 0, 0)
    assert numbers(second) == (0, 0, 2, 0)


def test_creating_without_a_unique_property_makes_every_row_anew(bench: Bench) -> None:
    path = bench.file("Deal name\nAutumn\n", "deals.csv")

    bench.run(path)
    second = bench.run(path, mode=ImportMode.CREATE)

    assert numbers(second) == (1, 0, 0, 0)


def test_a_domain_that_two_companies_share_says_nothing(bench: Bench) -> None:
    for name in ("One", "Two"):
        bench.desk.add("companies", name=name, domain="example.org")

    done = bench.run(bench.file("Name,Company Domain Name\nX,example.org\n", "companies.csv"))

    assert numbers(done) == (0, 0, 0, 1)
    assert bench.problems(done)[0][2] == "MULTIPLE_COMPANIES_WITH_THIS_DOMAIN"


def test_two_addresses_are_swapped_by_one_import_that_finds_records_by_id(bench: Bench) -> None:
    ann = bench.desk.contact(email="ann@example.org")
    bo = bench.desk.contact(email="bo@example.org")
    backup = bench.desk.backup_file()
    for record, email in ((ann, "x@example.org"), (bo, "ann@example.org")):
        bench.desk.edit(record, email=email)
    bench.desk.edit(ann, email="bo@example.org")

    (done,) = bench.run_backup(backup, "contacts")

    assert numbers(done) == (0, 2, 0, 0)
    assert bench.desk.value(ann, "email") == "ann@example.org"


def test_a_column_may_be_left_out_and_another_property_chosen(bench: Bench) -> None:
    done = bench.run(bench.file(TWO), mapping={"Email": "email", "First name": "lastname"})

    assert numbers(done) == (2, 0, 0, 0)
    assert value(bench, "ann@example.org", "lastname") == "Ann"
    assert value(bench, "ann@example.org", "phone") is None


def test_an_unknown_column_is_refused_before_anything_is_queued(bench: Bench) -> None:
    with pytest.raises(UserError) as refused:
        bench.run(bench.file(TWO), mapping={"Mail": "email"})

    assert refused.value.code == "column_unknown"
    assert bench.desk.sql("SELECT count(*) FROM imports") == [(0,)]


def test_choices_are_added_where_the_cell_begins_with_a_semicolon(bench: Bench) -> None:
    admin, workspace = bench.desk.admin, bench.desk.workspace
    several = next(
        p
        for p in workspace.definitions.object(admin, "contacts").writable
        if p.type == "multi_enumeration"
    )
    one, two, three = [option.value for option in several.options[:3]]
    ann = bench.desk.contact(email="ann@example.org", **{several.name: f"{one};{two}"})

    header = f"email,{several.name}\n"
    same = bench.run(bench.file(f"{header}ann@example.org,{two};{one}\n"))
    added = bench.run(bench.file(f"{header}ann@example.org,;{three}\nbo@example.org,;{one}\n"))

    assert numbers(same) == (0, 0, 1, 0)
    assert numbers(added) == (1, 1, 0, 0)
    assert bench.desk.value(ann, several.name) == f"{one};{two};{three}"
    assert value(bench, "bo@example.org", several.name) == one


@pytest.mark.parametrize(("address", "is_taken"), [("NEW@example.org", True), ("x@y.org", False)])
def test_an_address_that_somebody_took_since_the_check_is_noticed(
    bench: Bench, address: str, is_taken: bool
) -> None:
    bench.desk.contact(email="ann@example.org")
    workspace = bench.desk.workspace
    path = bench.file("Email,Phone\nann@example.org,1\nnew@example.org,2\n")
    request = workspace.imports.inspect(bench.desk.admin, path).request()
    prepared = workspace.imports._preparer.prepare(request)
    stage = workspace.imports._preparer.fill(prepared)
    with workspace.database.staging(stage.path) as tx:
        settled = settle_import(tx, stage, prepared.rules)

    taken = bench.desk.contact(email=address)

    assert (settled.created, settled.updated) == (1, 1)
    with workspace.database.write(stage=stage.path) as tx:
        assert conflicts(tx, stage, prepared.rules.matching, settled) is is_taken
    # Whoever is deleted for good meanwhile does not come back by a row that was checked before.
    bench.desk.delete(taken)
    bench.desk.purge(taken)
    with workspace.database.write(stage=stage.path) as tx:
        assert conflicts(tx, stage, prepared.rules.matching, settled)


def test_a_new_record_takes_the_address_that_another_row_gives_up(bench: Bench) -> None:
    bench.desk.contact(email="ann@example.org", phone="9")

    done = bench.run(bench.file("Phone,Email\n9,new@example.org\n7,ann@example.org\n"), key="phone")

    assert numbers(done) == (1, 1, 0, 0)
    assert value(bench, "new@example.org", "phone") == "9"
    assert value(bench, "ann@example.org", "phone") == "7"
