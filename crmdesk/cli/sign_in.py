"""``sign-in``, ``sign-out`` and ``whoami``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.parameters import Code, PasswordStdin
from crmdesk.cli.secret_input import code_or_ask, read_password
from crmdesk.cli.session import call_of, here, opened, remember_workspace, seat
from crmdesk.core.errors import NotSignedIn, SecondFactorRefused

if TYPE_CHECKING:
    from crmdesk.core.access.actor import Actor
    from crmdesk.core.access.sessions import SignedIn
    from crmdesk.core.workspace import Workspace


def sign_in(
    context: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who signs in.")],
    password_stdin: PasswordStdin = False,
    code: Code = None,
) -> None:
    """Sign in; the session is remembered in the keyring."""
    from crmdesk.core.remembered_sessions import RememberedSessions

    call = call_of(context)
    with opened(call) as (workspace, store):
        password = read_password(password_stdin)
        signed_in = _sign_in(workspace, email, password, code)
        RememberedSessions(store, workspace.id, workspace.folder).keep(
            signed_in.actor.email, signed_in.token
        )
        remember_workspace(call, workspace.folder, workspace.file.name)
        document = _account(workspace, signed_in.actor)
        call.output.result(document, f"You are signed in as {document['email']}.")


def _sign_in(workspace: Workspace, email: str, password: str, code: str | None) -> SignedIn:
    from crmdesk.core.access.actor import SignInType

    place, via = here(), SignInType.COMMAND_LINE
    try:
        return workspace.sign_in.sign_in(email, password, code, place, via)
    except SecondFactorRefused as refusal:
        typed = code_or_ask(code) if refusal.code == "code_missing" else None
        if typed is None:
            raise
    return workspace.sign_in.sign_in(email, password, typed, place, via)


def sign_out(context: typer.Context) -> None:
    """End the session."""
    from crmdesk.core.remembered_sessions import RememberedSessions

    with seat(context) as here_now:
        workspace, actor = here_now.workspace, here_now.actor
        workspace.sign_in.sign_out(actor)
        RememberedSessions(here_now.store, workspace.id, workspace.folder).forget(actor.email)
        here_now.output.result({"email": actor.email}, f"{actor.email} is signed out.")


def who_am_i(context: typer.Context) -> None:
    """Say who is signed in, and what they may do."""
    with seat(context) as here_now:
        document = _account(here_now.workspace, here_now.actor)
        role = "Super Admin" if document["super_admin"] else "user"
        may = ", ".join(document["permissions"]) or "nothing beyond viewing and editing records"
        here_now.output.result(document, f"{document['email']} ({role})", f"May: {may}")


def _account(workspace: Workspace, actor: Actor) -> dict[str, Any]:
    if actor.user_id is None:
        raise NotSignedIn("not_signed_in", "Nobody is signed in.", "Sign in first.")
    me = workspace.users.me(actor)
    return {
        "user_id": me.id,
        "email": me.email,
        "name": me.name,
        "super_admin": me.super_admin,
        "permissions": [permission.value for permission in me.permissions],
        "sign_in_type": actor.sign_in_type,
    }
