"""``import undo`` over the command line."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal


def test_an_import_is_previewed_and_taken_back(terminal: Terminal, tmp_path: Path):
    people = tmp_path / "people.csv"
    people.write_text("Email,First name\nann@example.org,Ann\n", encoding="utf-8")
    done = terminal("import", "contacts", str(people)).document

    tried = terminal("import", "undo", done["import_id"], "--dry-run").document
    assert (tried["records_deleted"], tried["undo_id"]) == (1, None)
    assert terminal("record", "list", "contacts").document["total"] == 1

    by_hand = terminal("record", "undo").document["error"]
    assert by_hand["hint"] == f"On the command line: crmdesk import undo {done['import_id']}"
    undone = terminal("import", "undo", done["import_id"]).document
    assert (undone["state"], undone["records_deleted"]) == ("succeeded", 1)
    assert terminal("record", "list", "contacts").document["total"] == 0
    listed = terminal("import", "list").document["imports"]
    kinds = [(each["kind"], each["undone"]) for each in listed]
    assert kinds == [
        ("undo", False),
        ("import", True),
    ]

    again = terminal("import", "undo", done["import_id"])
    assert (again.code, again.document["error"]["code"]) == (1, "undo_impossible")
