"""What a person reads: sentences instead of codes, and what was done with each column."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from crmdesk.cli import words
from crmdesk.cli.audit import _verdict
from crmdesk.cli.notice_words import notice_text
from crmdesk.cli.output import table
from crmdesk.core.access.keys import fingerprint
from crmdesk.core.backup.problems import ProblemCode
from crmdesk.core.changes.rules import Reason
from crmdesk.core.clock import system_time
from crmdesk.core.notify.inbox import Notification, NotificationKind
from crmdesk.core.records.filters import Operator
from crmdesk.core.records.recognition import MatchedBy
from crmdesk.core.resources import resource_path
from tests.builders import PASSWORD
from tests.cli.conftest import EMAIL, Terminal
from tests.cli.typed import typed

HOW = {MatchedBy.INTERNAL_NAME, MatchedBy.LABEL, MatchedBy.ALIAS}
PEOPLE = "Email,First name,Favourite colour,Create Date\nann@a.example,Ann,red,2026-01-02\n"


def test_every_code_has_a_sentence():
    skips = [words.skip_line(reason, 1) for reason in Reason]
    problems = [words.problem_sentence(code, "deals.csv") for code in ProblemCode]
    columns = [words.recognised(how) if how in HOW else words.left_out(how) for how in MatchedBy]

    assert [text for text in (*skips, *problems, *columns) if "_" in text] == []
    locked = words.problem_sentence("file_unreadable", "", "archive_encrypted")
    assert locked == "The zip is protected by a passphrase."


def test_every_kind_of_notification_has_a_sentence_whatever_its_values():
    facts = {"records": 2, "values": 3, "name": "A {b}", "act": "bin_purge", "state": "cancelled"}
    for kind in (*NotificationKind, "of_a_newer_program"):
        for values in ({}, facts):
            at = system_time()
            text = notice_text(Notification(1, str(kind), at, values, None, None))
            assert text.endswith("."), kind
            assert "_" not in text, kind


def test_an_import_says_where_each_column_went_before_the_counts(
    terminal: Terminal, tmp_path: Path
):
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")

    tried = terminal("import", "contacts", str(file), "--dry-run").document
    said = terminal.plainly("import", "contacts", str(file)).out

    assert tried["columns"] == [
        {"column": "Email", "property": "email", "how": "internal_name"},
        {"column": "First name", "property": "firstname", "how": "internal_name"},
    ]
    assert [each["column"] for each in tried["left_out"]] == ["Favourite colour", "Create Date"]
    assert tried["left_out"][1]["reason"] == "calculated"
    assert "First name → firstname (by its internal name)" in said
    assert "Favourite colour is left out: no property has this name or label" in said
    assert said.index("Create Date is left out") < said.index("1 created")


def test_columns_that_were_named_are_told_apart(terminal: Terminal, tmp_path: Path):
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")

    done = terminal(
        *("import", "contacts", str(file), "--create-properties"),
        *("--map", "First name=city", "--map", "Create Date="),
    ).document

    assert [(each["column"], each["how"]) for each in done["columns"]] == [
        ("Email", "internal_name"),
        ("First name", "chosen"),
        ("Favourite colour", "created"),
    ]
    assert done["left_out"] == [{"column": "Create Date", "reason": "chosen"}]


def test_each_table_of_a_zip_says_its_columns(terminal: Terminal, tmp_path: Path):
    file = tmp_path / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("contacts.csv", PEOPLE)

    [done] = terminal("import", str(file), "--dry-run").document["imports"]

    assert [each["property"] for each in done["columns"]] == ["email", "firstname"]
    assert len(done["left_out"]) == 2


def test_a_damaged_backup_is_told_in_sentences(terminal: Terminal, tmp_path: Path):
    copy = tmp_path / "copy.zip"
    terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo")
    terminal("backup", "create", "--out", str(copy))
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(copy) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"Oslo", b"Rome"))

    told = terminal.plainly("backup", "verify", str(damaged))
    document = terminal("backup", "verify", str(damaged)).document
    refused = terminal.plainly(
        *("restore", "plan", str(damaged), "--object", "contacts", "--properties", "city")
    )

    assert told.code == 1
    assert "contacts.csv is not as it was written." in told.out
    assert "entry_content_differs" in {each["code"] for each in document["problems"]}
    assert refused.code == 1
    assert "not what was backed up" in refused.err


def test_a_plan_says_in_words_what_it_skips(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo")
    backup = terminal("backup", "create").document["backup_id"]
    terminal("record", "delete", "contacts", "1")
    asked = ("restore", "plan", backup, "--object", "contacts", "--properties", "city")

    assert "Skipped, the record is in the recycle bin: 1" in terminal.plainly(*asked).out
    assert terminal(*asked).document["skipped"] == {"in_recycle_bin": 1}


def test_a_sound_backup_of_another_workspace_can_only_be_imported(
    terminal: Terminal, tmp_path: Path
):
    from crmdesk.core.founding import NewWorkspace
    from crmdesk.core.workspace import create_workspace
    from tests.builders import Desk, KeyBox

    wanted = NewWorkspace("Contoso", "eva@contoso.example", "Eva Berg", PASSWORD, {})
    created = create_workspace(tmp_path / "other" / "workspace", wanted, KeyBox())
    created.workspace.close()
    other = Desk(tmp_path / "other" / "workspace", created.workspace.key)
    other.contact(city="Oslo")
    theirs = str(other.backup_file())

    told = terminal.plainly("backup", "verify", theirs)
    document = terminal("backup", "verify", theirs).document

    assert told.code == 1
    assert "The file is sound, and another workspace made it." in told.out
    assert "only imported" in told.out
    assert (document["ok"], document["sound_elsewhere"]) == (False, True)
    assert [each["code"] for each in document["problems"]] == ["other_key"]


def test_a_path_that_is_told_leads_there_from_anywhere(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    inside = terminal.folder.parent
    monkeypatch.chdir(inside)
    terminal.folder = Path(terminal.folder.name)

    kept = terminal("backup", "create").document["file"]
    head = terminal("audit", "anchor", "--out", "head.json").document["file"]

    assert Path(kept).is_relative_to(inside / "workspace" / "vault")
    assert head == str(inside / "head.json")


def test_a_deleted_backup_is_listed_as_deleted(terminal: Terminal):
    backup = terminal("backup", "create").document["backup_id"]
    kept = typed(terminal, ("backup", "delete", backup), (" for good? [y/N]: ", "n"))
    assert (kept.code, "The backup was not deleted." in kept.screen) == (130, True), kept.screen
    assert terminal("backup", "delete", backup).code == 0

    [listed] = terminal("backup", "list").document["backups"]
    assert listed["state"] == "deleted"


def test_a_job_that_ended_is_in_no_phase_and_did_all_of_it(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example")
    terminal("backup", "create")

    [job] = terminal("job", "list").document["jobs"]
    shown = terminal.plainly("job", "show", job["job_id"]).out
    checks = {each["name"]: each["detail"] for each in terminal("check").document["checks"]}

    assert (job["state"], job["phase"], job["done"]) == ("succeeded", "", job["total"])
    assert shown == "backup: succeeded\n"
    assert checks["vault_files"].startswith("1 backup and")


def test_a_filter_takes_commas_unless_a_semicolon_separates(terminal: Terminal):
    for city in ("Oslo", "Rome", "Lima, Peru"):
        terminal("record", "add", "contacts", f"city={city}")

    def total(text: str) -> int:
        found = terminal("record", "list", "contacts", "--filter", text)
        return int(found.document["total"])

    assert total("city:in:Oslo,Rome") == 2
    assert total("city:in:Oslo;Rome") == 2
    assert total("city:in:Lima, Peru;") == 1
    assert total("hs_object_id:between:2,3") == 2
    said = " ".join(terminal.plainly("record", "list", "--help").out.split())
    assert [operator for operator in Operator if operator not in said] == []


def test_who_forgot_to_say_who_acts_is_told_who_is_signed_in(terminal: Terminal):
    added = terminal("user", "add", "bo@b.example", "--full-name", "Bo Berg")
    assert added.code == 0
    other = ("--as", "bo@b.example")

    refused = terminal(*other, "whoami")
    assert (refused.code, refused.error) == (3, "not_signed_in")
    assert f"crmdesk --as {EMAIL} " in refused.document["error"]["hint"]

    assert terminal("sign-out").code == 0
    alone = terminal("whoami").document["error"]
    assert alone["message"] == "Nobody is signed in."
    assert "--as" not in alone["hint"]


def test_a_new_workspace_shows_its_fingerprint_as_the_recovery_sheet_does(bare_terminal: Terminal):
    who = ("--name", "N", "--email", EMAIL, "--full-name", "Ingrid Solberg", "--password-stdin")

    made = bare_terminal.json("init", *who, stdin=PASSWORD + "\n")

    key = bare_terminal.folder.parent / "head.json"
    assert bare_terminal("audit", "anchor", "--out", str(key)).code == 0
    public_key = bytes.fromhex(json.loads(key.read_text())["public_key"])
    assert made["fingerprint"] == fingerprint(public_key)
    assert verified_alone(bare_terminal.folder, key, made["fingerprint"])["ok"]
    assert verified_alone(bare_terminal.folder, key, public_key.hex())["ok"]
    assert not verified_alone(bare_terminal.folder, key, fingerprint(bytes(32)))["ok"]


def verified_alone(folder: Path, head: Path, key: str) -> dict[str, object]:
    """What the script says that needs no CRM Desk."""
    words = (str(folder / "crm.sqlite3"), str(head), "--public-key", key)
    script = str(resource_path("verify_audit_log.py"))
    done = subprocess.run(
        [sys.executable, script, *words], capture_output=True, text=True, timeout=60
    )
    return dict(json.loads(done.stdout))


def test_refused_rows_in_the_vault_are_named_by_the_command_that_saves_them(
    terminal: Terminal, tmp_path: Path
):
    people = tmp_path / "people.csv"
    people.write_text("E-mail\nno address\nann@example.org\n", encoding="utf-8")
    refused = tmp_path / "refused.csv"

    plain = terminal.plainly("import", "contacts", str(people))
    saved = terminal.plainly("import", "contacts", str(people), "--errors", str(refused))

    assert "To save all of them, run `crmdesk import show " in plain.out
    assert f"All of them: {refused}" in saved.out


def test_a_switch_is_told_as_it_is_typed(terminal: Terminal):
    done = terminal.plainly("settings", "set", "exports.approval", "on")

    assert done.out == "exports.approval is on now.\n"
    assert terminal.plainly("settings", "get", "exports.approval").out.startswith("on\n")


def test_an_empty_list_says_what_puts_something_there(terminal: Terminal):
    for command, said in (
        (("export", "list"), "No exports yet. `crmdesk export create` makes one.\n"),
        (("team", "list"), "No teams yet. `crmdesk team add` makes one.\n"),
        (("view", "list"), "No views yet. `crmdesk view add` saves one.\n"),
        (
            ("record", "list", "deals", "--archived"),
            "Nothing of this object is in the recycle bin.\n",
        ),
        (("notification", "list", "--unread"), "Nothing matches. Without filters all are shown.\n"),
    ):
        assert terminal.plainly(*command).out == said
    assert terminal("team", "list").document == {"teams": []}
    assert terminal("export", "list", "--user", "nobody").error == "people_unknown"
    assert terminal("segment", "list", "nope").error == "object_unknown"


def test_what_is_wrong_in_a_search_is_pointed_at(terminal: Terminal):
    wrong = terminal.plainly("audit", "list", "--query", "by:ingrid action:delte")

    assert wrong.code == 2
    assert "At character 11: by:ingrid >>>action:delte<<<\nDid you mean “delete”?" in wrong.err


def test_what_is_wrong_is_told_with_the_command_that_helps(terminal: Terminal, tmp_path: Path):
    unknown = terminal.plainly("record", "list", "company")
    odd = terminal.plainly("property", "add", "contacts", "x", "--label", "X", "--type", "text")

    assert "Run `crmdesk object list`." in unknown.err
    assert "Value error" not in odd.err
    unknown = terminal.plainly("record", "set", "companies", "1", "nme=x")
    assert "Run `crmdesk property list companies`." in unknown.err
    assert "at least 1" in terminal.plainly("job", "list", "--limit", "0").err
    assert terminal("record", "set", "companies", "1", "name=x", "name=y").error == "value_twice"
    assert terminal("user", "set", "ann@example.com").code == 2
    assert terminal("segment", "set", "any").code == 2
    assert terminal("backup", "verify", "none.zip").error == "file_missing"
    people = tmp_path / "people.csv"
    people.write_text("E-mail\nann@example.org\n", encoding="utf-8")
    sheet = terminal("import", "contacts", str(people), "--sheet", "1")
    assert (sheet.code, sheet.error) == (2, "sheet_of_no_workbook")
    assert "'text' is not one of" in odd.err


def test_a_record_in_the_recycle_bin_is_told_as_one(terminal: Terminal):
    added = terminal("record", "add", "companies", "name=Acme").document
    number = str(added["id"])
    terminal("record", "delete", "companies", number)

    assert "in the recycle bin since" in terminal.plainly("record", "get", "companies", number).err


def test_seals_that_do_not_fit_are_said_beside_a_log_that_is_whole() -> None:
    found = {"ok": True, "events": 2_030, "erased": 0, "unproven": []}

    assert _verdict(found | {"misfits": 0}) == ["The audit log is whole: 2,030 entries."]
    assert _verdict(found | {"misfits": 1})[1].startswith("1 seal does not fit; ")


def test_a_long_value_does_not_widen_every_line_of_a_table() -> None:
    lines = list(table(("id", "name"), [{"id": 1, "name": "x" * 9_999}, {"id": 2, "name": "Ann"}]))

    assert [len(line) for line in lines] == [8, 104, 7]
    assert lines[1].endswith("x…")
