"""``outbox``: e-mail that waits to be sent, was sent, or was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import typer

from crmdesk.cli import mail_server
from crmdesk.cli.documents import moment
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.errors import UserError, WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.mail.model import MailProblem, OutboxMessage

app = group("See and send e-mail.")
Topic = Literal["backup_problems", "restores", "approvals", "mentions"]
app.add_typer(mail_server.app, name="server")
_LISTED = ("id", "to", "subject", "state", "next_attempt", "reply")


@app.command("list")
def list_messages(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_lines: JsonLines = False,
) -> None:
    """List messages, newest first, with what the mail server said."""
    with seat(context) as here:
        found = here.workspace.outbox.list(here.actor, limit=limit)
        waiting = here.workspace.outbox.waiting(here.actor)
        documents = [_document(each) for each in found]
        here.output.items("outbox", documents, _LISTED, as_lines=as_lines, waiting=waiting)


@app.command("retry")
def retry(
    context: typer.Context,
    message_id: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="Id of the message.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Whatever waits or was given up, but for tests.")
    ] = False,
) -> None:
    """Try a message again now, also one that was given up; or all of them."""
    if everything == (message_id is not None):
        raise WrongUsage("usage", "Which message?", "Give its id, or --all.")
    with seat(context) as here:
        if message_id is None:
            tried = here.workspace.outbox.retry_all(here.actor)
            _tell_counts(here, _send_due(here) if tried else {})
            return
        here.workspace.outbox.retry(here.actor, message_id)
        _send_due(here)
        _tell(here, here.workspace.outbox.show(here.actor, message_id))


@app.command("send")
def send(context: typer.Context) -> None:
    """Send what is due now, and wait for it; what is not due yet waits for its time."""
    with seat(context) as here:
        if here.workspace.mail_server.get(here.actor) is None:
            raise UserError(
                "mail_server_missing",
                "No mail server is configured.",
                "Run `crmdesk outbox server set HOST --sender EMAIL`.",
            )
        _tell_counts(here, _send_due(here))


@app.command("test")
def send_test(
    context: typer.Context,
    to: Annotated[
        str, typer.Option("--to", metavar="EMAIL", help="Without it to your own address.")
    ] = "",
) -> None:
    """Send a test message, and say what the mail server said."""
    with seat(context) as here:
        message_id, job_id = here.workspace.outbox.send_test(here.actor, to)
        finish_job(here, job_id, wait=True)
        _tell(here, here.workspace.outbox.show(here.actor, message_id))


@app.command("topics")
def topics(
    context: typer.Context,
    topic: Annotated[
        Topic | None,
        typer.Argument(metavar="[TOPIC]", help="What about."),
    ] = None,
    choice: Annotated[
        Literal["on", "off"] | None, typer.Argument(metavar="[on|off]", help="Whether to write.")
    ] = None,
) -> None:
    """Show or choose what you are written to about, beside large exports."""
    from crmdesk.core.mail.model import MailKind

    with seat(context) as here:
        choices = here.workspace.mail_choices
        chosen = set(choices.own(here.actor))
        if topic is not None and choice is not None:
            (chosen.add if choice == "on" else chosen.discard)(MailKind(topic))
            choices.set(here.actor, chosen)
        names = sorted(each.value for each in chosen)
        nothing = f"Nothing is chosen. There are {', '.join(get_args(Topic))}."
        text = f"You are written to about {', '.join(names)}." if names else nothing
        here.output.result({"topics": names}, text)


def _send_due(here: Seat) -> dict[str, int]:
    job_id = here.workspace.outbox.start_if_due()
    if job_id is None:
        return {}
    finish_job(here, job_id, wait=True)
    return dict(here.workspace.jobs.job(here.actor, job_id).result or {})


def _tell_counts(here: Seat, counts: dict[str, int]) -> None:
    done = {state: counts.get(state, 0) for state in ("sent", "queued", "failed")}
    text = f"{plural(done['sent'], 'message')} sent"
    if done["queued"] or done["failed"]:
        text += f", {done['queued']:,} to be tried again, {done['failed']:,} given up"
    here.output.result(done, f"{text}.")


def _tell(here: Seat, found: OutboxMessage) -> None:
    """Say what became of one message.

    Raises:
        UserError: ``mail_not_sent``.
    """
    if found.problem is not None:
        again = moment(found.next_attempt)
        raise UserError(
            "mail_not_sent",
            f"The message was not sent: {problem_words(found.problem, found.reply)}",
            f"It is tried again at {again}." if again else "Run `crmdesk outbox server show`.",
        )
    sent = f"Sent to {found.recipient}: {found.reply}"
    text = sent if found.sent_at is not None else "It is queued; another process sends just now."
    here.output.result(_document(found), text)


def _document(found: OutboxMessage) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "to": found.recipient,
        "subject": found.subject,
        "created_at": moment(found.created_at),
        "state": found.state.value,
        "attempts": found.attempts,
        "next_attempt": moment(found.next_attempt),
        "sent_at": moment(found.sent_at),
        "problem": None if found.problem is None else found.problem.value,
        "reply": _reply(found),
    }


def _reply(found: OutboxMessage) -> str:
    if found.state.value == "unconfigured":
        return "Not sent: no mail server configured."
    if found.problem is None:
        return found.reply
    text = problem_words(found.problem, found.reply)
    return text[0].upper() + text[1:]


def problem_words(problem: MailProblem, reply: str) -> str:
    """Why an attempt failed, with the server's own words."""
    text = _PROBLEMS[problem.value]
    return f"{text} ({reply})" if reply else text


_PROBLEMS = {
    "no_server": "no mail server is configured.",
    "unreachable": "the mail server cannot be reached.",
    "no_answer": "the mail server did not answer in time.",
    "connection_lost": "the connection to the mail server was lost.",
    "no_encryption": "the mail server does not encrypt the connection as it is asked to.",
    "not_trusted": "the mail server's certificate is not trusted by this computer.",
    "login_refused": "the mail server refused the login.",
    "password_unreadable": "the kept password does not belong to this mail server; type it anew.",
    "sender_refused": "the mail server refused the sender.",
    "recipient_refused": "the mail server refused the recipient.",
    "refused": "the mail server refused the message.",
    "not_entitled": "the person is no Super Admin any more.",
    "interrupted": "CRM Desk or the computer stopped while it was being sent.",
}
