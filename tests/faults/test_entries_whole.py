"""What each call that changes something leaves in the log: who, from where, what, old and new."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crmdesk.core.audit.catalogue import load_audit_catalogue
from crmdesk.core.audit.event_places import event_place
from crmdesk.core.links import may_be_linked
from tests.builders import PLACE, Desk
from tests.faults.conftest import Record, effort
from tests.faults.logged_calls import LOGGED

CATALOGUE = load_audit_catalogue()
COLUMNS = (
    *("category", "subcategory", "action", "result", "actor_kind", "user_id", "session_id"),
    *("address", "host", "agent", "object_type", "object_id", "job_id", "link", "at", "payload"),
)
#: A sweep or the next start finds these: the program itself acts, or nobody can be named.
BY_THE_PROGRAM = {"backup_expiry.sweep"}
#: Whoever acts has no session yet, or none any more.
WITHOUT_SESSION = {"passwords.set_first", "viewing.end_stale", "jobs.recover"}
#: Updates without an old value: secrets, texts that stand beside the log, sets told by member.
WITHOUT_OLD = {
    *("CHANGE_PASSWORD", "WORKSPACE_RECOVERY_KEY_RENEWED", "AUDIT_LOG_COMMENT", "OUTBOX"),
    *("TEAM_USER_ADDED", "TEAM_USER_DELETED"),
}


#: Nothing that could be shown: a right, a signature, a file from elsewhere; the guide names them.
WITHOUT_PLACE = {
    "PERMISSION_REFUSED",
    "AUDIT_LOG_ANCHORED",
    "comparisons.export",
    "browsing.reveal",
}
#: Told of twice, and why: the guide names them. Every other call leaves exactly one entry.
TWICE = {
    **dict.fromkeys(("editor.put_back", "merges.undo"), "security activity has a name of its own"),
    "run a deletion of a person": "security activity has a name of its own",
    "run an export of a person's data": "security activity has a name of its own",
    "run an export": "sensitive values left, and have a category of their own",
    **dict.fromkeys(
        ("exports.cancel", "jobs.request_cancel", "jobs.recover"), "asked, and what came of it"
    ),
}


@pytest.mark.parametrize("name", sorted(LOGGED)[:: effort(27, 1)])
def test_an_entry_tells_who_did_what_to_what_and_from_where(
    timed_desk: Desk, name: str, record: Record
) -> None:
    desk = timed_desk
    act = LOGGED[name](desk)
    [(last,)] = desk.sql("SELECT max(id) FROM audit_events")
    act()
    found = entries_after(desk, last)
    assert len(found) == 1 + (name in TWICE)
    # Under a second name, where the field has one; never twice under the same.
    told = [tuple(each[key] for key in ("category", "subcategory", "object_id")) for each in found]
    assert len(set(told)) == len(told)
    for entry in found:
        assert_in_catalogue(entry)
        assert_leads_somewhere(entry, name)
        assert entry["at"].startswith("2026-")
        assert entry["at"].endswith("Z")
        assert entry["object_type"] or entry["job_id"] or about_nothing(entry), entry
        if name in BY_THE_PROGRAM:
            assert entry["actor_kind"] == "system"
            continue
        assert entry["user_id"] is not None
        assert "@" in entry["payload"]["user_email"]
        assert entry["payload"]["user_name"]
        assert isinstance(entry["payload"]["user_super_admin"], bool)
        if name not in WITHOUT_SESSION:
            assert entry["session_id"], entry
            assert (entry["address"], entry["host"]) == (PLACE.address, PLACE.host)
        assert_tells_the_change(entry)
    record(len(found), "whole")


def entries_after(desk: Desk, last: object) -> list[dict[str, Any]]:
    rows = desk.sql(
        f"SELECT {', '.join(COLUMNS)} FROM audit_events e "
        "JOIN audit_details d ON d.event_id = e.id WHERE e.id > ? ORDER BY e.id",
        last,
    )
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    return [each | {"payload": json.loads(str(each["payload"] or "{}"))} for each in found]


def about_nothing(entry: dict[str, Any]) -> bool:
    """Who came or went, or was refused a right, did nothing to anything."""
    return entry["category"] == "login" or entry["action"] == "refuse"


def assert_in_catalogue(entry: dict[str, Any]) -> None:
    category = CATALOGUE.category(entry["category"])
    assert category is not None
    assert category.has_source
    if category.per_object:
        assert entry["action"] in category.actions
        return
    below = category.subcategory(entry["subcategory"])
    assert below is not None
    assert below.has_source
    assert entry["action"] in below.actions


def assert_leads_somewhere(entry: dict[str, Any], name: str) -> None:
    facts = ("category", "subcategory", "action", "user_id", "object_type", "object_id", "link")
    place = event_place(*(entry[fact] for fact in facts), entry["payload"])
    if {entry["subcategory"], name} & WITHOUT_PLACE:
        assert place is None
    else:
        assert place is not None, entry
        assert may_be_linked(place), place


def assert_tells_the_change(entry: dict[str, Any]) -> None:
    """What is changed is told from old to new; of many records by the digest of their history."""
    if entry["action"] == "update" and entry["subcategory"] not in WITHOUT_OLD:
        names = str(entry["payload"])
        assert "old" in names or "history_digest" in names, entry
