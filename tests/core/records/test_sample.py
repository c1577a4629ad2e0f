"""The demonstration's data: the same every time, and readable by our own import."""

from __future__ import annotations

import csv
from itertools import islice

import pytest

from crmdesk.core.records.catalogue import STANDARD_OBJECTS, load_catalogue
from crmdesk.core.records.choices import Owner
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.recognition import recognise_columns, recognise_object
from crmdesk.core.records.sample import believable_data, write_sample_files
from crmdesk.core.records.values import ValueContext, column_parser

CATALOGUE = load_catalogue()
OWNERS = ("ann@mail.example", "bo@mail.example")


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    def first_rows(seed):
        return [list(islice(rows, 5)) for rows in believable_data(40, seed).values()]

    assert first_rows(1) == first_rows(1)
    assert first_rows(1) != first_rows(2)


def test_every_object_has_rows_and_contacts_are_as_many_as_asked():
    data = {name: list(rows) for name, rows in believable_data(120, 7).items()}
    assert set(data) == set(STANDARD_OBJECTS)
    assert all(data.values())
    assert len(data["contacts"]) == 120


def test_rows_are_made_one_at_a_time_however_many_are_asked_for():
    contacts = believable_data(10**9, 1)["contacts"]
    assert next(contacts)["email"].endswith(".example")


@pytest.mark.parametrize(("object_name", "name"), [("contacts", "email"), ("companies", "domain")])
def test_no_two_share_an_address(object_name, name):
    values = [row[name].lower() for row in believable_data(12_000, 3)[object_name]]
    assert len(set(values)) == len(values)


def test_every_value_is_canonical_and_belongs_to_a_property_that_can_be_written():
    for object_name, rows in believable_data(200, 5, ["1"]).items():
        definition = CATALOGUE.object(object_name)
        parsers = {p.name: column_parser(p) for p in definition.properties if not p.calculated}
        for row in rows:
            assert {name: parsers[name](value) for name, value in row.items()} == row
            assert all(row.get(p.name) for p in definition.properties if p.required)


def test_the_files_are_recognised_mapped_and_read_without_a_question(tmp_path):
    context = ValueContext(
        date_order=DateOrder.YEAR_FIRST, owners=tuple(Owner(o, o, o) for o in OWNERS)
    )
    paths = write_sample_files(tmp_path / "new folder", 150, 11, OWNERS)
    assert {path.stem for path in paths} == set(STANDARD_OBJECTS)
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            headers, *rows = csv.reader(file)
        name, _ = recognise_object(path.name, headers, CATALOGUE)
        assert name == path.stem
        definition = CATALOGUE.object(name)
        matches = recognise_columns(headers, rows, definition, definition.properties)
        for match, column in zip(matches, zip(*rows, strict=True), strict=True):
            assert match.property is not None, match
            assert column_parser(match.property, context).parse_many(column)[1] == []


def test_without_owners_the_files_have_no_owner_column(tmp_path):
    for path in write_sample_files(tmp_path, 10, 1):
        assert "owner" not in path.read_text(encoding="utf-8").splitlines()[0].lower()
