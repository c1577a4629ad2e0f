"""What the list of imports shows while it has no line."""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.ui.transfer.wording import say
from crmdesk.ui.widgets.buttons import Button, ButtonKind
from crmdesk.ui.widgets.empty_state import EmptyState, Fact


def nothing_yet(begin: Callable[[], object]) -> EmptyState:
    """Nothing was imported: the primary stands in the page."""
    start = Button(say("Import"), ButtonKind.PRIMARY, "upload")
    start.setObjectName("first_import")
    start.clicked.connect(begin)
    facts = (
        Fact("file-text", say("Any table"), say("CSV, Excel, OpenDocument, zips, backups.")),
        Fact("eye", say("Seen before"), say("You see what each row would do before it does.")),
        Fact("history", say("Kept"), say("Every value that was written stays on record here.")),
    )
    return EmptyState(
        "file-up",
        say("Nothing was imported yet"),
        say("Bring records in from a file. Restores are listed here too."),
        buttons=[start],
        facts=facts,
    )


def nothing_found(clear: Callable[[], object]) -> EmptyState:
    """The filters leave nothing."""
    button = Button(say("Clear filters"), ButtonKind.PRIMARY)
    button.setObjectName("clear_filters")
    button.clicked.connect(clear)
    return EmptyState(
        "search",
        say("No import matches"),
        say("Take a filter away, or search for another name or file."),
        buttons=[button],
    )


def not_open() -> EmptyState:
    """The person may not import."""
    return EmptyState(
        "lock",
        say("Imports are not open to you"),
        say("A Super Admin can give you the permission to import in Settings, Users."),
    )
