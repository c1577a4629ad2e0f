"""What a list says that has nothing in it: that it is so, and what would put something there."""

from __future__ import annotations

_NOTHING_MATCHES = "Nothing matches. Without filters all are shown."
_NOTHING = "There is nothing here."
_EMPTY = {
    "archived": "Nothing of this object is in the recycle bin.",
    "associations": "No associations. `crmdesk record associate` makes one.",
    "backups": "No backups yet. `crmdesk backup create` makes one.",
    "comments": "No comments yet. `crmdesk audit comment add` writes one.",
    "downloads": "Nobody has saved a copy yet.",
    "drills": "No drills yet. `crmdesk backup drill` runs one.",
    "exports": "No exports yet. `crmdesk export create` makes one.",
    "fields": "No fields are chosen: the dialog asks for what the program asks for by itself.",
    "groups": "No groups yet. `crmdesk property group add` makes one.",
    "imported": "No logs were taken in yet. `crmdesk audit import` takes one.",
    "imports": "No imports and no restores yet. `crmdesk import OBJECT FILE` begins one.",
    "jobs": "No jobs yet. Backups, imports, exports and restores are jobs.",
    "labels": "No labels yet. `crmdesk association add-label` makes one.",
    "limits": "No limits are set. `crmdesk association set-limit` sets one.",
    "notifications": "No notifications.",
    "outbox": "No messages yet. `crmdesk outbox test` sends one.",
    "pipelines": "No pipelines. `crmdesk pipeline add` makes one.",
    "properties": "No properties were put away.",
    "records": "No records. `crmdesk record add` adds one, `crmdesk import` brings many.",
    "restores": "No restores yet. `crmdesk restore plan` shows what one would change.",
    "segments": "No segments yet. `crmdesk segment add` makes one.",
    "teams": "No teams yet. `crmdesk team add` makes one.",
    "templates": "No templates yet. `crmdesk import … --save-template NAME` keeps one.",
    "views": "No views yet. `crmdesk view add` saves one.",
}


def empty_words(key: str, *, narrowed: bool) -> str:
    """The sentence that stands for a table without rows.

    Args:
        key: what the list is called in its JSON document.
        narrowed: filters were given, so that there may be some all the same.
    """
    return _NOTHING_MATCHES if narrowed else _EMPTY.get(key, _NOTHING)
