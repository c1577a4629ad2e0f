"""The commands that shape the CRM and tie its records together."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Terminal


def add(terminal: Terminal, object_name: str, *values: str) -> str:
    return str(terminal("record", "add", object_name, *values).document["id"])


def test_records_are_associated_listed_and_dissociated(terminal: Terminal):
    ann = add(terminal, "contacts", "email=ann@a.example", "firstname=Ann")
    north = add(terminal, "companies", "name=Northwind")
    pair = ("contacts", ann, "companies", north)

    done = terminal("record", "associate", *pair).document
    assert set(done) == {"object", "id", "other_object", "other_id", "label", "change_id"}
    assert terminal("record", "associate", *pair).document["change_id"] is None
    listed = terminal("record", "associations", "companies", north).document
    assert listed["associations"] == [
        {"object": "contacts", "id": int(ann), "name": "Ann", "labels": []}
    ]
    assert listed["counts"] == {"contacts": 1}
    company = terminal("record", "get", "companies", north).document
    assert company["properties"]["num_associated_contacts"] == "1"

    assert terminal("record", "dissociate", *pair).code == 0
    history = terminal("record", "history", "contacts", ann).document["history"]
    assert [each["kind"] for each in history] == ["dissociate", "associate", "create"]
    other = {"object": "companies", "id": int(north), "name": "Northwind", "count": 1}
    assert history[0]["with"] == {**other, "labels": [], "old_labels": []}
    assert history[2]["with"] is None
    told = terminal.process("record", "history", "contacts", ann).out
    assert "Northwind (companies 1)" in told
    again = terminal("record", "dissociate", *pair)
    assert (again.code, again.error) == (1, "not_associated")


def test_labels_and_limits_are_set_up_and_held_to(terminal: Terminal):
    ann, bob = (add(terminal, "contacts", f"email={n}@a.example") for n in ("ann", "bob"))
    north = add(terminal, "companies", "name=Northwind")
    added = terminal(
        *("association", "add-label", "companies", "contacts"),
        *("--label", "Founder", "--inverse", "Founded"),
    ).document
    assert (added["name"], added["label"], added["inverse_label"]) == (
        "founder",
        "Founder",
        "Founded",
    )
    seen = terminal("association", "labels", "contacts", "companies").document["labels"]
    assert [(each["label"], each["inverse_label"]) for each in seen] == [("Founded", "Founder")]

    terminal("record", "associate", "companies", north, "contacts", ann, "--label", "Founder")
    listed = terminal("record", "associations", "contacts", ann, "--object", "companies").document
    assert listed["associations"][0]["labels"] == ["Founded"]

    limit = terminal("association", "set-limit", "companies", "contacts", "1").document
    assert limit["maximum"] == 1
    refused = terminal("record", "associate", "companies", north, "contacts", bob)
    assert refused.error == "association_limit_reached"
    assert terminal("association", "limits").document["limits"] == [
        {"object": "companies", "other": "contacts", "label": None, "maximum": 1}
    ]
    assert terminal("association", "set-limit", "companies", "contacts", "off").code == 0
    assert terminal("association", "set-limit", "companies", "contacts", "many").error == (
        "limit_invalid"
    )

    words = ("--label", "Owner", "--inverse", "Owns")
    changed = terminal("association", "set-label", "companies", "contacts", "founder", *words)
    assert changed.document["label"] == "Owner"
    gone = terminal("association", "remove-label", "contacts", "companies", "founder").document
    assert gone == {"name": "founder", "associations": 1}


def test_records_are_merged_and_come_apart(terminal: Terminal):
    ann = add(terminal, "contacts", "email=ann@a.example", "city=Oslo")
    anne = add(terminal, "contacts", "email=anne@a.example", "city=Bergen", "phone=555")
    pair = ("contacts", ann, anne)

    plan = terminal("record", "merge", *pair, "--take", "city", "--dry-run").document
    chosen = {each["property"]: each["chosen"] for each in plan["values"]}
    assert chosen == {"email": "winner", "city": "loser", "phone": "loser"}
    assert "change_id" not in plan

    done = terminal("record", "merge", *pair, "--take", "city", "--keep", "phone").document
    values = terminal("record", "get", "contacts", ann).document["properties"]
    assert (values["city"], values["phone"]) == ("Bergen", None)
    assert terminal("record", "restore", "contacts", anne).error == "record_merged"

    back = terminal("record", "unmerge", str(done["change_id"])).document
    assert (back["winner"], back["loser"], back["skipped"]) == (int(ann), int(anne), 0)
    assert terminal("record", "get", "contacts", ann).document["properties"]["city"] == "Oslo"
    assert terminal("record", "merge", "contacts", ann, ann).error == "merge_self"


def test_pipelines_are_added_changed_and_removed(terminal: Terminal):
    added = terminal(
        *("pipeline", "add", "deals", "renewals", "--label", "Renewals"),
        *("--stage", "asked=Asked:0.1", "--stage", "done=Renewed: again:1!"),
    ).document
    assert added["stages"] == [
        {"name": "asked", "label": "Asked", "probability": "0.1", "closed": False, "records": 0},
        {
            "name": "done",
            "label": "Renewed: again",
            "probability": "1",
            "closed": True,
            "records": 0,
        },
    ]
    add(terminal, "deals", "dealname=Boat", "pipeline=renewals", "dealstage=asked")

    change = ("pipeline", "set", "deals", "renewals")
    changed = terminal(
        *change, "--label", "Extensions", "--add-stage", "Lost:0!", "--position", "1"
    ).document
    assert [each["label"] for each in changed["stages"]] == ["Asked", "Renewed: again", "Lost"]
    listed = terminal("pipeline", "list", "deals").document["pipelines"]
    assert [(each["name"], each["records"]) for each in listed] == [("renewals", 1), ("default", 0)]
    terminal(*change, "--stage", "asked", "--stage-label", "Called", "--probability", "0.3")
    ordered = terminal(*change, "--order", "done,asked").document
    assert [each["name"] for each in ordered["stages"]] == ["done", "asked", "lost"]
    assert ordered["stages"][1]["label"] == "Called"

    assert terminal(*change, "--remove-stage", "asked").error == "stage_in_use"
    moved = terminal(*change, "--remove-stage", "asked", "--move-to", "done").document
    assert moved["records_moved"] == 1
    assert terminal("pipeline", "remove", "deals", "renewals").error == "pipeline_in_use"
    gone = terminal("pipeline", "remove", "deals", "renewals", "--move-to", "default/closedwon")
    assert gone.document == {"name": "renewals", "records_moved": 1}


def test_a_pipeline_command_that_says_nothing_is_wrong_usage(terminal: Terminal):
    for words in ((), ("--stage", "closedwon"), ("--probability", "1")):
        assert terminal("pipeline", "set", "deals", "default", *words).code == 2
    assert terminal("pipeline", "remove", "deals", "default", "--move-to", "x").code == 2


def test_a_type_is_changed_once_its_losses_are_accepted(terminal: Terminal, tmp_path: Path):
    for text in ("8500", "none"):
        add(terminal, "contacts", f"zip={text}")
    change = ("property", "type", "contacts", "zip", "number")

    plan = terminal(*change, "--dry-run", "--unconverted", str(tmp_path / "left.csv")).document
    assert (plan["values"], plan["converted"], plan["unconverted"]) == (2, 1, 1)
    assert plan["samples"][0]["value"] == "none"
    assert "none" in (tmp_path / "left.csv").read_text(encoding="utf-8")
    assert terminal(*change).code == 2
    assert terminal(*change, "--accept-unconverted", "2").error == "type_change_outdated"
    done = terminal(*change, "--accept-unconverted", "1").document
    assert done["property"]["type"] == "number"


def test_archived_properties_are_listed_and_come_back(terminal: Terminal):
    terminal("property", "archive", "contacts", "city")
    [away] = terminal("property", "list", "contacts", "--archived").document["properties"]
    assert (away["name"], away["archived"]) == ("city", True)
    back = terminal("property", "unarchive", "contacts", str(away["id"])).document
    assert back["name"] == "city"

    order = terminal("property", "order", "contacts", "lastname", "firstname").document["order"]
    assert order.index("lastname") < order.index("firstname")


def test_objects_are_changed_put_away_and_brought_back(terminal: Terminal):
    terminal("object", "add", "boats", "--label", "Boat")
    changed = terminal("object", "set", "boats", "--label", "Vessel", "--display", "name").document
    assert (changed["label"], changed["display"]) == ("Vessel", ["name"])
    assert terminal("object", "set", "boats").code == 2
    terminal("object", "remove", "boats")
    assert terminal("object", "restore", "boats").document["label"] == "Vessel"
    assert terminal("object", "restore", "boats").error == "object_unknown"


def test_the_create_dialog_is_chosen(terminal: Terminal):
    assert terminal("object", "form", "contacts").document == {"fields": []}
    chosen = terminal("object", "form", "contacts", "--field", "phone", "--field", "email!")
    assert chosen.document["fields"] == [
        {"property": "phone", "required": False},
        {"property": "email", "required": True},
    ]
    assert terminal("object", "form", "contacts", "--reset").document == {"fields": []}


def test_property_groups_are_added_renamed_moved_and_removed(terminal: Terminal):
    def names() -> list[str]:
        listed = terminal("property", "group", "list", "contacts").document["groups"]
        return [each["name"] for each in listed]

    before = names()
    assert terminal("property", "group", "add", "contacts", "Fairs").document["name"] == "Fairs"
    assert names() == [*before, "Fairs"]
    moved = terminal("property", "group", "move", "contacts", "Fairs", "1").document["order"]
    assert moved == names() == ["Fairs", *before]
    renamed = terminal("property", "group", "rename", "contacts", before[0], "About them").document
    assert (renamed["name"], renamed["properties"] > 0) == ("About them", True)

    in_use = terminal("property", "group", "remove", "contacts", "About them")
    assert (in_use.code, in_use.error) == (1, "group_in_use")
    gone = terminal(
        "property", "group", "remove", "contacts", "About them", "--move-to", "Fairs"
    ).document
    assert gone == {"name": "About them", "moved": renamed["properties"]}
    assert terminal("property", "group", "move", "contacts", "Boats", "1").error == "group_unknown"
    assert terminal("property", "group", "move", "contacts", "Fairs", "0").code == 2
