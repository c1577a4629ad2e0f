"""The log and files: reports of it, logs of HubSpot taken in, and what is recorded."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Terminal
from tests.cli.typed import typed
from tests.core.audit.test_imported import AUDIT, audit_log, written


def test_logs_come_in_and_reports_go_out(terminal: Terminal, tmp_path: Path):
    file = audit_log(tmp_path)
    tried = terminal("audit", "import", str(file), "--dry-run").document
    assert (tried["import_id"], tried["added"], tried["kind"]) == (None, 4, "audit")
    done = terminal("audit", "import", str(file)).document
    assert done["added"] == 4
    bad = written(tmp_path / "bad.csv", AUDIT, ["1", "X", "", "Y", "", "someday", ""])
    told = terminal.plainly("audit", "import", str(bad), "--dry-run").out
    assert "Line 2: “someday” is no time" in told

    listed = terminal("audit", "list", "--by", "bo@").document
    assert [each["imported"] for each in listed["events"]] == [True, True]
    assert all(each["id"] < 0 for each in listed["events"])
    entries = {
        each["category"]: each["entries"]
        for each in terminal("audit", "catalogue").document["categories"]
    }
    assert (entries["other"], entries["salesforce"]) == (1, 0)

    out = tmp_path / "log.jsonl"
    made = terminal(
        *("audit", "export", "--by", "bo@", "--comments"),
        *("--format", "jsonl", "--out", str(out)),
    ).document
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert made["records"] == len(lines) == 2
    assert [line["erased"] for line in lines] == [False, False]
    assert json.loads(Path(made["anchor"]).read_text("utf-8"))["sequence"] > 2
    assert list(lines[0])[:6] == ["at", "type", "user", "object_id", "location", "link"]
    terminal("settings", "set", "workspace.edition", "starter")
    hidden = terminal.plainly("audit", "list", "--category", "settings")
    assert "Nothing matches." in hidden.out
    assert "Without 1 entry that this edition does not show." in hidden.err
    shown = terminal("audit", "list")
    assert {each["detail"] for each in shown.document["events"]} == {None}
    assert "Without details, which this edition does not show." in shown.err
    terminal("settings", "set", "workspace.edition", "enterprise")
    csv = tmp_path / "log.csv"
    terminal("audit", "export", "--view", "Security Activity", "--out", str(csv))
    heads = csv.read_text("utf-8").splitlines()[0]
    assert heads.startswith(
        '"Time","Type","User e-mail","Object ID","Approximate location","Link","Entry"'
    )

    assert terminal("audit", "imported", "list").document["imported"][0]["added"] == 4
    words = ("audit", "imported", "remove", str(done["import_id"]))
    kept = typed(terminal, words, (f"Remove the entries of {file.name} (4)? [y/N]: ", "n"))
    assert (kept.code, "Nothing was removed." in kept.screen) == (130, True), kept.screen
    removed = terminal(*words).document
    assert removed == {"removed": 4}
