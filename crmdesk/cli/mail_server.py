"""``outbox server``: who takes the workspace's mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Meant, PasswordStdin, group
from crmdesk.cli.secret_input import read_password
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.mail.model import MailServer

app = group("The server that takes the workspace's mail.")


@app.command("show")
def show(context: typer.Context) -> None:
    """Show the mail server; its password is never shown."""
    with seat(context) as here:
        found = here.workspace.mail_server.get(here.actor)
        here.output.result({"server": _document(found)}, _words(found))


@app.command("set")
def set_server(
    context: typer.Context,
    host: Annotated[str, typer.Argument(metavar="HOST", help="E.g. smtp.example.com.")],
    sender: Annotated[
        str, typer.Option("--sender", metavar="EMAIL", help="The address that messages come from.")
    ],
    security: Annotated[
        Literal["tls", "starttls", "none"],
        typer.Option("--security", help="How the connection is encrypted."),
    ] = "starttls",
    port: Annotated[
        int | None, typer.Option("--port", help="Without it 465 for tls, 587, or 25 for none.")
    ] = None,
    user: Annotated[
        str, typer.Option("--user", metavar="NAME", help="To log in as; without it no login.")
    ] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Say which server takes mail; a password that is kept for it stays."""
    from crmdesk.core.mail.model import USUAL_PORTS, MailSecurity, MailServerChange

    kind = MailSecurity(security)
    password = read_password(from_stdin=True) if password_stdin else None
    where = USUAL_PORTS[kind] if port is None else port
    change = MailServerChange(host, where, kind, sender, user, password)
    with seat(context) as here:
        found = here.workspace.mail_server.set(here.actor, change)
        given_up = here.workspace.outbox.given_up(here.actor)
        document = {"server": _document(found), "given_up": given_up}
        here.output.result(document, _words(found), *_offer(given_up))


@app.command("remove")
def remove(context: typer.Context, *, yes: Meant = False) -> None:
    """Send no mail any more; what is queued waits."""
    with seat(context) as here:
        question = "Remove the mail server and forget its password?"
        ask_person(question, "The mail server was not removed.", yes=yes)
        here.workspace.mail_server.forget(here.actor)
        here.output.result({"server": None}, _words(None))


def _document(found: MailServer | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "host": found.host,
        "port": found.port,
        "security": found.security.value,
        "user": found.user,
        "sender": found.sender,
        "has_password": found.has_password,
    }


def _offer(given_up: int) -> list[str]:
    """How to try again what was given up with the server of before."""
    command = "To try again, run `crmdesk outbox retry --all`."
    return [f"{plural(given_up, 'message')} given up before. {command}"] * bool(given_up)


def _words(found: MailServer | None) -> str:
    if found is None:
        return "No mail server is configured: messages stay in the outbox."
    login = f", logging in as {found.user}" if found.user else ""
    place = f"{found.host}:{found.port} ({found.security.value})"
    return f"Mail goes to {place}{login}, from {found.sender}."
