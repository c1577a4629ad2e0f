"""Views of the audit log and comments on its entries, on the command line."""

from __future__ import annotations

from tests.cli.conftest import Terminal


def test_a_view_of_the_log_is_saved_shown_shared_renamed_and_deleted(terminal: Terminal):
    made = terminal("record", "add", "contacts", "email=ann@a.example").document["id"]
    terminal("record", "delete", "contacts", str(made))
    words = ("audit", "view", "save", "Deletions")
    asked = ("--query", "action:Delete category:crm_object -by:nobody")
    refused = terminal(*words, *asked)
    assert (refused.code, refused.error) == (2, "query_invalid")
    view = terminal(*words, asked[0], asked[1][:-10], "--period", "today").document
    assert (view["shared"], view["mine"], view["period"]) == (False, True, "today")
    assert view["filters"] == {"categories": ["crm_object"], "actions": ["delete"]}
    shown = terminal("audit", "list", "--view", "deletions").document
    assert [(each["action"], each["object_id"]) for each in shown["events"]] == [
        ("delete", str(made))
    ]
    words = (*words, "--action", "delete", "--search", "nowhere")
    assert terminal(*words).document["id"] == view["id"]
    assert terminal("audit", "list", "--view", "Deletions").document["events"] == []

    copied = terminal("audit", "view", "clone", "Login History").document
    assert copied["name"] == "Copy of Login History"
    assert terminal("audit", "view", "share", "Deletions").document["shared"]
    assert not terminal("audit", "view", "share", "Deletions", "--private").document["shared"]
    assert terminal("audit", "view", "rename", "Deletions", "Gone").document["name"] == "Gone"
    assert terminal("audit", "view", "delete", "Gone").code == 0
    names = [each["name"] for each in terminal("audit", "view", "list").document["views"]]
    assert names == ["All Logs", "Login History", "Security Activity", copied["name"]]
    assert terminal("audit", "view", "delete", "all logs").error == "view_default"
    assert terminal("audit", "view", "delete", "Gone").error == "view_unknown"
    both = ("--view", "All Logs", "--action", "delete")
    assert terminal("audit", "list", *both).error == "usage"
    dated = ("audit", "view", "save", "X", "--period", "today", "--since", "2026-11-01")
    assert terminal(*dated).error == "usage"


def test_a_comment_is_added_answered_edited_resolved_and_deleted(terminal: Terminal):
    def listed(*words: str) -> list[tuple[int, str, int]]:
        found = terminal("audit", "comment", "list", "1", *words).document["comments"]
        return [(each["id"], each["state"], len(each["replies"])) for each in found]

    first = terminal("audit", "comment", "add", "1", "Why, @ingrid?").document
    assert (first["told"], first["not_told"]) == (0, 0)
    thread = first["comment_id"]
    reply = terminal("audit", "comment", "reply", str(thread), "Because.").document["comment_id"]
    assert terminal("audit", "comment", "edit", str(reply), "Be\x1bcause!").code == 0
    assert listed() == [(thread, "open", 1)]
    assert terminal("audit", "comment", "resolve", str(reply)).code == 0
    assert listed() == []
    assert listed("--state", "resolved") == listed("--state", "all") == [(thread, "resolved", 1)]
    assert terminal("audit", "comment", "reopen", str(thread)).code == 0
    assert terminal("audit", "comment", "delete", str(thread)).code == 0
    text = terminal.plainly("audit", "comment", "list", "1").out
    assert "(deleted)" in text
    assert "  Be\u241bcause!" in text
    assert terminal("audit", "comment", "edit", str(thread), "Gone?").error == "comment_unknown"
    assert terminal("audit", "comment", "add", "999999", "Hm.").error == "audit_event_not_found"
