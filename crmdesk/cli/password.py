"""``password``: choosing one's own password."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from crmdesk.cli.parameters import PasswordStdin, group
from crmdesk.cli.secret_input import read_password
from crmdesk.cli.session import call_of, here, opened, seat

app = group("Set your password.")


@app.command("set")
def set_first(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whose password.")],
    password_stdin: PasswordStdin = False,
) -> None:
    """Set a password with a one-time code (on standard input: the code, then the password)."""
    call = call_of(context)
    one_time_code = read_password(password_stdin, "One-time code")
    password = read_password(password_stdin, "New password", confirm=True)
    with opened(call) as (workspace, _):
        workspace.passwords.set_first(email, one_time_code, password, here())
        # The workspace that was named need not be the one that opens by itself.
        where = f" --workspace {shlex.quote(call.workspace)}" if call.workspace else ""
        call.output.result({"email": email}, f"Done. Run `crmdesk{where} sign-in {email}`.")


@app.command("change")
def change(context: typer.Context, password_stdin: PasswordStdin = False) -> None:
    """Change your password (on standard input: the old one, then the new one)."""
    old = read_password(password_stdin, "Old password")
    new = read_password(password_stdin, "New password", confirm=True)
    with seat(context) as now:
        now.workspace.passwords.change(now.actor, old, new)
        now.output.result({"email": now.actor.email}, "Your password is changed.")
