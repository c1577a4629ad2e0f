"""Every refusal: its exit code, one line and a hint, and in JSON the error that scripts read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import PASSWORD
from tests.cli.conftest import EMAIL, Terminal

PLAN_ALL = ("restore", "plan", "x", "--object", "contacts", "--properties", "all")


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["no-such-command"], 2, "usage"),
        (["record", "get", "contacts"], 2, "usage"),
        (["record", "get", "contacts", "one"], 2, "usage"),
        (["record", "add", "contacts", "without-equals"], 2, "value_without_name"),
        (["record", "get", "contacts", "99"], 1, "record_unknown"),
        (["record", "get", "planets", "1"], 1, "object_unknown"),
        (["record", "add", "contacts", "nosuch=1"], 1, "property_unknown"),
        (["record", "list", "contacts", "--filter", "email:is:x"], 1, "filter_invalid"),
        (["record", "list", "contacts", "--limit", "0"], 2, "usage"),
        (["property", "add", "contacts", "x", "--label", "X", "--type", "colour"], 2, "usage"),
        (["property", "set", "contacts", "city"], 2, "nothing_to_change"),
        (["settings", "get", "no.such"], 2, "setting_unknown"),
        (["settings", "set", "backup.keep_days", "many"], 1, "setting_invalid"),
        (["settings", "set", "backup.keep_days", "-1"], 1, "setting_invalid"),
        (["export", "threshold", "-5"], 1, "threshold_invalid"),
        (["export", "list", "-5"], 2, "usage"),
        (["backup", "verify", "no-such-backup"], 1, "backup_unknown"),
        (["backup", "create", "--out", "/no/such/folder/b.zip"], 1, "folder_missing"),
        (["restore", "plan", "x"], 2, "restore_not_chosen"),
        ([*PLAN_ALL, "--records", "one"], 2, "record_ids_invalid"),
        (["restore", "apply", "x"], 2, "consequences_not_accepted"),
        (
            ["restore", "apply", "--accept-changes", "--accept-irreversible"],
            2,
            "plan_or_backup",
        ),
        (["import", "contacts", "/no/such/file.csv"], 1, "file_missing"),
        (["import", "show", "nosuch"], 1, "import_unknown"),
        (["import", "contacts", "x.csv", "--map", "Email"], 2, "mapping_invalid"),
        (["job", "show", "nosuch"], 1, "job_unknown"),
        (["audit", "list", "--since", "yesterday"], 2, "time_invalid"),
        (["audit", "list", "--category", "gossip"], 2, "audit_category_unknown"),
        (["notification", "read", "99"], 1, "notification_not_found"),
        (["user", "deactivate", EMAIL], 1, "last_super_admin"),
        (["two-factor", "confirm", "--otp", "123456"], 1, "two_factor_not_begun"),
        (["two-factor", "remove"], 4, "not_enrolled"),
    ],
)
def test_a_refusal_has_its_exit_code_and_its_error(
    terminal: Terminal, words: list[str], code: int, error: str
):
    done = terminal(*words)

    assert (done.code, done.error) == (code, error), done.err
    assert set(done.document["error"]) == {"code", "message", "hint"}
    assert done.err.startswith("crmdesk: ")


def test_for_people_a_refusal_is_one_line_and_a_hint_on_standard_error(terminal: Terminal):
    done = terminal.plainly("record", "get", "contacts", "99")

    assert done.out == ""
    assert len(done.err.splitlines()) == 2
    assert done.err.startswith("crmdesk: There is no contact with the record ID 99.")


def test_a_missing_consequence_is_found_before_the_code_is_used_up(terminal: Terminal):
    app = terminal.enrol()
    backup_id = terminal("backup", "create").document["backup_id"]
    terminal("record", "add", "contacts", "email=ann@a.example")
    restore = ("restore", "apply", backup_id, "--object", "contacts", "--properties", "all")

    code = app.code()
    assert terminal(*restore, "--accept-changes", "--otp", code).code == 2
    assert terminal(*restore, "--accept-irreversible", "--otp", code).code == 2

    assert terminal("two-factor", "remove", "--otp", code).code == 0


def test_nothing_to_restore_is_found_before_the_code_is_used_up(terminal: Terminal):
    app = terminal.enrol()
    terminal("record", "add", "contacts", "email=ann@a.example")
    backup_id = terminal("backup", "create").document["backup_id"]
    restore = ("restore", "apply", backup_id, "--object", "contacts", "--properties", "all")

    code = app.code()
    done = terminal(*restore, "--accept-changes", "--accept-irreversible", "--otp", code)

    assert (done.code, done.error) == (1, "nothing_to_restore")
    assert terminal("two-factor", "remove", "--otp", code).code == 0


def test_a_wrong_code_is_refused_with_four_and_nothing_is_restored(terminal: Terminal):
    terminal.enrol()
    terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo")
    backup_id = terminal("backup", "create").document["backup_id"]
    terminal("record", "set", "contacts", "1", "city=Bergen")
    restore = ("restore", "apply", backup_id, "--object", "contacts", "--properties", "city")
    accepted = ("--accept-changes", "--accept-irreversible")

    missing = terminal(*restore, *accepted)
    wrong = terminal(*restore, *accepted, "--otp", "000000")

    assert (missing.code, missing.error) == (4, "code_missing")
    assert (wrong.code, wrong.error) == (4, "code_wrong")
    assert terminal("restore", "list").document == {"restores": []}


def test_nobody_signed_in_is_three(terminal: Terminal):
    assert terminal("sign-out").document == {"email": EMAIL}

    for words in (["whoami"], ["record", "list", "contacts"], ["backup", "list"]):
        done = terminal(*words)
        assert (done.code, done.error) == (3, "not_signed_in")
    other = terminal("--as", "nobody@northwind.example", "whoami")
    assert (other.code, other.error) == (3, "not_signed_in")


def test_wrong_credentials_are_three_and_say_nothing_of_what_was_typed(terminal: Terminal):
    done = terminal.process(
        "--json", "sign-in", EMAIL, "--password-stdin", stdin="correct horse battery\n"
    )

    assert (done.code, done.error) == (3, "credentials_wrong")
    assert "correct horse" not in done.out + done.err


def test_no_password_where_nobody_can_be_asked_is_wrong_usage(terminal: Terminal):
    done = terminal.process("--json", "sign-in", EMAIL)

    assert (done.code, done.error) == (2, "password_missing")


def test_a_user_without_the_right_is_refused_with_three(terminal: Terminal):
    marc = "marc@northwind.example"
    added = terminal.json(
        "user",
        "add",
        marc,
        "--full-name",
        "Marc Dubois",
        "--password-stdin",
        stdin=PASSWORD + "!\n",
    )
    assert added["user_id"] == 2
    terminal.json("sign-in", marc, "--password-stdin", stdin=PASSWORD + "!\n")

    for words in (["backup", "create"], ["audit", "list"], ["user", "list"], ["check"]):
        done = terminal(*words)
        assert (done.code, done.error) == (3, "permission_denied"), words
    assert terminal("record", "add", "contacts", "email=ann@a.example").code == 0
    assert terminal("--as", EMAIL, "backup", "list").code == 0


def test_a_restore_that_runs_already_is_five(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo")
    backup_id = terminal("backup", "create").document["backup_id"]
    terminal("record", "set", "contacts", "1", "city=Bergen")
    app = terminal.enrol()
    terminal.sql(
        "INSERT INTO locks (name, job_id, user_id, taken_at) SELECT 'restore', id, 1, created_at "
        "FROM jobs LIMIT 1"
    )

    done = terminal(
        *("restore", "apply", backup_id, "--object", "contacts", "--properties", "city"),
        *("--accept-changes", "--accept-irreversible", "--otp", app.code()),
    )

    assert (done.code, done.error) == (5, "restore_running")


@pytest.mark.parametrize("content", [b"", b"this is no database" * 100])
def test_a_file_that_is_no_database_is_said(terminal: Terminal, content: bytes):
    for path in terminal.folder.glob("crm.sqlite3*"):
        path.unlink()
    (terminal.folder / "crm.sqlite3").write_bytes(content)

    done = terminal("whoami")

    assert done.code == 1
    assert done.error in ("not_a_database", "database_foreign")


def test_a_folder_without_a_workspace_is_said(bare_terminal: Terminal, tmp_path: Path):
    done = bare_terminal("whoami")
    assert (done.code, done.error) == (1, "workspace_missing")

    bare_terminal.folder = Path("postgresql+psycopg://server/name")
    server = bare_terminal("whoami")
    assert server.code == 1


def test_no_command_writes_over_a_file_unless_it_is_told_to(terminal: Terminal, tmp_path: Path):
    there = tmp_path / "there.csv"
    there.write_text("kept")
    for words in (
        ("backup", "create", "--out"),
        ("backup", "download", "x", "--out"),
        ("backup", "compare", "x", "--out"),
        ("restore", "report", "x", "--out"),
        ("export", "download", "x", "--out"),
        ("audit", "anchor", "--out"),
        ("import", "contacts", str(there), "--errors"),
        ("import", "show", "x", "--errors"),
        ("property", "type", "contacts", "city", "number", "--unconverted"),
    ):
        done = terminal(*words, str(there))
        assert (done.code, done.error) == (1, "file_exists"), words
        assert there.read_text() == "kept"

    assert terminal("audit", "anchor", "--out", str(there), "--force").code == 0
    assert there.read_text() != "kept"


def test_a_name_that_no_disk_can_hold_is_refused_like_any_other(terminal: Terminal, tmp_path: Path):
    nowhere = str(tmp_path / ("x" * 256))
    source = tmp_path / "contacts.csv"
    source.write_text("email\nnone\n")
    for code, *words in (
        ("file_name_too_long", "backup", "create", "--out"),
        ("file_name_too_long", "export", "create", "contacts", "--out"),
        ("file_name_too_long", "audit", "anchor", "--out"),
        ("file_name_too_long", "import", "contacts", str(source), "--errors"),
        ("file_missing", "import", "contacts"),
        ("file_missing", "backup", "verify"),
        ("file_missing", "backup", "browse"),
        ("file_missing", "audit", "import"),
        ("setting_invalid", "settings", "set", "backup.second_folder"),
    ):
        done = terminal(*words, nowhere)
        assert (done.code, done.error) == (1, code), (words, done.err)
    assert terminal("import", "list").document["imports"] == []
    assert terminal("backup", "list").document["backups"] == []

    terminal.folder = Path(nowhere)
    assert terminal("whoami").error == "workspace_missing"
