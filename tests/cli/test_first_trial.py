"""What a first try gets wrong, and the sentence that sets it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import PASSWORD
from tests.cli.conftest import Terminal


def test_a_list_without_its_object_is_refused_with_the_command_to_use(
    terminal: Terminal, contacts_csv: Path
):
    refused = terminal("import", str(contacts_csv))

    assert (refused.code, refused.error) == (2, "object_missing")
    assert f"crmdesk import contacts {contacts_csv}" in refused.document["error"]["message"]
    assert terminal("record", "list", "contacts").document["total"] == 0


def test_a_list_that_resembles_nothing_gets_a_place_for_the_object(
    terminal: Terminal, tmp_path: Path
):
    file = tmp_path / "my list.csv"
    file.write_text("Colour,Weight\nred,1\n", encoding="utf-8")

    refused = terminal("import", str(file))

    assert (refused.code, refused.error) == (2, "object_missing")
    assert f"crmdesk import OBJECT '{file}'" in refused.document["error"]["message"]


@pytest.mark.parametrize("word", ["delete", "restore", "purge"])
def test_a_command_that_finds_none_of_its_records_fails(terminal: Terminal, word: str):
    refused = terminal("record", word, "contacts", "98", "99")

    assert (refused.code, refused.error) == (1, "records_not_found")


def test_one_record_that_was_found_is_enough(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example")

    for word in ("delete", "restore"):
        done = terminal("record", word, "contacts", "1", "99")
        assert (done.code, done.document["ids"]) == (0, [1])


def test_a_right_that_cannot_be_given_is_answered_with_those_that_can(terminal: Terminal):
    refused = terminal(
        *("user", "add", "ola@a.example", "--full-name", "Ola", "--permission", "super_admin")
    )

    message = refused.document["error"]["message"]
    assert refused.code == 2
    assert "delete_records, view_sensitive" in message
    assert "use_records" not in message
    assert "signed_in" not in message


def test_a_right_is_given_and_taken_by_its_name(terminal: Terminal):
    who = ("ola@a.example", "--full-name", "Ola")
    assert terminal("user", "add", *who, "--permission", "import").code == 0
    assert terminal("user", "set", who[0], "--permission", "export").code == 0


def test_the_help_of_import_has_what_can_be_said_of_a_file(terminal: Terminal):
    shown = terminal.plainly("import", "--help")
    of_a_file = terminal.plainly("import", "contacts", "--help")

    for text in (shown.out, of_a_file.out):
        assert "--dry-run" in text
        assert "--delimiter" in text
        assert "import-file" not in text
    assert "undo" in shown.out
    assert "Usage: crmdesk import [OPTIONS] {OBJECT} [FILE]" in of_a_file.out


def test_wrong_usage_names_the_command_as_it_was_typed(terminal: Terminal):
    refused = terminal.plainly("import", "contacts", "x.csv", "--nothing")

    assert refused.code == 2
    assert "crmdesk import --help" in refused.err
    assert "import-file" not in refused.err


@pytest.mark.parametrize("words", [("record", "list", "contacts"), ("import", "list"), ("check",)])
def test_a_global_option_behind_the_command_is_told_its_place(
    terminal: Terminal, words: tuple[str, ...]
):
    refused = terminal.plainly(*words, "--json")

    assert refused.code == 2
    assert "global options go before the command" in refused.err + refused.out


def test_two_records_of_one_name_are_told_apart_in_a_plan(terminal: Terminal):
    for number in (1, 2):
        terminal("record", "add", "contacts", "firstname=Ann", f"email=ann{number}@a.example")
    backup = terminal("backup", "create").document["backup_id"]
    for number in ("1", "2"):
        terminal("record", "set", "contacts", number, "city=Oslo")

    told = terminal.plainly(
        *("restore", "plan", backup, "--object", "contacts", "--properties", "city")
    )

    assert "Ann #1, city: Oslo → (empty)" in told.out
    assert "Ann #2, city: Oslo → (empty)" in told.out


def test_a_workspace_without_a_name_is_told_of_its_name(bare_terminal: Terminal):
    refused = bare_terminal.plainly(
        *("init", "--name", " ", "--email", "a@a.example", "--full-name", "Ann"),
        "--password-stdin",
    )

    assert refused.code == 2
    assert "The workspace needs a name." in refused.err
    assert PASSWORD not in refused.err
