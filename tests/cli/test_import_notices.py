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


def test_how_a_file_was_read_is_told_and_what_was_guessed_is_warned_of(
    terminal: Terminal, tmp_path: Path
):
    old = tmp_path / "old.csv"
    old.write_bytes("email;city\nann@a.example;Troms\xf8\n".encode("latin-1"))
    bare = tmp_path / "bare.csv"
    bare.write_text("ann@a.example,Oslo\n", encoding="utf-8")
    trial = ("import", "contacts", str(old), "--dry-run")

    guessed = terminal(*trial)
    assert (guessed.document["encoding"], guessed.document["delimiter"]) == ("cp1252", ";")
    assert [each["code"] for each in guessed.document["warnings"]] == ["guessed_reading"]
    assert "e.g. “Tromsø”" in guessed.err
    told = terminal.plainly(*trial, "--encoding", "cp1250")
    assert "  Read as cp1250, semicolon between the cells\n" in told.out
    assert told.err == ""

    nameless = terminal("import", "contacts", str(bare), "--map", "Column 1=email", "--dry-run")
    assert (nameless.document["header"], nameless.document["rows"]) == (False, 1)
    assert nameless.document["warnings"][0]["code"] == "no_header"
    named = ("--header", "--map", "ann@a.example=email", "--dry-run")
    assert terminal("import", "contacts", str(bare), *named).document["rows"] == 0
