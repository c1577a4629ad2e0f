"""Views of the audit log and comments on its entries, on the command line."""

from __future__ import annotations

from tests.cli.conftest import Terminal


def test_a_view_of_the_log_is_saved_shown_and_renamed(terminal: Terminal):
    words = ("audit", "view", "save", "Beginning", "--subcategory", "WORKSPACE_CREATED")
    view = terminal(*words, "--shared").document
    assert (view["shared"], view["mine"], view["period"]) == (True, True, None)
    assert view["filters"] == {"subcategories": ["WORKSPACE_CREATED"]}
    shown = terminal("audit", "list", "--view", "beginning").document["events"]
    assert [each["id"] for each in shown] == [1]
    typed = ("audit", "view", "save", "Beginning", "--category", "imprt")
    assert terminal(*typed).error == "audit_category_unknown"
    assert terminal("audit", "view", "rename", "Beginning", "First").document["name"] == "First"
    assert terminal("audit", "view", "delete", "all logs").error == "view_default"
    kept = terminal("audit", "view", "save", "all logs", "--action", "delete")
    assert (kept.code, kept.error) == (1, "name_taken")
    assert "“All Logs” is one of the three views that everybody has" in kept.err
    names = [each["name"] for each in terminal("audit", "view", "list").document["views"]]
    assert names == ["All Logs", "Login History", "Security Activity", "First"]
    clone = terminal("audit", "view", "clone", "first").document
    assert (clone["name"], clone["shared"]) == ("Copy of First", False)
    assert terminal("audit", "view", "share", "Copy of First").document["shared"]
    assert not terminal("audit", "view", "share", "First", "--private").document["shared"]


def test_a_comment_is_added_answered_edited_resolved_and_deleted(terminal: Terminal):
    first = terminal("audit", "comment", "add", "1", "Why, @ingrid and @nobody?").document
    assert (first["told"], first["not_told"], first["nobody"]) == (0, 0, ["nobody"])
    thread = first["comment_id"]
    reply = terminal("audit", "comment", "reply", str(thread), "Because.").document["comment_id"]
    assert terminal("audit", "comment", "edit", str(reply), "Be\x1bcause!").code == 0
    assert terminal("audit", "comment", "resolve", str(reply)).code == 0
    found = terminal("audit", "comment", "list", "1", "--state", "resolved").document["comments"]
    assert [(each["id"], each["state"], len(each["replies"])) for each in found] == [
        (thread, "resolved", 1)
    ]
    assert terminal("audit", "comment", "reopen", str(thread)).code == 0
    asked = ("audit", "list", "--query", "comment:why")
    assert [each["id"] for each in terminal(*asked).document["events"]] == [1]
    assert terminal("audit", "comment", "delete", str(thread)).code == 0
    text = terminal.plainly("audit", "comment", "list", "1", "--state", "all").out
    assert "(deleted)" in text
    assert "  Be\u241bcause!" in text
