"""``notification``: the list behind the bell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.documents import link_to, moment
from crmdesk.cli.notice_words import notice_text
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import seat
from crmdesk.core.errors import WrongUsage
from crmdesk.core.notify.topics import NotificationTopic, kinds_about

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.notify.inbox import Notification

app = group("Read your notifications.")
About = Annotated[
    NotificationTopic | None, typer.Option("--about", help="Only those about one matter.")
]


@app.command("list")
def list_notifications(
    context: typer.Context,
    unread: Annotated[bool, typer.Option("--unread", help="Only those not read yet.")] = False,
    about: About = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_lines: JsonLines = False,
) -> None:
    """List your notifications, newest first."""
    with seat(context) as here:
        kinds = kinds_about(about)
        found = here.workspace.inbox.list(here.actor, limit, unread, kinds)
        documents = [_document(here, each) for each in found]
        columns = ("id", "at", "text", "read")
        narrowed = unread or about is not None
        here.output.items("notifications", documents, columns, as_lines=as_lines, narrowed=narrowed)


@app.command("read")
def read(
    context: typer.Context,
    notification_id: Annotated[
        int | None, typer.Argument(metavar="ID", help="Which one.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Mark a notification as read, or all of them."""
    if (notification_id is None) is not every:
        raise WrongUsage("usage", "Give the ID of one notification, or --all.", "")
    with seat(context) as here:
        marked = here.workspace.inbox.mark_read(here.actor, notification_id)
        document = {"id": notification_id, "read": True, "marked": marked}
        here.output.result(document, f"{plural(marked, 'notification')} marked as read.")


def _document(here: Seat, found: Notification) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "at": moment(found.at),
        "text": notice_text(found),
        "values": dict(found.values),
        "read": found.is_read,
        "link": link_to(here, found.link),
    }
