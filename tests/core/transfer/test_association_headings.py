"""Columns that name other records by their heading."""

from __future__ import annotations

import pytest

from crmdesk.core.transfer.model import FileOptions, ObjectKnownBy
from tests.core.transfer.conftest import Bench


@pytest.mark.parametrize(
    ("object_name", "header", "cell", "named"),
    [
        ("contacts", "Associated Company", "Acme", ("companies", "name")),
        ("contacts", "Associated Company", "8001;8002", ("companies", "hs_object_id")),
        ("contacts", "Associated Company IDs", "8001", ("companies", "hs_object_id")),
        ("contacts", "Primary Associated Company ID", "8001", ("companies", "hs_object_id")),
        ("contacts", "Company ID", "8001", ("companies", "hs_object_id")),
        ("deals", "Associated Contact IDs", "8001;8002", ("contacts", "hs_object_id")),
        ("deals", "Associated Contact", "ann@a.org;bo@a.org", ("contacts", "email")),
        ("deals", "Record ID - Company", "8001", ("companies", "hs_object_id")),
        ("tasks", "Deal associations", "Rattlesnake", ("deals", "dealname")),
        ("contacts", "Associated Contact IDs", "7", ("contacts", "hs_object_id")),
        # A contact's own id and name are no other record, and a bare name is a value.
        ("contacts", "Contact ID", "7", None),
        ("contacts", "Company name", "Acme", None),
        ("deals", "Company", "Acme", None),
        # First and last name are two columns: such a text finds nobody.
        ("deals", "Associated Contact", "Ann Devon", None),
        ("deals", "CustomerID", "ALFKI", None),
    ],
)
def test_a_heading_says_which_records_its_cells_name(
    bench: Bench, object_name: str, header: str, cell: str, named: tuple[str, str] | None
) -> None:
    path = bench.file(f"Other\t{header}\ny\t{cell}\n", "x.csv")
    desk, options = bench.desk, FileOptions(object_name=object_name, delimiter="\t")

    found = desk.workspace.imports.inspect(desk.admin, path, options)

    (association,) = found.associations or (None,)
    got = None if association is None else (association.object_name, association.property)
    assert got == named


def test_an_export_with_ids_is_associated_as_it_comes(bench: Bench) -> None:
    companies = "Record ID,Company name\n8001,Acme\n8002,Globex\n"
    contacts = "Record ID,Email,Associated Company IDs\n1,ann@a.org,8001;8002\n2,bo@a.org,9\n"
    bench.run(bench.file(companies, "hubspot-crm-exports-all-companies-2026-11-22.csv"))

    done = bench.run(bench.file(contacts, "hubspot-crm-exports-all-contacts-2026-11-22.csv"))

    assert (done.created, done.associated, done.not_associated) == (2, 2, 1)
    assert bench.problems(done) == [
        (3, "Associated Company IDs", "ASSOCIATION_RECORD_NOT_FOUND"),
    ]


def test_a_column_that_names_records_becomes_no_property_unasked(bench: Bench) -> None:
    path = bench.file("Email,Company ID,Shoe size\nann@a.org,8001,38\n", "contacts.csv")
    desk = bench.desk

    found = desk.workspace.imports.inspect(desk.admin, path)

    new = found.request(create_properties=True).new_properties
    assert [each.label for each in new] == ["Shoe size"]


def test_a_file_says_what_it_looks_like_beside_what_was_chosen(bench: Bench) -> None:
    path = bench.file("OrderID,Freight\n1,2\n", "Orders.csv")
    imports, admin = bench.desk.workspace.imports, bench.desk.admin

    chosen = imports.inspect(admin, path, FileOptions(object_name="contacts"))

    assert (chosen.object_name, chosen.known_by) == ("contacts", ObjectKnownBy.CHOSEN)
    assert (chosen.looks_like, chosen.looks_by) == ("deals", ObjectKnownBy.FILE_NAME)
    assert chosen.another_object == "deals"
    assert imports.inspect(admin, path).another_object is None
