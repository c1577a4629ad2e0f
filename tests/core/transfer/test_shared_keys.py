"""A column that two tables share associates their records."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.transfer.model import AssociationColumn, Import, ImportRequest
from crmdesk.core.transfer.shared_keys import (
    SharedColumn,
    TableTogether,
    in_order,
    keys_of,
    link_by_key,
    share_key,
    shared_columns,
)
from tests.core.transfer.conftest import Bench

CUSTOMERS = "CustomerID,CompanyName,City\nALFKI,Alfreds,Berlin\nVINET,Vins,Reims\n"
ORDERS = "OrderID,CustomerID,Freight\n10248,VINET,32\n10249,ALFKI,11\n10250,VINET,4\n"


def _tables(bench: Bench, *paths: Path) -> tuple[list[TableTogether], list[ImportRequest]]:
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    found = [imports.inspect(admin, path) for path in paths]
    types = {each.name: each for each in bench.desk.workspace.definitions.objects(admin)}
    tables = [TableTogether(e, types[e.object_name or ""], e.mapping) for e in found]
    return tables, [each.request() for each in found]


def _northwind(bench: Bench) -> tuple[list[TableTogether], list[ImportRequest]]:
    return _tables(bench, bench.file(ORDERS, "Orders.csv"), bench.file(CUSTOMERS, "Customers.csv"))


def _done(bench: Bench, requests: list[ImportRequest]) -> list[Import]:
    imports, admin = bench.desk.workspace.imports, bench.desk.admin
    ids = imports.start_together(admin, [requests[place] for place in in_order(requests)])
    bench.done(ids[0])
    return [imports.show(admin, each) for each in ids]


def test_the_customers_of_orders_are_found_by_the_number_both_tables_have(bench: Bench) -> None:
    tables, requests = _northwind(bench)
    (shared,) = shared_columns(tables, 0)
    assert shared == SharedColumn("CustomerID", 1, "CustomerID")
    assert shared_columns(tables, 1) == []

    companies, deals = _done(bench, share_key(requests, tables, 0, shared))

    assert (companies.object_name, companies.created) == ("companies", 2)
    assert (deals.created, deals.associated, deals.not_associated) == (3, 3, 0)


def test_the_same_numbers_of_another_list_do_not_disturb(bench: Bench) -> None:
    bench.run(bench.file("Record ID,Company name\nVINET,Another\n", "Partners.csv"))
    tables, requests = _northwind(bench)

    _, deals = _done(bench, share_key(requests, tables, 0, shared_columns(tables, 0)[0]))

    assert (deals.associated, deals.not_associated) == (3, 0)


def test_the_trial_knows_the_numbers_before_they_are_written(bench: Bench) -> None:
    tables, requests = _northwind(bench)
    linked = share_key(requests, tables, 0, shared_columns(tables, 0)[0])

    tried = bench.desk.workspace.imports.preflight_together(
        bench.desk.admin, [linked[place] for place in in_order(linked)]
    )

    assert [each.associations for each in tried] == [0, 3]


def test_a_key_that_goes_to_the_name_is_found_by_it(bench: Bench) -> None:
    tables, _ = _tables(
        bench,
        bench.file("Email,Firm\nann@a.org,Vins\n", "people.csv"),
        bench.file(CUSTOMERS, "Customers.csv"),
    )

    link, mapping = link_by_key("Firm", tables[1], "CompanyName")

    assert link == AssociationColumn("Firm", "companies", "name")
    assert mapping == tables[1].mapping


def test_a_name_that_is_shared_finds_the_record_that_is_there_already(bench: Bench) -> None:
    bench.desk.add("companies", name="Alfreds")
    firms = bench.file("Company name,City\nAlfreds,Berlin\nVins,Reims\n", "Firms.csv")
    people = bench.file("Email,Company name\na@x.example,Alfreds\nb@x.example,Vins\n", "People.csv")
    tables, requests = _tables(bench, people, firms)
    assert requests[1].key is None

    linked = share_key(requests, tables, 0, SharedColumn("Company name", 1, "Company name"))

    assert linked[1].key == "name"
    companies, contacts = _done(bench, linked)
    assert (companies.created, companies.updated) == (1, 1)
    assert (contacts.created, contacts.associated, contacts.not_associated) == (2, 2, 0)


def test_columns_that_do_not_tell_rows_apart_are_no_keys(bench: Bench) -> None:
    text = "CustomerID,CompanyName,City,Group\nA,Acme,Rome,1\nB,Bolt,Rome,1\n"
    tables, _ = _tables(bench, bench.file(text, "Customers.csv"))

    assert keys_of(tables[0]) == ["CustomerID", "CompanyName"]
    with pytest.raises(UserError) as refused:
        link_by_key("Group", tables[0], "Group")
    assert refused.value.code == "key_column_not_usable"


def test_who_is_named_goes_first_and_a_circle_keeps_its_order() -> None:
    def asks(name: str, *others: str) -> ImportRequest:
        links = tuple(AssociationColumn(other, other) for other in others)
        return ImportRequest("x.csv", name, associations=links)

    assert in_order([asks("deals", "contacts"), asks("contacts", "companies")]) == [1, 0]
    three = [asks("deals", "contacts"), asks("contacts", "companies"), asks("companies")]
    assert in_order(three) == [2, 1, 0]
    assert in_order([asks("deals", "contacts"), asks("contacts", "deals")]) == [0, 1]
