"""``user``: who may work with the workspace, and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.lines import read_line
from crmdesk.cli.parameters import Code, JsonLines, Meant, PasswordStdin, group
from crmdesk.cli.proof import step_up
from crmdesk.cli.session import Seat, seat
from crmdesk.core.access.permissions import GRANTABLE, Permission
from crmdesk.core.errors import WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.access.user import User

app = group("Add, change and remove users.")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The user's e-mail address.")]
_RIGHTS = ", ".join(right.value for right in GRANTABLE)


def _right(text: str) -> Permission:
    """A right that can be given; the others belong to everyone, or to Super Admins."""
    for right in GRANTABLE:
        if right.value == text:
            return right
    raise typer.BadParameter(f"“{text}” is no right that can be given; there are: {_RIGHTS}.")


Permissions = Annotated[
    list[Permission] | None,
    typer.Option("--permission", metavar="P", parser=_right, help=f"Give this right: {_RIGHTS}."),
]
Teams = Annotated[list[str] | None, typer.Option("--team", metavar="T", help="Put into this team.")]
_COLUMNS = ("id", "email", "name", "super_admin", "permissions", "active", "two_factor")


@app.command("list")
def list_users(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every user, newest first."""
    with seat(context) as here:
        documents = [_document(each) for each in here.workspace.users.list(here.actor)]
        here.output.items("users", documents, _COLUMNS, as_lines=as_lines)


@app.command("add")
def add(
    context: typer.Context,
    email: Email,
    *,
    full_name: Annotated[str, typer.Option("--full-name", help="Their name.")],
    super_admin: Annotated[bool, typer.Option("--super-admin", help="May do everything.")] = False,
    permissions: Permissions = None,
    teams: Teams = None,
    password_stdin: PasswordStdin = False,
    code: Code = None,
) -> None:
    """Add a user; without a password a one-time code is made for them."""
    from crmdesk.core.access.users import NewUser

    password = None
    if password_stdin:
        password = read_line("password_missing", "No password came on standard input.")
    new = NewUser(
        email, full_name, super_admin, tuple(permissions or ()), tuple(teams or ()), password
    )
    with seat(context) as here:
        step_up_id = _step_up(here, email, code, grant=True) if super_admin else None
        added = here.workspace.users.add(here.actor, new, step_up_id)
        lines = [f"{email} is added."]
        if added.one_time_code is not None:
            lines += [
                f"One-time code: {added.one_time_code}",
                f"Give it to them; they run `crmdesk password set {email}`.",
            ]
        here.output.result({"user_id": added.user_id, "one_time_code": added.one_time_code}, *lines)


@app.command("set")
def set_user(
    context: typer.Context,
    email: Email,
    *,
    full_name: Annotated[str | None, typer.Option("--full-name", help="Their name.")] = None,
    super_admin: Annotated[
        bool | None, typer.Option("--super-admin/--no-super-admin", help="May do everything.")
    ] = None,
    permissions: Permissions = None,
    revoked: Annotated[
        list[Permission] | None,
        typer.Option("--no-permission", metavar="P", help="Take this right away."),
    ] = None,
    teams: Teams = None,
    code: Code = None,
) -> None:
    """Change a user's name, rights or teams; what is not named stays."""
    from crmdesk.core.access.users import UserChange

    if all(each is None for each in (full_name, super_admin, permissions, revoked, teams)):
        raise WrongUsage("usage", "Nothing to change was given.", "Give e.g. --permission export.")
    change = UserChange(
        full_name,
        super_admin,
        tuple(permissions or ()),
        tuple(revoked or ()),
        None if teams is None else tuple(teams),
    )
    with seat(context) as here:
        turned = super_admin is not None and super_admin is not (
            here.workspace.users.show(here.actor, email).super_admin
        )
        step_up_id = _step_up(here, email, code, grant=super_admin is True) if turned else None
        changed = here.workspace.users.set(here.actor, email, change, step_up_id)
        here.output.result(_document(changed), f"{email} is changed.")


@app.command("deactivate")
def deactivate(context: typer.Context, email: Email) -> None:
    """Let a user do nothing any more, until reactivated."""
    with seat(context) as here:
        changed = here.workspace.users.deactivate(here.actor, email)
        here.output.result(_document(changed), f"{email} is deactivated.")


@app.command("reactivate")
def reactivate(context: typer.Context, email: Email) -> None:
    """Let a deactivated user sign in again."""
    with seat(context) as here:
        changed = here.workspace.users.reactivate(here.actor, email)
        here.output.result(_document(changed), f"{email} is active again.")


@app.command("remove")
def remove(
    context: typer.Context,
    email: Email,
    *,
    yes: Meant = False,
) -> None:
    """Remove a user for good; what they did keeps their name."""
    with seat(context) as here:
        name = here.workspace.users.show(here.actor, email).name
        ask_person(f"Remove {name} for good?", "Nobody was removed.", yes=yes)
        here.workspace.users.remove(here.actor, email)
        here.output.result({"email": email}, f"{email} is removed.")


@app.command("reset-password")
def reset_password(
    context: typer.Context,
    email: Email,
    *,
    show: Annotated[
        bool, typer.Option("--show", help="Print the code, even where it could be sent.")
    ] = False,
) -> None:
    """Send a one-time code for a new password; without a mail server it is printed once."""
    with seat(context) as here:
        made = here.workspace.password_resets.issue(here.actor, email, show=show)
        lines = [f"A one-time code is on its way to {made.sent_to}."]
        if made.code is not None:
            lines = [
                f"One-time code: {made.code}",
                f"Give it to them; they run `crmdesk password set {email}`.",
            ]
        document = {
            "email": email,
            "one_time_code": made.code,
            "sent_to": made.sent_to or None,
            "message_id": made.message_id,
        }
        here.output.result(document, *lines)


def _step_up(here: Seat, email: str, code: str | None, *, grant: bool) -> str | None:
    """Prove who acts before somebody becomes a Super Admin, or is none any more."""
    from crmdesk.core.access.proofs import person_binding
    from crmdesk.core.access.two_factor import StepUpPurpose

    if not here.workspace.users.super_admin_needs_code(here.actor, None if grant else email):
        return None
    purpose = StepUpPurpose.GRANT_SUPER_ADMIN if grant else StepUpPurpose.REVOKE_SUPER_ADMIN
    return step_up(here, purpose, person_binding(email), code)


def _document(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "user_id": user.id,
        "email": user.email,
        "name": user.name,
        "super_admin": user.super_admin,
        "permissions": [permission.value for permission in user.permissions],
        "teams": list(user.teams),
        "active": user.active,
        "kind": user.kind,
        "two_factor": user.two_factor,
    }
