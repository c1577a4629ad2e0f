"""Each group of commands once through, with the keys that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path

from tests.builders import PASSWORD
from tests.cli.conftest import EMAIL, Terminal

RECORD_KEYS = {"id", "properties", "created_at", "updated_at", "archived_at", "version"}


def test_records_are_added_listed_changed_deleted_and_brought_back(terminal: Terminal):
    ann = terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo").document
    bob = terminal("record", "add", "contacts", "email=bob@b.example").document
    assert set(ann) == RECORD_KEYS

    listed = terminal("record", "list", "contacts", "--columns", "email,city").document
    assert [each["id"] for each in listed["records"]] == [bob["id"], ann["id"]]
    assert listed["total"] == 2
    assert listed["records"][1]["properties"] == {"email": "ann@a.example", "city": "Oslo"}
    found = terminal("record", "list", "contacts", "--filter", "city:eq:Oslo").document
    assert found["total"] == 1

    cleared = terminal("record", "set", "contacts", str(ann["id"]), "city=").document
    assert (cleared["properties"]["city"], cleared["version"]) == (None, 2)
    history = terminal("record", "history", "contacts", str(ann["id"]), "--property", "city")
    entry, first = history.document["history"]
    assert (first["kind"], first["old"], first["new"]) == ("create", None, "Oslo")
    assert set(entry) >= {"property", "old", "new", "at", "source", "user", "job_id"}
    assert (entry["old"], entry["new"], entry["source"]) == ("Oslo", None, "API")

    assert terminal("record", "delete", "contacts", str(bob["id"])).document["total"] == 1
    assert terminal("record", "list", "contacts", "--archived").document["total"] == 1
    assert terminal("record", "restore", "contacts", str(bob["id"])).document["total"] == 1
    numbers = terminal("record", "purge", "contacts", str(bob["id"]), "--dry-run").document
    assert (numbers["records"], numbers["addresses"], numbers["merged"]) == (1, 1, 0)
    assert terminal("record", "purge", "contacts", str(bob["id"])).error == "not_accepted"
    purge = ("record", "purge", "contacts", str(bob["id"]), "--yes")
    assert terminal(*purge).document["total"] == 1
    assert terminal("record", "list", "contacts").document["total"] == 1


def test_a_person_is_handed_their_data_and_then_deleted_for_good(
    terminal: Terminal, tmp_path: Path
):
    terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo")
    made = terminal("privacy", "export", "Ann@a.example", "--out", str(tmp_path / "a.zip")).document
    assert (made["state"], made["records"], Path(made["file"]).is_file()) == ("succeeded", 1, True)

    shown = terminal("privacy", "delete", "ann@a.example", "--dry-run").document
    assert (shown["record_ids"], [each["kind"] for each in shown["files"]]) == ([1], ["export"])
    assert terminal("privacy", "delete", "ann@a.example").error == "not_accepted"
    done = terminal("privacy", "delete", "ann@a.example", "--yes").document
    assert (done["state"], done["deleted"], done["backups"]) == ("succeeded", True, [])
    assert terminal("record", "list", "contacts").document["total"] == 0
    assert terminal("privacy", "delete", "ann@a.example", "--yes").error == "person_unknown"


def test_lists_are_one_object_a_line_when_asked(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example")
    terminal("record", "add", "contacts", "email=bob@b.example")

    lines = terminal("record", "list", "contacts", "--jsonl").out.splitlines()

    assert [set(json.loads(line)) for line in lines] == [RECORD_KEYS, RECORD_KEYS]


def test_a_sensitive_value_is_masked_until_it_is_revealed(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example", "date_of_birth=1990-01-31")

    masked = terminal("record", "get", "contacts", "1")
    shown = terminal("record", "get", "contacts", "1", "--reveal", "date_of_birth")

    assert masked.document["properties"]["date_of_birth"] == "masked"
    assert shown.document["properties"]["date_of_birth"] == "1990-01-31"
    events = terminal("audit", "list", "--action", "reveal").document["events"]
    assert [each["object_id"] for each in events] == ["1"]


def test_objects_and_properties_are_defined(terminal: Terminal):
    added = terminal("object", "add", "projects", "--label", "Project")
    assert added.document["custom"] is True
    objects = terminal("object", "list").document["objects"]
    assert set(objects[0]) >= {"name", "label", "custom", "records"}
    assert "projects" in [each["name"] for each in objects]

    choice = terminal(
        *("property", "add", "projects", "size", "--label", "Size", "--type", "enumeration"),
        *("--option", "s=Small", "--option", "l=Large"),
    ).document
    assert set(choice) == {
        *("id", "name", "label", "type", "options", "sensitive", "unique"),
        *("required", "calculated", "archived"),
    }
    assert choice["options"] == ["s", "l"]
    changed = terminal("property", "set", "projects", "size", "--label", "How large", "--required")
    assert (changed.document["label"], changed.document["required"]) == ("How large", True)
    assert terminal("property", "archive", "projects", "size").code == 0
    names = [p["name"] for p in terminal("property", "list", "projects").document["properties"]]
    assert "size" not in names
    assert terminal("object", "remove", "projects").code == 0


def test_users_and_teams_are_kept(terminal: Terminal):
    assert terminal("team", "add", "Sales").document["name"] == "Sales"
    added = terminal(
        *("user", "add", "marc@northwind.example", "--full-name", "Marc Dubois"),
        *("--permission", "import", "--team", "Sales"),
    ).document
    assert added["one_time_code"]
    [marc, ingrid] = terminal("user", "list").document["users"]
    assert set(marc) >= {
        *("id", "email", "name", "super_admin", "permissions", "teams", "active"),
        *("kind", "two_factor"),
    }
    assert (marc["permissions"], marc["teams"]) == (["import"], ["Sales"])
    assert (ingrid["email"], ingrid["super_admin"]) == (EMAIL, True)

    set_ = ("user", "set", marc["email"])
    changed = terminal(*set_, "--permission", "export", "--no-permission", "import").document
    assert changed["permissions"] == ["export"]
    assert terminal("user", "deactivate", marc["email"]).document["active"] is False
    assert terminal("user", "reactivate", marc["email"]).document["active"] is True

    chosen = terminal.process(
        *("--json", "password", "set", marc["email"], "--password-stdin"),
        stdin=f"{added['one_time_code']}\n{PASSWORD} twice\n",
    )
    assert chosen.code == 0, chosen.err
    assert terminal("user", "remove", marc["email"]).code == 0
    assert terminal("team", "remove", "Sales").code == 0
    assert terminal("team", "list").document == {"teams": []}


def test_granting_super_admin_takes_a_code_and_who_has_none_sets_it_up(terminal: Terminal):
    add = ("user", "add", "marc@northwind.example", "--full-name", "Marc", "--super-admin")
    refused = terminal(*add)
    assert refused.code == 4
    assert "two-factor enrol" in refused.err

    app = terminal.enrol()
    assert terminal(*add).code == 4
    assert terminal(*add, "--otp", app.code()).code == 0


def test_a_new_recovery_key_is_shown_once_and_takes_a_code(terminal: Terminal):
    app = terminal.enrol()

    assert terminal("keyring", "new-recovery-key").code == 4
    made = terminal("keyring", "new-recovery-key", "--otp", app.code())

    assert made.code == 0, made.err
    assert len(made.document["recovery_key"].split("-")) == 9
    assert set(made.document) >= {"recovery_key", "fingerprint"}


def test_the_two_factor_codes_of_somebody_who_lost_them_are_reset(terminal: Terminal):
    marc = "marc@northwind.example"
    added = terminal("user", "add", marc, "--full-name", "Marc").document
    assert added["one_time_code"]
    app = terminal.enrol()

    nothing = terminal("two-factor", "reset", marc, "--otp", app.code())
    assert nothing.code == 1
    assert "has no two-factor authentication" in nothing.err
    own = terminal("two-factor", "reset", "nobody@example.org", "--otp", "000000")
    assert own.code == 1


def test_an_import_says_what_it_would_do_and_what_it_did(
    terminal: Terminal, contacts_csv: Path, tmp_path: Path
):
    errors = tmp_path / "errors.csv"
    file = ("import", "contacts", str(contacts_csv))

    tried = terminal(*file, "--dry-run").document
    assert (tried["rows"], tried["created"], tried["failed"]) == (3, 2, 1)
    assert terminal("record", "list", "contacts").document["total"] == 0

    done = terminal(*file, "--errors", str(errors)).document
    assert set(done) >= {
        *("import_id", "name", "object", "rows", "created", "updated", "unchanged"),
        *("failed", "errors", "error_file"),
    }
    assert done["error_file"] == str(errors)
    assert "Bergen" in errors.read_text(encoding="utf-8-sig")
    again = terminal(*file, "--mode", "update", "--key", "email").document
    assert (again["created"], again["unchanged"]) == (0, 2)

    [newest, first] = terminal("import", "list").document["imports"]
    assert set(newest) >= {
        *("import_id", "name", "object", "state", "rows", "created", "updated"),
        *("failed", "user", "created_at"),
    }
    assert terminal("import", "show", first["import_id"]).document["created"] == 2


def test_columns_go_where_they_are_mapped(terminal: Terminal, contacts_csv: Path):
    done = terminal(
        *("import", "contacts", str(contacts_csv), "--mode", "create"),
        *("--map", "First name=lastname", "--map", "City="),
    )

    assert done.document["created"] == 2
    ann = terminal("record", "get", "contacts", "1").document["properties"]
    assert (ann["firstname"], ann["lastname"], ann["city"]) == (None, "Ann", None)


def test_a_backup_zip_is_imported_object_by_object(terminal: Terminal, tmp_path: Path):
    copy = str(tmp_path / "copy.zip")
    terminal("record", "add", "contacts", "email=ann@a.example", "city=Oslo")
    terminal("record", "add", "companies", "name=Northwind")
    assert terminal("backup", "create", "--out", copy).code == 0
    terminal("record", "set", "contacts", "1", "city=Bergen")

    done = terminal("import", copy, "--object", "contacts").document["imports"]

    assert [(each["object"], each["updated"]) for each in done] == [("contacts", 1)]
    assert terminal("record", "get", "contacts", "1").document["properties"]["city"] == "Oslo"


def test_backups_are_listed_verified_pinned_and_deleted(terminal: Terminal, tmp_path: Path):
    made = terminal("backup", "create").document
    assert set(made) >= {"backup_id", "file", "sha256", "bytes", "snapshot_at", "objects"}
    backup_id = made["backup_id"]
    [listed] = terminal("backup", "list").document["backups"]
    assert set(listed) >= {
        *("backup_id", "created_at", "created_by", "state", "records", "bytes"),
        *("expires_at", "verified_at", "pinned", "signed"),
    }
    assert terminal("backup", "show", backup_id).document["signed"] is True
    copy = tmp_path / "copy.zip"
    assert terminal("backup", "download", backup_id, "--out", str(copy)).code == 0
    assert copy.stat().st_size == made["bytes"]

    soon = terminal("backup", "create")
    assert (soon.code, soon.error) == (1, "backup_too_soon")
    assert terminal("backup", "verify", backup_id).document == {
        "ok": True,
        "signed": True,
        "sound_elsewhere": False,
        "problems": [],
    }
    damaged = bytearray(copy.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    copy.write_bytes(damaged)
    finding = terminal("backup", "verify", str(copy))
    assert (finding.code, finding.document["ok"]) == (1, False)
    assert "error" not in finding.document

    assert terminal("backup", "pin", backup_id).document["pinned"] is True
    kept = terminal("backup", "delete", backup_id)
    assert (kept.code, kept.error) == (1, "backup_pinned")
    assert terminal("backup", "unpin", backup_id).document["pinned"] is False
    assert terminal("backup", "delete", backup_id).code == 0


def test_a_download_with_sensitive_values_asks_for_a_code_when_that_is_set(
    terminal: Terminal, tmp_path: Path
):
    terminal("record", "add", "contacts", "email=ann@a.example", "date_of_birth=1990-01-31")
    backup_id = terminal("backup", "create").document["backup_id"]
    terminal("settings", "set", "security.step_up_downloads", "on")
    app = terminal.enrol()
    download = ("backup", "download", backup_id, "--out", str(tmp_path / "copy.zip"))

    refused = terminal(*download)
    assert (refused.code, refused.error) == (4, "code_missing")
    assert terminal(*download, "--otp", app.code()).code == 0


def test_settings_are_listed_read_and_set(terminal: Terminal):
    settings = terminal("settings", "list").document["settings"]
    assert all(set(each) == {"key", "value", "default", "help"} for each in settings)

    assert terminal("settings", "set", "backup.keep_days", "30").document["value"] == 30
    assert terminal("settings", "get", "backup.keep_days").document["default"] == 14


def test_jobs_and_notifications_tell_of_what_ran(terminal: Terminal):
    terminal("backup", "create")

    [job] = terminal("job", "list").document["jobs"]
    assert set(job) >= {"job_id", "kind", "state", "done", "total", "phase", "error"}
    assert terminal("job", "show", job["job_id"]).document["state"] == "succeeded"
    late = terminal("job", "cancel", job["job_id"])
    assert (late.code, late.error) == (1, "job_ended")

    [told] = terminal("notification", "list").document["notifications"]
    assert set(told) >= {"id", "kind", "at", "text", "read", "link"}
    assert (told["kind"], told["read"]) == ("backup_done", False)
    assert terminal("notification", "read", str(told["id"])).document["read"] is True
    assert told["text"].startswith("Backup completed: 0 records, ")
    for narrowed in ("--unread", "--about=exports"):
        assert terminal("notification", "list", narrowed).document == {"notifications": []}
    assert terminal("notification", "read", "--all").document["marked"] == 0
    assert terminal("notification", "read").code == 2


def test_the_audit_log_is_read_verified_anchored_and_explained(terminal: Terminal, tmp_path: Path):
    terminal("record", "add", "contacts", "email=ann@a.example")

    page = terminal("audit", "list", "--limit", "1").document
    assert set(page) == {"events", "next", "total"}
    assert set(page["events"][0]) >= {
        *("id", "at", "category", "subcategory", "action", "actor_kind", "user", "object"),
        *("object_id", "address", "country", "region", "agent", "sign_in_type", "link", "detail"),
    }
    assert page["events"][0]["link"].startswith("crmdesk://")
    assert page["events"][0]["link"].endswith("/records/contacts/1")
    following = terminal("audit", "list", "--limit", "1", "--after", page["next"]).document
    assert following["events"][0]["id"] == page["events"][0]["id"] - 1
    by = terminal("audit", "list", "--by", "ingrid", "--category", "crm_object").document
    assert by["total"] == 1

    anchor = tmp_path / "anchor.json"
    assert terminal("audit", "anchor", "--out", str(anchor)).code == 0
    verified = terminal("audit", "verify", "--anchor", str(anchor)).document
    assert (verified["ok"], verified["first_bad"], verified["reason"]) == (True, None, None)
    assert terminal("audit", "catalogue").document["categories"]

    terminal.sql("DROP TRIGGER IF EXISTS audit_events_no_update")
    terminal.sql("UPDATE audit_events SET country = 'XX' WHERE id = 2")
    broken = terminal("audit", "verify")
    assert (broken.code, broken.document["ok"], broken.document["first_bad"]) == (1, False, 2)


def test_check_finds_a_sound_workspace_sound_and_a_changed_file_changed(terminal: Terminal):
    made = terminal("backup", "create").document
    sound = terminal("check")
    assert sound.code == 0, sound.out
    checks = {each["name"]: each for each in sound.document["checks"]}
    assert set(checks) == {
        *("stored_bytes", "database", "references", "vault_files", "content_digests", "keyring"),
        *("audit_log", "audit_index", "disk_space"),
    }
    assert all(set(each) == {"name", "ok", "detail"} for each in checks.values())

    file = Path(made["file"])
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    changed = terminal("check")
    failed = [each["name"] for each in changed.document["checks"] if not each["ok"]]
    assert (changed.code, failed) == (1, ["content_digests"])
    assert terminal("check", "--quick").code == 0


def test_check_looks_at_the_files_of_exports(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example")
    made = terminal("export", "create", "contacts", "--columns", "email").document
    [file] = (terminal.folder / "vault" / "exports").iterdir()
    written = file.read_bytes()

    file.write_bytes(written + b"x")
    changed = terminal("check").document["checks"]
    assert [(each["name"], each["detail"]) for each in changed if not each["ok"]] == [
        ("content_digests", file.name)
    ]
    file.unlink()
    missing = terminal("check").document["checks"]
    assert [(each["name"], each["detail"]) for each in missing if not each["ok"]] == [
        ("vault_files", file.name)
    ]
    assert made["state"] == "succeeded"


def test_for_people_there_are_tables_and_sentences(terminal: Terminal):
    terminal("record", "add", "contacts", "email=ann@a.example", "firstname=\x1b[31mAnn")

    table = terminal.plainly("record", "list", "contacts").out
    assert table.splitlines()[0].startswith("ID  ")
    assert "ann@a.example" in table
    # What a record holds does not steer the terminal.
    assert "\x1b" not in table
    assert "Super Admin" in terminal.plainly("whoami").out
    assert "The audit log is whole" in terminal.plainly("audit", "verify").out


def test_a_backup_is_browsed_page_by_page(terminal: Terminal, tmp_path: Path):
    for name in ("ann", "bob", "cleo"):
        terminal("record", "add", "contacts", f"email={name}@a.example", "date_of_birth=1990-01-31")
    copy = tmp_path / "copy.zip"
    backup_id = terminal("backup", "create", "--out", str(copy)).document["backup_id"]

    [held] = terminal("backup", "browse", backup_id).document["tables"]
    assert (held["object"], held["file"], held["rows"]) == ("contacts", "contacts.csv", 3)
    first = terminal("backup", "browse", str(copy), "--object", "contacts", "--limit", "2").document
    assert set(first) >= {"columns", "rows", "next", "total"}
    assert (len(first["rows"]), first["total"], first["next"]) == (2, 3, 2)
    assert first["rows"][0]["values"]["date_of_birth"] == "masked"
    rest = terminal("backup", "browse", backup_id, "--object", "contacts", "--after", "2").document
    assert [row["values"]["email"] for row in rest["rows"]] == ["cleo@a.example"]
    assert rest["next"] is None
    search = ("backup", "browse", backup_id, "--object", "contacts", "--search", "BOB")
    assert [row["row"] for row in terminal(*search).document["rows"]] == [2]
    assert "bob@a.example" in terminal.plainly(*search).out
    refused = terminal("backup", "browse", backup_id, "--object", "boats")
    assert (refused.code, refused.document["error"]["code"]) == (1, "backup_object_missing")
