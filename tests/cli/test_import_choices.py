"""What ``import`` can be told beside the columns."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from tests.cli.conftest import Terminal


def test_other_records_fixed_values_and_dates(terminal: Terminal, tmp_path: Path):
    terminal("record", "add", "companies", "name=Acme")
    people = tmp_path / "people.csv"
    people.write_text(
        "Email,Firm,Born\nann@example.org,acme,03/04/1990\nbo@example.org,Nobody,\n",
        encoding="utf-8",
    )
    words = ("--associate", "Firm=companies:name", "--static", "city=Oslo", "--date-format")
    shape = ("Born=dmy", "--map", "Born=date_of_birth")

    done = terminal("import", "contacts", str(people), *words, *shape, "--save-template", "Fair")
    assert (done.document["associated"], done.document["not_associated"]) == (1, 1)
    assert done.document["errors"][0]["type"] == "ASSOCIATION_RECORD_NOT_FOUND"
    found = terminal("record", "list", "contacts", "--columns", "city").document["records"]
    assert {each["properties"]["city"] for each in found} == {"Oslo"}

    again = terminal("import", "contacts", str(people), "--template", "fair").document
    assert (again["unchanged"], again["associated"], again["not_associated"]) == (2, 0, 1)
    (kept,) = terminal("import", "templates").document["templates"]
    assert (kept["name"], kept["object"]) == ("Fair", "contacts")
    gone = terminal("import", "templates", "--delete", str(kept["template_id"])).document
    assert gone == {"templates": []}
    assert terminal("import", "contacts", str(people), "--template", "Fair").code == 2


def test_options_of_the_wrong_form_are_refused(terminal: Terminal, tmp_path: Path):
    people = tmp_path / "people.csv"
    people.write_text("Email\nann@example.org\n", encoding="utf-8")
    for words, code in (
        (("--associate", "Firm"), "option_invalid"),
        (("--associate", "Firm=companies"), "column_unknown"),
        (("--static", "city"), "option_invalid"),
        (("--date-format", "dym"), "date_format_unknown"),
    ):
        done = terminal("import", "contacts", str(people), *words)
        assert (done.code, done.document["error"]["code"]) == (2, code)


def test_sheets_of_a_workbook_go_one_after_the_other(terminal: Terminal, tmp_path: Path):
    path = tmp_path / "fair.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        people, firms = book.add_worksheet("People"), book.add_worksheet("Firms")
        for row, cells in enumerate((("Email", "Firm"), ("ann@example.org", "Acme"))):
            people.write_row(row, 0, cells)
        for row, cells in enumerate((("Company name",), ("Acme",))):
            firms.write_row(row, 0, cells)

    done = terminal(
        "import",
        str(path),
        *("--table", "Firms=companies", "--table", "People=contacts"),
        *("--associate", "Firm=companies:name"),
    ).document["imports"]

    assert [(each["object"], each["created"], each["associated"]) for each in done] == [
        ("companies", 1, 0),
        ("contacts", 1, 1),
    ]


_LIKE_DEALS = "Orders.csv looks like deals by its name, not like contacts."
CUSTOMERS = "CustomerID,CompanyName,City\nALFKI,Alfreds,Berlin\nVINET,Vins,Reims\n"
ORDERS = "OrderID,CustomerID,Freight\n10248,VINET,32\n10249,ALFKI,11\n10250,VINET,4\n"


def _northwind(folder: Path) -> tuple[str, str]:
    paths = folder / "Customers.csv", folder / "Orders.csv"
    for path, text in zip(paths, (CUSTOMERS, ORDERS), strict=True):
        path.write_text(text, encoding="utf-8")
    return str(paths[0]), str(paths[1])


def test_two_files_go_in_one_go_by_the_column_they_share(terminal: Terminal, tmp_path: Path):
    customers, orders = _northwind(tmp_path)
    words = ("import", "deals", orders, "--also", f"{customers}=companies", "--shared")

    tried = terminal(*words, "CustomerID", "--dry-run").document["imports"]
    assert [(each["object"], each["created"]) for each in tried] == [("companies", 2), ("deals", 3)]
    assert tried[1]["errors"] == []
    done = terminal(*words, "CustomerID").document["imports"]
    assert [(each["object"], each["associated"]) for each in done] == [
        ("companies", 0),
        ("deals", 3),
    ]
    refused = terminal(*words, "Freight")
    assert (refused.code, refused.document["error"]["code"]) == (2, "shared_column_unknown")
    refused = terminal(*words, "CustomerID", "--errors", str(tmp_path / "refused.csv"))
    assert refused.document["error"]["code"] == "errors_of_several"


def test_of_several_tables_those_that_have_the_key_are_found_by_it(
    terminal: Terminal, tmp_path: Path
):
    customers, orders = _northwind(tmp_path)
    terminal("import", "companies", customers, "--key", "name")
    words = ("import", "deals", orders, "--also", f"{customers}=companies")
    words += ("--shared", "CustomerID", "--key")

    companies, deals = terminal(*words, "name").document["imports"]

    assert (companies["created"], companies["unchanged"]) == (0, 2)
    assert (deals["created"], deals["associated"]) == (3, 3)
    assert terminal("record", "list", "companies").document["total"] == 2
    assert terminal(*words, "phone").error == "key_not_usable"


def test_a_heading_that_names_records_can_be_left_out_and_labelled(
    terminal: Terminal, tmp_path: Path
):
    terminal("record", "add", "companies", "name=Acme")
    people = tmp_path / "contacts.csv"
    people.write_text("Email,Associated Company\nann@example.org,Acme\n", encoding="utf-8")
    words = ("import", "contacts", str(people))

    tried = terminal(*words, "--map", "Associated Company=", "--dry-run").document
    assert tried["left_out"] == [{"column": "Associated Company", "reason": "chosen"}]
    labelled = terminal(*words, "--associate-label", "Associated Company=Boss", "--dry-run")
    assert labelled.document["errors"][0]["type"] == "ASSOCIATION_LABEL_NOT_FOUND"
    assert terminal(*words).document["associated"] == 1


def test_a_file_of_another_object_is_warned_of(terminal: Terminal, tmp_path: Path):
    _, orders = _northwind(tmp_path)

    done = terminal("import", "contacts", orders, "--map", "CustomerID=firstname", "--dry-run")

    assert {"code": "another_object", "message": _LIKE_DEALS} in done.document["warnings"]
