"""Exports on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import EMAIL, Terminal


def test_an_export_is_made_listed_saved_and_accounted_for(
    terminal: Terminal, tmp_path: Path
) -> None:
    for name, city in (("Ann", "Oslo"), ("Bo", "Rome")):
        terminal("record", "add", "contacts", f"email={name}@a.example", f"city={city}")
    words = ("--filter", "city:eq:Oslo", "--columns", "email,city", "--name", "Oslo")

    made = terminal("export", "create", "contacts", *words).document
    assert (made["state"], made["records"], made["source"]) == ("succeeded", 1, "Contacts")
    out = tmp_path / "oslo.csv"
    terminal("export", "download", made["export_id"], "--out", str(out))

    assert out.read_text("utf-8").splitlines()[0] == '"Record ID","Email","City"'
    assert "ann@a.example" in out.read_text("utf-8").lower()
    (listed,) = terminal("export", "list").document["exports"]
    assert (listed["export_id"], listed["name"]) == (made["export_id"], "Oslo")
    shown = terminal("export", "show", made["export_id"]).document["request"]
    assert (shown["filters"], shown["columns"]) == ([["city:eq:Oslo"]], ["email", "city"])
    told = terminal.plainly("export", "show", made["export_id"]).out
    assert "Filter: city:eq:Oslo\nColumns: email, city\n" in told
    (saved,) = terminal("export", "history", made["export_id"]).document["downloads"]
    both = ("--view", "Romans", "--filter", "city:eq:Oslo")
    assert terminal("export", "create", "contacts", *both).error == "usage"
    summed = terminal("export", "summary").document
    assert (summed["exports"], summed["this_month"]["records"]) == (1, made["records"])
    assert [(each["user"], each["records"]) for each in summed["by_user"]] == [(saved["user"], 1)]
    assert summed["days"][-1]["exports"] == summed["exporters"][0]["exports"] == 1
    told = terminal.plainly("export", "summary", "--months", "2").out
    assert told.startswith("1 export of 1 record in 30 days.")
    assert told.splitlines()[-1].split()[-2:] == ["1", "1"]
    copy = tmp_path / "copy.csv"
    words = ("export", "create", "contacts", "--out", str(copy))
    assert terminal(*words, "--no-wait").code == 2
    again = terminal(*words, "--columns", "email").document
    assert (again["file"], copy.is_file()) == (str(copy), True)
    assert len(terminal("export", "history", again["export_id"]).document["downloads"]) == 1
    assert terminal(*words).error == "file_exists"


def test_a_saved_view_is_exported_by_its_name(terminal: Terminal) -> None:
    for city in ("Oslo", "Rome"):
        terminal("record", "add", "contacts", f"email={city}@a.example", f"city={city}")
    terminal("view", "add", "contacts", "Romans", "--filter", "city:eq:Rome")

    made = terminal("export", "create", "contacts", "--view", "romans").document

    assert (made["source_kind"], made["source"], made["records"]) == ("view", "Romans", 1)
    assert terminal("export", "create", "contacts", "--view", "none").error == "view_unknown"


def test_a_guarded_file_comes_back_as_it_was(terminal: Terminal, tmp_path: Path) -> None:
    words = ("companies", "domain=firm.example", "description==1+1")
    firm = terminal("record", "add", *words).document["id"]
    made = terminal(
        "export", "create", "companies", "--columns", "domain,description", "--for-spreadsheet"
    ).document
    out = tmp_path / "companies.csv"
    terminal("export", "download", made["export_id"], "--out", str(out))
    out.write_bytes(out.read_bytes() + b'"9","other.example",""\r\n')

    for option, description in (("--as-written", "'=1+1"), ("--for-spreadsheet", "=1+1")):
        terminal("import", "companies", str(out), "--key", "domain", option)
        found = terminal("record", "get", "companies", str(firm)).document
        assert found["properties"]["description"] == description


def test_a_notice_of_large_exports_is_set_and_switched_off(terminal: Terminal) -> None:
    assert terminal("export", "threshold").document == {"threshold": None}
    assert terminal("export", "threshold", "1000").document == {"threshold": 1000}
    refused = terminal("export", "threshold", "275001")
    assert (refused.code, refused.error) == (1, "threshold_invalid")
    assert terminal("export", "threshold", "many").code == 2
    assert terminal("export", "threshold", "off").document == {"threshold": None}


def test_the_list_is_narrowed_and_read_by_pages(terminal: Terminal) -> None:
    ids = [
        str(terminal("record", "add", "contacts", f"email={who}@a.example").document["id"])
        for who in ("ann", "bo")
    ]
    chosen = ("--id", ids[1], "--id", "999")
    assert (
        terminal("export", "create", "contacts", *chosen, "--name", "Bo").document["records"] == 1
    )
    terminal("export", "create", "companies", "--name", "Firms")
    terminal("export", "users")

    def names(*words: str) -> list[str]:
        return [each["name"] for each in terminal("export", "list", *words).document["exports"]]

    assert names("--source", "users", "--source", "object", "--search", "B") == ["Bo"]
    assert names("--user", EMAIL, "--state", "succeeded") == ["Users", "Firms", "Bo"]
    assert names("--until", "2001-01-01") == []
    page = terminal("export", "list", "--limit", "2").document
    assert (page["total"], len(page["exports"])) == (3, 2)
    assert names("--since", "2001-01-01", "--after", page["next"]) == ["Bo"]
    assert terminal("export", "list", "--state", "done").code == 2
    assert terminal("export", "list", "--after", "none").error == "export_unknown"
    assert terminal("export", "create", "contacts", *chosen, "--segment", "North").error == "usage"
    wrong = terminal("export", "create", "contacts", "--headers", "labels").document["error"]
    assert wrong["message"] == "--headers does not take “labels”."


def test_what_cannot_be_exported_is_refused_in_one_sentence(terminal: Terminal) -> None:
    assert terminal("export", "create", "boats").error == "object_unknown"
    assert terminal("export", "create", "contacts", "--columns", "none").error == (
        "property_unknown"
    )
    assert terminal("export", "create", "contacts", "--format", "pdf").code == 2
    assert terminal("export", "cancel", "none").error == "export_unknown"


def test_a_text_that_no_cell_holds_is_told_of(terminal: Terminal) -> None:
    terminal("record", "add", "companies", "domain=firm.example", f"description={'x' * 32_768}")

    told = terminal.plainly("export", "create", "companies", "--format", "xlsx").out

    assert "The sheet “Long values” has the rest." in told


def test_the_log_the_users_and_a_history_leave_as_files_too(
    terminal: Terminal, tmp_path: Path
) -> None:
    ann = str(terminal("record", "add", "contacts", "email=ann@a.example").document["id"])
    terminal("record", "set", "contacts", ann, "city=Oslo")
    history = ("property-history", "contacts", ann, "city", "--columns", "old,new")

    log = terminal("export", "audit-log", "--action", "update", "--by", EMAIL).document
    people = terminal("export", "users", "--format", "xlsx", "--name", "Who").document
    values = terminal("export", *history, "--headers", "name").document

    assert [each["source_kind"] for each in (log, people, values)] == [
        "audit_log",
        "users",
        "property_history",
    ]
    assert (people["name"], people["records"], people["source"]) == ("Who", 1, "Users")
    assert set(log) == set(terminal("export", "create", "contacts").document)
    out = tmp_path / "city.csv"
    terminal("export", "download", values["export_id"], "--out", str(out))
    assert out.read_text("utf-8").splitlines()[0] == '"change_id","old","new"'
    assert out.read_text("utf-8").splitlines()[1].endswith(',"","Oslo"')
    assert terminal("export", "history", log["export_id"]).error == "export_without_history"
    assert terminal("export", "audit-log", "--by", "nobody").error == "audit_user_unknown"
    assert terminal("export", "audit-log", "--since", "noon").code == 2
    assert terminal("export", "property-history", "contacts", "999", "city").error == (
        "record_unknown"
    )
    assert terminal("export", "users", "--columns", "password").error == "report_column_unknown"
