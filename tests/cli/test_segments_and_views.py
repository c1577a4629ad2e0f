"""Segments, views, groups of filters and acts on many records, on the command line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Terminal

SEGMENT_KEYS = {"id", "name", "object", "kind", "size"}


@pytest.fixture
def people(terminal: Terminal) -> list[int]:
    """Ann and Bo in Oslo, Cy in Rome."""
    found = []
    for name, city in (("Ann", "Oslo"), ("Bo", "Oslo"), ("Cy", "Rome")):
        words = ("record", "add", "contacts", f"email={name}@a.example", f"firstname={name}")
        found.append(terminal(*words, f"city={city}").document["id"])
    return found


def ids(terminal: Terminal, *words: str) -> set[int]:
    document = terminal("record", "list", "contacts", *words).document
    assert document["total"] == len(document["records"])
    return {each["id"] for each in document["records"]}


def city(terminal: Terminal, record_id: int) -> Any:
    return terminal("record", "get", "contacts", str(record_id)).document["properties"]["city"]


def test_or_begins_another_group_of_filters(terminal: Terminal, people: list[int]):
    ann, bo, cy = people
    first = ("--filter", "city:eq:Oslo", "--filter", "firstname:eq:Ann")
    assert ids(terminal, *first) == {ann}
    assert ids(terminal, *first, "--or", "--filter", "city:eq:Rome") == {ann, cy}
    assert ids(terminal, "--filter", "createdate:within:today") == {ann, bo, cy}
    refused = terminal("record", "list", "contacts", "--or", "--filter", "city:eq:Oslo")
    assert (refused.code, refused.error) == (1, "filter_invalid")


def test_segments_are_made_listed_filled_and_removed(terminal: Terminal, people: list[int]):
    ann, bo, cy = people
    active = terminal("segment", "add", "contacts", "In Oslo", "--filter", "city:eq:Oslo")
    assert set(active.document) >= SEGMENT_KEYS
    assert (active.document["kind"], active.document["size"]) == ("active", 2)
    frozen = ("--static", "--filter", "city:eq:Oslo")
    assert terminal("segment", "add", "contacts", "Frozen", *frozen).document["size"] == 2
    words = ("segment", "add", "contacts", "Picked", "--id", str(cy), "--id", "98", "--id", "97")
    picked = terminal(*words).document
    assert (picked["kind"], picked["size"], picked["unknown"]) == ("static", 1, [98, 97])
    terminal("record", "set", "contacts", str(ann), "city=Rome")
    assert ids(terminal, "--segment", "in oslo") == {bo}
    assert ids(terminal, "--segment", "Frozen") == {ann, bo}
    assert terminal("segment", "put", "Picked", "--id", str(ann)).document["added"] == 1
    assert terminal("segment", "take", "Picked", "--id", str(cy)).document["removed"] == 1
    assert ids(terminal, "--segment", "Picked", "--filter", "city:eq:Rome") == {ann}
    assert terminal("segment", "set", "In Oslo", "--name", "Oslo").document["name"] == "Oslo"
    listed = terminal("segment", "list", "contacts").document["segments"]
    assert [(each["name"], each["size"]) for each in listed] == [
        ("Frozen", 2),
        ("Oslo", 1),
        ("Picked", 1),
    ]
    assert terminal("segment", "show", str(picked["id"])).document["name"] == "Picked"
    assert terminal("segment", "remove", "Oslo").code == 0
    assert terminal("segment", "show", "Oslo").error == "segment_unknown"


def test_a_view_keeps_filters_columns_and_order(terminal: Terminal, people: list[int]):
    ann, bo, _ = people
    made = terminal(
        *("view", "add", "contacts", "In Oslo", "--filter", "city:eq:Oslo"),
        *("--columns", "firstname,city", "--sort", "firstname", "--shared"),
    ).document
    assert (made["shared"], made["sort"], made["descending"]) == (True, "firstname", False)
    shown = terminal("record", "list", "contacts", "--view", "In Oslo").document["records"]
    assert [each["id"] for each in shown] == [ann, bo]
    assert set(shown[0]["properties"]) == {"firstname", "city"}
    both = terminal("record", "list", "contacts", "--view", "In Oslo", "--filter", "city:eq:Rome")
    assert both.code == 2
    assert len(terminal("view", "list", "contacts").document["views"]) == 1
    assert terminal("view", "add", "contacts", "Odd", "--columns", "shoe").error == (
        "property_unknown"
    )
    assert terminal("view", "remove", "contacts", "In Oslo").code == 0
    assert terminal("view", "list", "contacts").document["views"] == []


def test_many_records_are_changed_by_one_command_and_taken_back_by_another(
    terminal: Terminal, people: list[int]
):
    ann, _, cy = people
    words = ("record", "set-many", "contacts", "city=Bergen", "--filter", "city:eq:Oslo")
    counted = terminal(*words, "--dry-run").document
    assert (counted["records_changing"], counted["properties"]["city"]["overwrite"]) == (2, 2)
    assert city(terminal, ann) == "Oslo"
    assert terminal(*words).document["records_changed"] == 2
    assert (city(terminal, ann), city(terminal, cy)) == ("Bergen", "Rome")
    history = terminal("record", "history", "contacts", str(ann)).document["history"]
    assert history[0]["source"] == "API"
    undone = terminal("record", "undo").document
    assert (undone["kind"], undone["records"]) == ("edit", 2)
    assert city(terminal, ann) == "Oslo"


def test_many_records_are_deleted_and_brought_back(terminal: Terminal, people: list[int]):
    gone = terminal("record", "delete-many", "contacts", "--all").document
    assert gone["records_changed"] == 3
    assert ids(terminal) == set()
    assert terminal("record", "undo").document["records"] == 3
    assert ids(terminal) == set(people)


def test_which_records_are_meant_must_be_said(terminal: Terminal, people: list[int]):
    for words in ((), ("--all", "--id", "1"), ("--all", "--filter", "city:eq:Oslo")):
        refused = terminal("record", "delete-many", "contacts", *words)
        assert (refused.code, refused.error) == (2, "records_not_chosen")
    assert ids(terminal) == set(people)
