"""What columns and files are about, on the header rows of real exports."""

from __future__ import annotations

import json

import pytest

from crmdesk.core.records.catalogue import PropertyDefinition, load_catalogue
from crmdesk.core.records.headers import fold
from crmdesk.core.records.recognition import (
    MatchedBy,
    RecognisedBy,
    recognise_columns,
    recognise_object,
)
from crmdesk.core.records.suggestion import suggest_property
from crmdesk.core.records.types import PropertyFormat, PropertyType
from crmdesk.core.resources import resource_path

CATALOGUE = load_catalogue()

# Header rows as CRM exports give them, and where each column belongs; None is a column that is
# known but holds no value of the record itself.
EXPORTS = [
    (
        "contacts",
        {
            "Record ID": "hs_object_id",
            "First Name": "firstname",
            "Last Name": "lastname",
            "Email": "email",
            "Phone Number": "phone",
            "Lead Status": "hs_lead_status",
            "Create Date": "createdate",
            "Associated Company": None,
            "Country/Region": "country",
            "Contact owner": "hubspot_owner_id",
        },
    ),
    (
        "contacts",
        {
            "Record ID": "hs_object_id",
            "First Name": "firstname",
            "Last Name": "lastname",
            "Email": "email",
            "Phone Number": "phone",
            "Job Title": "jobtitle",
            "Company Name": "company",
            "Contact owner": "hubspot_owner_id",
        },
    ),
    (
        "contacts",
        {
            "Record ID - Contact": "hs_object_id",
            "First Name": "firstname",
            "Last Name": "lastname",
            "Email": "email",
            "Phone number": "phone",
            "Contact owner": "hubspot_owner_id",
            "Company name": "company",
        },
    ),
    (
        "contacts",
        {
            "Record ID": "hs_object_id",
            "First Name": "firstname",
            "Last Name": "lastname",
            "Email": "email",
            "Phone Number": "phone",
            "Associated Company IDs": None,
        },
    ),
    (
        "contacts",
        {
            "Record ID": "hs_object_id",
            "Email": "email",
            "Contact owner": "hubspot_owner_id",
            "Lifecycle Stage": "lifecyclestage",
            "Country/Region": "country",
            "Last Activity Date": "notes_last_updated",
        },
    ),
    (
        "companies",
        {
            "Record ID": "hs_object_id",
            "Company name": "name",
            "Domain": "domain",
            "Company owner": "hubspot_owner_id",
            "Industry": "industry",
        },
    ),
    (
        "companies",
        {
            "Record ID": "hs_object_id",
            "Company Name": "name",
            "Company Domain Name": "domain",
            "Company Owner": "hubspot_owner_id",
            "Industry": "industry",
            "Create Date": "createdate",
            "Last Activity Date": "notes_last_updated",
        },
    ),
    (
        "deals",
        {
            "Record ID": "hs_object_id",
            "Deal Name": "dealname",
            "Deal Stage": "dealstage",
            "Amount": "amount",
            "Deal owner": "hubspot_owner_id",
            "Close Date": "closedate",
            "Create Date": "createdate",
            "Last Activity Date": "notes_last_updated",
        },
    ),
    (
        "deals",
        {
            "Record ID": "hs_object_id",
            "Deal Name": "dealname",
            "Deal Stage": "dealstage",
            "Amount": "amount",
            "Deal owner": "hubspot_owner_id",
            "Associated Company IDs": None,
            "Associated Contact IDs": None,
        },
    ),
    (
        "deals",
        {
            "Record ID": "hs_object_id",
            "Deal Name": "dealname",
            "Deal Stage": "dealstage",
            "Date entered stage": None,
            "Date left stage": None,
            "Original Source": "hs_analytics_source",
            "Amount": "amount",
            "Deal owner": "hubspot_owner_id",
        },
    ),
    (
        "calls",
        {
            "Record ID": "hs_object_id",
            "Activity type": None,
            "Title": "hs_call_title",
            "Body": "hs_call_body",
            "Activity date": "hs_timestamp",
            "Activity assigned to": "hubspot_owner_id",
            "Associated Contact IDs": None,
            "Associated Company IDs": None,
            "Associated Deal IDs": None,
        },
    ),
]

NORTHWIND = {
    "Customers.csv": (
        "companies",
        {
            "CustomerID": None,
            "CompanyName": "name",
            "ContactName": None,
            "ContactTitle": None,
            "Address": "address",
            "City": "city",
            "Region": "state",
            "PostalCode": "zip",
            "Country": "country",
            "Phone": "phone",
            "Fax": None,
        },
    ),
    "Suppliers.csv": (
        "companies",
        {"SupplierID": None, "CompanyName": "name", "Phone": "phone", "HomePage": "website"},
    ),
    "Products.csv": (
        "products",
        {
            "ProductID": "hs_sku",
            "ProductName": "name",
            "SupplierID": None,
            "QuantityPerUnit": None,
            "UnitPrice": "price",
            "UnitsInStock": "quantity",
            "Discontinued": None,
        },
    ),
    "Orders.csv": (
        "deals",
        {
            "OrderID": "dealname",
            "CustomerID": None,
            "OrderDate": "closedate",
            "RequiredDate": None,
            "Freight": None,
            "ShipName": None,
            "ShipCountry": None,
        },
    ),
}


def _match(object_name, headers, samples=()):
    definition = CATALOGUE.object(object_name)
    return recognise_columns(headers, samples, definition, definition.properties)


def _mapped(matches):
    return {m.header: m.property.name if m.property else None for m in matches}


@pytest.mark.parametrize(("object_name", "expected"), EXPORTS)
def test_every_header_of_an_export_goes_where_it_belongs(object_name, expected):
    matches = _match(object_name, list(expected))
    assert _mapped(matches) == expected
    assert all(match.how is not MatchedBy.NOTHING for match in matches)


@pytest.mark.parametrize(("object_name", "expected"), EXPORTS)
def test_an_export_is_recognised_by_its_headers_alone(object_name, expected):
    found = recognise_object("data.csv", list(expected), CATALOGUE)
    assert found == (object_name, RecognisedBy.HEADERS)


@pytest.mark.parametrize(("object_name", "expected"), EXPORTS)
def test_case_spaces_and_a_byte_order_mark_do_not_matter(object_name, expected):
    changed = {f"\ufeff {header.upper()}  ": name for header, name in expected.items()}
    assert _mapped(_match(object_name, list(changed))) == changed


@pytest.mark.parametrize("definition", CATALOGUE.objects, ids=lambda each: each.name)
def test_every_property_is_found_by_internal_name_and_by_label(definition):
    for wanted in ("name", "label"):
        headers = [getattr(p, wanted) for p in definition.properties]
        matches = recognise_columns(headers, [], definition, definition.properties)
        assert [m.property and m.property.name for m in matches] == [
            p.name for p in definition.properties
        ]


@pytest.mark.parametrize("definition", CATALOGUE.objects, ids=lambda each: each.name)
def test_every_other_known_column_is_proposed_with_its_type(definition):
    headers = [p.name for p in definition.known_properties]
    matches = recognise_columns(headers, [], definition, definition.properties)
    assert [m.suggestion for m in matches] == list(definition.known_properties)
    assert {m.how for m in matches} <= {MatchedBy.KNOWN_COLUMN}


@pytest.mark.parametrize("file_name", NORTHWIND)
def test_tables_of_another_program_map_by_what_their_columns_are_called(file_name):
    object_name, expected = NORTHWIND[file_name]
    assert recognise_object(file_name, list(expected), CATALOGUE)[0] == object_name
    matches = _match(object_name, list(expected))
    assert _mapped(matches) == expected
    assert all(m.suggestion for m in matches if m.property is None)


@pytest.mark.parametrize(
    ("file_name", "object_name"),
    [
        ("hubspot-crm-exports-all-deals-2024-03-01.csv", "deals"),
        ("hubspot-crm-exports-all-contacts-2024-03-01-1.csv", "contacts"),
        ("hubspot-crm-exports-all-companies-2024-03-01-2.csv", "companies"),
        ("hubspot-crm-exports-all-tickets-2024-03-01.csv", "tickets"),
        ("companies.csv", "companies"),
        ("backup/2024/tasks.csv", "tasks"),
        (r"C:\data\Phone Calls (2).XLSX", "calls"),
    ],
)
def test_an_object_is_recognised_by_the_file_name(file_name, object_name):
    found = recognise_object(file_name, [], CATALOGUE)
    assert found == (object_name, RecognisedBy.FILE_NAME)


def test_a_file_about_nothing_known_is_not_guessed():
    assert recognise_object(
        "hubspot-crm-exports-all-records-2024.csv", ["Colour", "Weight"], CATALOGUE
    ) == (None, RecognisedBy.NOTHING)


def test_german_headings_go_to_their_properties():
    headers = ["Vorname", "Nachname", "E-Mail", "Telefon", "Firma", "STRASSE", "PLZ", "Ort", "Land"]
    names = [match.property and match.property.name for match in _match("contacts", headers)]
    assert names == [
        *("firstname", "lastname", "email", "phone", "company", "address", "zip", "city", "country")
    ]
    deals = _match("deals", ["Auftrag", "Betrag", "Währung", "Phase", "Abschlussdatum"])
    assert [match.property and match.property.name for match in deals] == [
        *("dealname", "amount", "deal_currency_code", "dealstage", "closedate")
    ]
    assert recognise_object("Kunden 2026.csv", [], CATALOGUE)[0] == "companies"
    assert recognise_object("liste.csv", headers, CATALOGUE)[0] == "contacts"


def test_every_word_of_another_language_is_one_propertys_alone():
    for path in resource_path("catalogue", "headings").glob("*.json"):
        for name, words in json.loads(path.read_text(encoding="utf-8")).items():
            known = {each.name for each in CATALOGUE.object(name).properties}
            folded = [fold(text) for texts in words["headings"].values() for text in texts]
            assert set(words["headings"]) <= known
            assert len(folded) == len(set(folded)), name


def test_a_custom_object_is_recognised_by_its_label():
    horses = CATALOGUE.custom("horses", "Race horse", "Race horses")
    found = recognise_object("all-race-horses-2024.csv", [], CATALOGUE, [horses])
    assert found == ("horses", RecognisedBy.FILE_NAME)


def test_an_object_behind_a_header_counts_only_when_it_is_the_one_in_hand():
    matches = _match("contacts", ["Email [Contact]", "Phone [Company]", "Amount [Deal]"])
    assert _mapped(matches) == {
        "Email [Contact]": "email",
        "Phone [Company]": None,
        "Amount [Deal]": None,
    }


def test_of_two_columns_for_one_property_the_surer_wins_and_the_other_stays_visible():
    matches = _match("contacts", ["Mail", "Email", "E-mail"])
    assert [m.property and m.property.name for m in matches] == [None, "email", None]
    assert [m.how for m in matches] == [
        MatchedBy.DUPLICATE,
        MatchedBy.INTERNAL_NAME,
        MatchedBy.DUPLICATE,
    ]


def test_two_columns_never_propose_the_same_known_property():
    matches = _match("deals", ["Days to close", "days_to_close"])
    assert [m.how for m in matches] == [MatchedBy.KNOWN_COLUMN, MatchedBy.DUPLICATE]


def test_a_label_two_properties_share_is_not_guessed():
    definition = CATALOGUE.object("contacts")
    twins = [
        PropertyDefinition("size_a", "Size", PropertyType.STRING),
        PropertyDefinition("size_b", "Size", PropertyType.STRING),
    ]
    (match,) = recognise_columns(["Size"], [], definition, twins)
    assert match.property is None


def test_a_custom_property_is_matched_like_any_other():
    definition = CATALOGUE.object("contacts")
    shoe = PropertyDefinition("shoe_size", "Shoe size (EU)", PropertyType.NUMBER)
    (match,) = recognise_columns(["Shoe Size (EU)"], [], definition, [shoe])
    assert match.property is shoe


def test_two_unknown_columns_are_never_proposed_under_one_name():
    matches = _match("contacts", ["Shoe size", "Shoe-Size"])
    names = [m.suggestion.name for m in matches if m.suggestion]
    assert names == ["shoe_size", "shoe_size_2"]


@pytest.mark.parametrize(
    ("samples", "value_type"),
    [
        ([], PropertyType.STRING),
        (["1", "2.5", ""], PropertyType.NUMBER),
        (["0012", "0455"], PropertyType.STRING),
        (["0.5", "0"], PropertyType.NUMBER),
        (["100000000000000001"], PropertyType.STRING),
        (["yes", "No"], PropertyType.BOOL),
        (["1996-07-04 00:00:00.000", "1996-08-01 00:00:00.000"], PropertyType.DATE),
        (["1996-07-04 12:30"], PropertyType.DATETIME),
        (["31/12/2024", "01/02/2024"], PropertyType.DATE),
        (["red", "blue"] * 5, PropertyType.ENUMERATION),
        (["red", "blue", "red"], PropertyType.STRING),
        (["12 Main Street", "3/4 High Road"], PropertyType.STRING),
    ],
)
def test_a_type_is_proposed_that_loses_nothing_of_the_samples(samples, value_type):
    assert suggest_property("Column", samples).type is value_type


def test_a_choice_is_proposed_with_the_options_found():
    options = suggest_property("Colour", ["red", "blue"] * 5).options
    assert [option.value for option in options] == ["blue", "red"]


def test_phone_numbers_and_long_texts_are_proposed_as_what_they_are():
    assert suggest_property("Fax", ["(5) 555-3745"]).type is PropertyType.PHONE
    assert suggest_property("Remarks", ["one\ntwo"]).format is PropertyFormat.MULTILINE


@pytest.mark.parametrize("header", ["", " ", "\x07", "😀", "x" * 500, "ShipPostalCode"])
def test_any_header_gives_a_proposal_that_can_be_created(header):
    proposal = suggest_property(header, [])
    assert proposal.name
    assert 0 < len(proposal.label) <= 255
