"""``backup compare``, ``drill``, ``drills`` and ``health`` in a terminal."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal


def test_compare_prints_numbers_samples_and_saves_the_rest(
    terminal: Terminal, tmp_path: Path
) -> None:
    ann = terminal("record", "add", "contacts", "email=ann@example.org", "firstname=Ann").document
    backup = terminal("backup", "create").document["backup_id"]
    terminal("record", "set", "contacts", str(ann["id"]), "firstname=Anne")
    terminal("record", "add", "contacts", "email=bo@example.org")
    file = tmp_path / "difference.csv"

    done = terminal("backup", "compare", backup, "--object", "contacts", "--out", str(file))

    assert done.code == 0, done.err
    contacts = done.document["objects"]["contacts"]
    assert contacts["properties"] == {"firstname": 1}
    assert (contacts["added"], contacts["changed"], contacts["removed"]) == (1, 1, 0)
    assert done.document["samples"][0]["values"][0]["old"] == "Ann"
    assert "firstname,Ann,Anne" in file.read_text()
    told = terminal.plainly("backup", "compare", backup)
    assert "1 added, 0 removed, 1 changed" in told.out
    assert "firstname: Ann → Anne" in told.out


def test_a_drill_passes_and_fails_by_its_exit_code(terminal: Terminal) -> None:
    terminal("record", "add", "contacts", "email=ann@example.org")
    made = terminal("backup", "create", "--complete").document

    good = terminal("backup", "drill")
    file = Path(made["file"])
    data = bytearray(file.read_bytes())
    data[200] ^= 1
    file.write_bytes(data)
    bad = terminal("backup", "drill", made["backup_id"])

    assert (good.code, good.document["ok"], good.document["records"]) == (0, True, 1)
    assert (bad.code, bad.document["ok"]) == (1, False)
    listed = terminal("backup", "drills").document["drills"]
    assert [each["ok"] for each in listed] == [False, True]
    health = terminal("backup", "health")
    assert (health.code, health.document["level"]) == (1, "danger")
    assert "drill_failed" in health.document["reasons"]
    assert "drill failed" in terminal.plainly("backup", "health").out


def test_deleted_records_come_back_with_a_code(terminal: Terminal) -> None:
    app = terminal.enrol()
    fjord = terminal("record", "add", "companies", "name=Fjord AS").document["id"]
    backup = terminal("backup", "create", "--complete").document["backup_id"]
    terminal("record", "delete", "companies", str(fjord))
    words = ["restore", "deleted", backup, "--object", "companies"]

    unaccepted = terminal(*words)
    looked = terminal(*words, "--dry-run")
    code = ("--accept-changes", "--otp", app.code())
    nothing = terminal(*words, "--records", "999", *code)
    done = terminal(*words, *code)

    assert nothing.error == "nothing_to_restore", "and the code is not used up"
    assert (unaccepted.code, unaccepted.error) == (2, "not_accepted")
    assert looked.document["counts"] == {"companies": {"from_bin": 1}}
    assert done.code == 0, done.err
    assert done.document["records_changed"] == 1
    assert terminal("record", "get", "companies", str(fjord)).document["archived_at"] is None


def test_a_lost_property_is_made_again_from_the_backup(terminal: Terminal) -> None:
    words = ["contacts", "boat", "--label", "Boat", "--type", "string"]
    assert terminal("property", "add", *words).code == 0
    backup = terminal("backup", "create").document["backup_id"]
    assert terminal("property", "archive", "contacts", "boat").code == 0
    lost = terminal("backup", "compare", backup).document["definitions"]

    words = ["restore", "definition", backup, "--object", "contacts", "--property", "boat"]
    looked = terminal(*words, "--dry-run")
    still = terminal("property", "list", "contacts").document["properties"]
    done = terminal(*words)

    assert [(each["name"], each["change"]) for each in lost] == [("boat", "property_removed")]
    assert looked.document == done.document
    assert "boat" not in {each["name"] for each in still}
    assert (done.code, done.document["steps"][0]["label"]) == (0, "Boat")
    assert terminal("backup", "compare", backup).document["definitions"] == []


def test_a_deleted_pipeline_and_a_renamed_stage_are_put_back(terminal: Terminal) -> None:
    stages = ["--stage", "cast=Cast:0.2", "--stage", "landed=Landed:1!"]
    assert terminal("pipeline", "add", "deals", "nets", "--label", "Nets", *stages).code == 0
    backup = terminal("backup", "create").document["backup_id"]
    assert terminal("pipeline", "remove", "deals", "nets").code == 0
    words = ["restore", "definition", backup, "--object", "deals"]

    done = terminal(*words, "--pipeline", "nets")
    again = terminal("pipeline", "list", "deals").document["pipelines"][-1]
    changed = ["pipeline", "set", "deals", "nets", "--stage", "cast", "--stage-label", "Thrown"]
    assert terminal(*changed).code == 0
    back = terminal(*words, "--pipeline", "nets", "--stage", "cast")
    nothing = terminal(*words, "--all")
    unclear = terminal(*words, "--stage", "cast")

    assert done.document["steps"][0]["parts"] == ["Cast", "Landed"]
    assert [(s["name"], s["probability"], s["closed"]) for s in again["stages"]] == [
        ("cast", "0.2", False),
        ("landed", "1", True),
    ]
    assert [back.document["steps"][0][key] for key in ("now", "then")] == ["Thrown", "Cast"]
    assert (nothing.code, nothing.error) == (1, "definition_there")
    assert (unclear.code, unclear.error) == (2, "definition_not_chosen")


def test_the_report_of_a_restore_is_saved(terminal: Terminal, tmp_path: Path) -> None:
    app = terminal.enrol()
    ann = terminal("record", "add", "contacts", "email=a@example.org", "firstname=Ann").document
    backup = terminal("backup", "create").document["backup_id"]
    terminal("record", "set", "contacts", str(ann["id"]), "firstname=Anne")
    words = ["--object", "contacts", "--properties", "firstname", "--otp", app.code()]
    accepted = ["--accept-changes", "--accept-irreversible"]
    done = terminal("restore", "apply", backup, *words, *accepted).document

    saved = terminal("restore", "report", done["restore_id"], "--out", str(tmp_path / "r.csv"))

    assert saved.code == 0, saved.err
    assert "Anne" in (tmp_path / "r.csv").read_text()
