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
