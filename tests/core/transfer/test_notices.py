"""What an import says before it writes, although no row of it is wrong."""

from __future__ import annotations

from dataclasses import replace

from crmdesk.core.transfer.model import (
    HeaderFault,
    ImportMode,
    ImportNotice,
    ImportRequest,
    Preflight,
)
from crmdesk.core.transfer.notices import file_notices
from tests.core.transfer.conftest import Bench, numbers


def _request(bench: Bench, text: str, name: str = "companies.csv") -> ImportRequest:
    imports = bench.desk.workspace.imports
    return imports.inspect(bench.desk.admin, bench.file(text, name)).request()


def _tried(bench: Bench, request: ImportRequest) -> Preflight:
    return bench.desk.workspace.imports.preflight(bench.desk.admin, request)


def test_a_file_by_which_nothing_is_found_says_that_every_row_is_new(bench: Bench) -> None:
    request = _request(bench, "Company name,City\nAcme,Rome\n")

    assert _tried(bench, request).notices == (ImportNotice.NOTHING_FINDS_RECORDS,)
    assert _tried(bench, replace(request, key="name")).notices == ()
    assert _tried(bench, replace(request, mode=ImportMode.CREATE)).notices == ()


def test_a_file_without_names_says_that_its_records_will_have_none(bench: Bench) -> None:
    request = _request(bench, "City,Phone Number\nRome,1\n")

    assert _tried(bench, request).notices == (
        ImportNotice.NOTHING_FINDS_RECORDS,
        ImportNotice.NO_NAME,
    )
    assert _tried(bench, replace(request, mode=ImportMode.UPDATE)).notices == ()


def test_contacts_with_an_address_are_called_by_it(bench: Bench) -> None:
    request = _request(bench, "Email,City\nann@example.org,Rome\n", "contacts.csv")

    assert _tried(bench, request).notices == ()


def test_the_name_is_offered_as_a_key_and_never_taken_unasked(bench: Bench) -> None:
    imports = bench.desk.workspace.imports
    companies = bench.file("Company name,City\nAcme,Rome\n", "companies.csv")
    contacts = bench.file("First name,Last name\nAnn,Lee\n", "contacts.csv")

    found = imports.inspect(bench.desk.admin, companies)
    people = imports.inspect(bench.desk.admin, contacts)

    assert (found.keys, found.key) == (("name",), None)
    # A first name alone is nobody's.
    assert people.keys == ()


def test_records_are_found_by_name_and_a_name_that_two_have_is_an_error(bench: Bench) -> None:
    acme = bench.desk.add("companies", name="Acme")
    twins = [bench.desk.add("companies", name="Twin") for _ in range(2)]
    path = bench.file("Company name,City\nACME,Rome\nTwin,Oslo\nNew,Bonn\n", "companies.csv")

    done = bench.run(path, key="name")

    assert numbers(done) == (1, 1, 0, 1)
    assert bench.problems(done) == [(3, "Company name", "DUPLICATE_ALTERNATE_ID")]
    assert bench.desk.value(acme, "city") == "Rome"
    assert [bench.desk.value(each, "city") for each in twins] == [None, None]


def test_columns_without_a_name_or_with_the_name_of_another_are_told(bench: Bench) -> None:
    imports = bench.desk.workspace.imports
    path = bench.file("Email,,email,City,\na@example.org,x,b@example.org,Rome,y\n")

    found = imports.inspect(bench.desk.admin, path)

    assert [column.fault for column in found.columns] == [
        None,
        HeaderFault.BLANK,
        HeaderFault.REPEATED,
        None,
        HeaderFault.BLANK,
    ]
    assert file_notices(found) == (ImportNotice.BLANK_HEADERS, ImportNotice.REPEATED_HEADERS)


def test_a_file_without_a_heading_has_no_fault_in_it(bench: Bench) -> None:
    imports = bench.desk.workspace.imports
    path = bench.file("a@example.org,1\nb@example.org,2\n")

    found = imports.inspect(bench.desk.admin, path)

    assert found.options.has_header is False
    assert file_notices(found) == ()
