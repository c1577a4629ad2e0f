"""Several imports in one job."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.transfer.model import AssociationColumn, FileOptions, ImportRequest
from tests.core.transfer.conftest import Bench


def _book(bench: Bench) -> Path:
    path = bench.folder / "fair.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in (
            ("People", (("Email", "Firm"), ("ann@example.org", "Acme"))),
            ("Firms", (("Company name", "City"), ("Acme", "Rome"))),
        ):
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return path


def _sheet(bench: Bench, path: Path, sheet: str, object_name: str) -> ImportRequest:
    options = FileOptions(sheet, object_name)
    return bench.desk.workspace.imports.inspect(bench.desk.admin, path, options).request()


def _both(bench: Bench) -> list[ImportRequest]:
    path = _book(bench)
    people = _sheet(bench, path, "People", "contacts")
    firm = AssociationColumn("Firm", "companies", "name")
    return [_sheet(bench, path, "Firms", "companies"), replace(people, associations=(firm,))]


def test_one_sheet_names_the_records_that_the_other_makes(bench: Bench) -> None:
    imports = bench.desk.workspace.imports
    firms, people = imports.start_together(bench.desk.admin, _both(bench))

    bench.done(firms)

    found = [imports.show(bench.desk.admin, each) for each in (firms, people)]
    assert [each.state for each in found] == [JobState.SUCCEEDED] * 2
    assert [each.name for each in found] == ["fair.xlsx - Firms", "fair.xlsx - People"]
    assert found[0].group_id == found[1].group_id is not None
    assert (found[1].created, found[1].associated) == (1, 1)


def test_each_is_undone_by_itself_the_last_one_first(bench: Bench) -> None:
    desk, undos = bench.desk, bench.desk.workspace.import_undos
    ids = desk.workspace.imports.start_together(desk.admin, _both(bench))
    bench.done(ids[0])

    assert undos.plan(desk.admin, ids[0]).left_alone == {"associated_since": 1}
    for import_id in reversed(ids):
        bench.done(undos.start(desk.admin, import_id, undos.plan(desk.admin, import_id).hash))

    for table in ("obj_contacts", "obj_companies"):
        assert desk.sql(f"SELECT count(*) FROM {table} WHERE archived_at IS NULL") == [(0,)]


def test_where_one_fails_those_before_it_stand(bench: Bench) -> None:
    imports = bench.desk.workspace.imports
    requests = _both(bench)
    later = bench.file("Email\nbo@example.org\n", "later.csv")
    requests.append(imports.inspect(bench.desk.admin, later).request())
    ids = imports.start_together(bench.desk.admin, requests)
    later.write_text("Email\ncy@example.org\n", encoding="utf-8")

    with pytest.raises(UserError) as refused:
        bench.done(ids[0])

    assert refused.value.code == "file_changed"
    states = [imports.show(bench.desk.admin, each).state for each in ids]
    assert states == [JobState.SUCCEEDED, JobState.SUCCEEDED, JobState.FAILED]


def test_what_an_earlier_sheet_makes_counts_as_found_before_it_is_made(bench: Bench) -> None:
    imports = bench.desk.workspace.imports

    for tried in (imports.preflight_together, imports.dry_run_together):
        firms, people = tried(bench.desk.admin, _both(bench))
        assert (firms.created, people.created, people.associations) == (1, 1, 1)
        assert people.problems == ()
    (alone,) = imports.preflight_together(bench.desk.admin, _both(bench)[1:])
    assert alone.associations == 0
    assert [group.type for group in alone.problems] == ["ASSOCIATION_RECORD_NOT_FOUND"]


def test_a_name_that_comes_to_stand_twice_is_told_before(bench: Bench) -> None:
    bench.desk.add("companies", name="Acme")
    requests = _both(bench)

    _, people = bench.desk.workspace.imports.preflight_together(bench.desk.admin, requests)

    assert [group.type for group in people.problems] == ["ASSOCIATION_RECORD_AMBIGUOUS"]


def test_what_lies_beyond_the_rows_that_are_tried_is_left_open(bench: Bench) -> None:
    firms = "Company name\n" + "".join(f"Firm {number}\n" for number in range(1_200))
    first = bench.file(firms, "companies.csv")
    second = bench.file("Email,Firm\nann@a.org,Firm 7\nbo@a.org,Firm 1100\n", "people.csv")
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    people = replace(
        imports.inspect(admin, second).request(),
        associations=(AssociationColumn("Firm", "companies", "name"),),
    )
    requests = [imports.inspect(admin, first).request(), people]

    assert [each.associations for each in imports.preflight_together(admin, requests)] == [0, 1]
    assert imports.preflight_together(admin, requests)[1].problems == ()
    assert imports.dry_run_together(admin, requests)[1].associations == 2
