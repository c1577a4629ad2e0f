"""``audit comment``: what people say about entries of the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.documents import moment
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Meant, group
from crmdesk.cli.session import Seat, seat

if TYPE_CHECKING:
    from crmdesk.core.audit.comment_model import Comment, Written

app = group("Talk about entries of the audit log.")
EventId = Annotated[int, typer.Argument(metavar="EVENT", help="Number of the entry.")]
CommentId = Annotated[int, typer.Argument(metavar="ID", help="Number of the comment.")]
Words = Annotated[
    str,
    typer.Argument(
        metavar="TEXT", help="Plain text; @ and an e-mail address or name tags somebody."
    ),
]


@app.command("add")
def add(context: typer.Context, event_id: EventId, text: Words) -> None:
    """Comment on an entry."""
    with seat(context) as here:
        written = here.workspace.audit_comments.add(here.actor, event_id, text)
        _tell(here, written, f"Comment {written.comment_id} is written.")


@app.command("reply")
def reply(context: typer.Context, comment_id: CommentId, text: Words) -> None:
    """Reply to a comment; a reply to a reply joins the same thread."""
    with seat(context) as here:
        written = here.workspace.audit_comments.reply(here.actor, comment_id, text)
        _tell(here, written, f"Comment {written.comment_id} is written.")


@app.command("edit")
def edit(context: typer.Context, comment_id: CommentId, text: Words) -> None:
    """Write a comment of yours anew."""
    with seat(context) as here:
        written = here.workspace.audit_comments.edit(here.actor, comment_id, text)
        _tell(here, written, f"Comment {comment_id} is changed.")


@app.command("delete")
def delete(context: typer.Context, comment_id: CommentId, *, yes: Meant = False) -> None:
    """Delete a comment; replies to it stay."""
    with seat(context) as here:
        question = f"Delete comment {comment_id} for good?"
        ask_person(question, "The comment was not deleted.", yes=yes)
        here.workspace.audit_comments.remove(here.actor, comment_id)
        here.output.result({"comment_id": comment_id}, f"Comment {comment_id} is deleted.")


@app.command("resolve")
def resolve(context: typer.Context, comment_id: CommentId) -> None:
    """Tick the thread of a comment off."""
    with seat(context) as here:
        here.workspace.audit_comments.resolve(here.actor, comment_id)
        here.output.result({"comment_id": comment_id}, "The thread is resolved.")


@app.command("reopen")
def reopen(context: typer.Context, comment_id: CommentId) -> None:
    """Take the tick from the thread of a comment."""
    with seat(context) as here:
        here.workspace.audit_comments.reopen(here.actor, comment_id)
        here.output.result({"comment_id": comment_id}, "The thread is open again.")


@app.command("list")
def list_comments(
    context: typer.Context,
    event_id: EventId,
    state: Annotated[
        Literal["open", "all", "resolved"], typer.Option(help="Only these threads.")
    ] = "open",
    as_lines: JsonLines = False,
) -> None:
    """List what is said about an entry, oldest first."""
    from crmdesk.core.audit.comment_model import ThreadState

    with seat(context) as here:
        found = here.workspace.comment_reader.threads(here.actor, event_id, ThreadState(state))
        documents = [_document(each, _state(each)) for each in found.threads]
        shown = documents if as_lines or here.output.as_json else _rows(documents)
        columns = ("id", "author", "at", "state", "text")
        here.output.items(
            "comments",
            shown,
            columns,
            as_lines=as_lines,
            narrowed=found.open + found.resolved > 0,
            open=found.open,
            resolved=found.resolved,
        )
        if not found.threads and found.open + found.resolved:
            here.output.remark(
                f"{found.open} open and {found.resolved} resolved are shown by --state all."
            )


def _state(thread: Comment) -> str:
    return "resolved" if thread.resolved else "open"


def _tell(here: Seat, written: Written, sentence: str) -> None:
    document = {
        "comment_id": written.comment_id,
        "told": written.told,
        "not_told": written.not_told,
        "nobody": list(written.nobody),
    }
    lines = [sentence]
    if written.told:
        lines.append(f"{plural(written.told, 'person', 'people')} told.")
    if written.not_told:
        lines.append(f"{written.not_told:,} more are tagged and not told.")
    lines += [f"Nobody who sees the log is called “@{each}”." for each in written.nobody]
    here.output.result(document, *lines)


def _document(found: Comment, state: str) -> dict[str, Any]:
    return {
        "id": found.id,
        "author": found.author_email or None,
        "text": found.text,
        "at": moment(found.at),
        "edited_at": None if found.edited_at is None else moment(found.edited_at),
        "deleted": found.deleted,
        "state": state,
        "resolved_at": None if found.resolved_at is None else moment(found.resolved_at),
        "resolved_by": found.resolved_by or None,
        "unread": found.unread,
        "replies": [_document(reply, state) for reply in found.replies],
    }


def _rows(threads: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Threads and their replies below each other, for people."""
    rows = []
    for thread in threads:
        for each in (thread, *thread["replies"]):
            indent = "" if each is thread else "  "
            text = "(deleted)" if each["deleted"] else " ".join(each["text"].split())
            rows.append(each | {"text": indent + text})
    return rows
