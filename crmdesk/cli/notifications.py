"""``notification``: the list behind the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.documents import moment
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.notify.inbox import Notification

app = group("Read your notifications.")


@app.command("list")
def list_notifications(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help="Only those not read yet.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_lines: JsonLines = False,
) -> None:
    """List your notifications, newest first."""
    with seat(context) as here:
        found = here.workspace.inbox.list(here.actor, limit=limit, unread_only=unread)
        documents = [_document(each) for each in found]
        here.output.items(
            "notifications", documents, ("id", "at", "text", "read"), as_lines=as_lines
        )


@app.command("read")
def read(
    context: typer.Context,
    notification_id: Annotated[int, typer.Argument(metavar="ID", help="Which one.")],
) -> None:
    """Mark a notification as read."""
    with seat(context) as here:
        marked = here.workspace.inbox.mark_read(here.actor, notification_id)
        document = {"id": notification_id, "read": True}
        here.output.result(document, f"{plural(marked, 'notification')} marked as read.")


def _document(found: Notification) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "at": moment(found.at),
        "text": _text(found),
        "values": dict(found.values),
        "read": found.is_read,
        "link": found.link,
    }


def _text(found: Notification) -> str:
    """E.g. ``"Backup done: records 1204"``: the kind in words, and its plain facts."""
    words = found.kind.replace("_", " ").capitalize()
    facts = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in found.values.items()
        if isinstance(value, str | int) and value != "" and not name.endswith("id")
    ]
    return f"{words}: {', '.join(facts)}" if facts else words
