"""What ``import`` says beside its result, although no row is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal


def test_a_table_by_which_nothing_is_found_is_warned_of(terminal: Terminal, tmp_path: Path):
    nameless = tmp_path / "companies.csv"
    nameless.write_text("City,,City\nRome,x,y\n", encoding="utf-8")
    named = tmp_path / "others.csv"
    named.write_text("Company name\nAcme\n", encoding="utf-8")

    tried = terminal("import", "companies", str(nameless), "--dry-run")
    assert [each["code"] for each in tried.document["warnings"]] == [
        "blank_headers",
        "repeated_headers",
        "nothing_finds_records",
        "no_name",
    ]
    assert "each row of another file makes a new one" in tried.err
    assert "new companies will have no name" in tried.err

    done = terminal("import", "companies", str(named))
    assert "--key name finds them by name" in done.err
    again = terminal("import", "companies", str(named), "--key", "name")
    assert (again.document["unchanged"], again.document["warnings"]) == (1, [])
