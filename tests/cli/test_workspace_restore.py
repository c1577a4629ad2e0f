"""``workspace restore``: a new computer, an empty folder, one file, the recovery key."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.builders import PASSWORD
from tests.cli.conftest import EMAIL, Terminal

NEW_PASSWORD = "nine grey seals under the pier"


def made(terminal: Terminal) -> str:
    """The recovery key of a workspace that was made on the command line."""
    shutil.rmtree(terminal.folder, ignore_errors=True)
    words = ["init", "--name", "Harbour", "--email", EMAIL, "--full-name", "Ingrid Solberg"]
    done = terminal.process("--json", *words, "--password-stdin", stdin=f"{PASSWORD}\n")
    assert done.code == 0, done.err
    return str(done.document["recovery_key"])


def test_a_workspace_comes_back_from_one_file(terminal: Terminal, tmp_path: Path) -> None:
    key = made(terminal)
    added = terminal("record", "add", "contacts", "email=ann@example.org")
    file = tmp_path / "harbour.zip"
    backup = terminal("backup", "create", "--complete", "--out", str(file))
    assert backup.document["complete"] is True
    shutil.rmtree(terminal.folder)
    folder = tmp_path / "elsewhere"

    words = ["workspace", "restore", str(file), "--into", str(folder), "--recovery-key-stdin"]
    done = terminal.process("--json", *words, stdin=f"{key}\n", workspace=False)

    assert done.code == 0, done.err
    assert done.document["email"] == EMAIL
    assert done.document["records"] == 1
    assert [done.document[key] for key in ("files", "missing_backups")] == [0, 0]
    again = Terminal(folder, terminal.capture)
    code = done.document["one_time_code"]
    passwords = f"{code}\n{NEW_PASSWORD}\n"
    assert again.process("password", "set", EMAIL, "--password-stdin", stdin=passwords).code == 0
    assert again.process("sign-in", EMAIL, "--password-stdin", stdin=f"{NEW_PASSWORD}\n").code == 0
    found = again("record", "get", "contacts", str(added.document["id"]))
    assert found.document["properties"]["email"] == "ann@example.org"
    assert again("audit", "verify").document["ok"] is True
    assert again("check").document["checks"]


def test_refusals_say_what_to_do_and_make_nothing(terminal: Terminal, tmp_path: Path) -> None:
    key = made(terminal)
    file = tmp_path / "values.zip"
    assert terminal("backup", "create", "--out", str(file)).code == 0
    folder = tmp_path / "elsewhere"
    words = ["workspace", "restore", str(file), "--into", str(folder), "--recovery-key-stdin"]

    incomplete = terminal.process("--json", *words, stdin=f"{key}\n", workspace=False)
    mistyped = terminal.process("--json", *words, stdin="ABCD\n", workspace=False)
    nothing = terminal.process("--json", *words, workspace=False)

    assert (incomplete.code, incomplete.error) == (1, "backup_not_complete")
    assert (mistyped.code, mistyped.error) == (1, "recovery_key_incomplete")
    assert (nothing.code, nothing.error) == (2, "recovery_key_missing")
    assert not folder.exists()


def test_a_restored_workspace_does_not_take_the_place_of_the_one_in_use(
    terminal: Terminal, tmp_path: Path
) -> None:
    key = made(terminal)
    file = tmp_path / "harbour.zip"
    assert terminal("backup", "create", "--complete", "--out", str(file)).code == 0
    folder = tmp_path / "a copy"

    words = ["workspace", "restore", str(file), "--into", str(folder), "--recovery-key-stdin"]
    done = terminal.process(*words, stdin=f"{key}\n", workspace=False)

    assert done.code == 0, done.err
    assert f"crmdesk --workspace '{folder}' password set" in done.out
    usual = terminal.process("--json", "record", "list", "contacts", workspace=False)
    assert usual.code == 0, "the first workspace is still the one that opens"
