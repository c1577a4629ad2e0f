"""What every command stands on: the chosen workspace, opened, and who is signed in to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from crmdesk.cli.due_mail import send_mail
from crmdesk.cli.output import Output
from crmdesk.cli.secret_input import ask_passphrase
from crmdesk.core.access.secret_store import SECRET_FILE
from crmdesk.core.errors import NotSignedIn, UserError, WrongUsage
from crmdesk.core.files.presence import absolute_path

if TYPE_CHECKING:
    from crmdesk.core.access.actor import Actor, Place
    from crmdesk.core.access.secret_store import SecretStore
    from crmdesk.core.jobs.job import Job
    from crmdesk.core.remembered_sessions import RememberedSessions
    from crmdesk.core.workspace import Workspace


@dataclass(slots=True)
class Call:
    """One call of the program: its global options, and what it asks of the caller.

    Attributes:
        workspace: folder as given; ``None`` for the last one opened.
        email: who acts; ``None`` for who signed in last.
        window: a workspace whose window shall be opened when the command has ended.
        place: what it shall show; empty for where it was left.
    """

    output: Output = field(default_factory=Output)
    workspace: str | None = None
    email: str | None = None
    window: Path | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Seat:
    """A person's seat at an open workspace."""

    workspace: Workspace
    actor: Actor
    store: SecretStore
    output: Output


def call_of(context: typer.Context) -> Call:
    """The call that a command belongs to."""
    found = context.find_object(Call)
    return found if found is not None else Call()


@contextmanager
def seat(context: typer.Context, *, tells_damage: bool = True) -> Iterator[Seat]:
    """Open the workspace with the session that was remembered.

    Args:
        tells_damage: say first that the database is damaged, where the command does not.

    Raises:
        NotSignedIn: nobody is signed in, or the session ended.
        UserError: the workspace cannot be opened, or its key is not in the keyring.
    """
    call = call_of(context)
    with opened(call, tells_damage=tells_damage) as (workspace, store):
        yield Seat(workspace, resumed(call, workspace, store), store, call.output)


@contextmanager
def opened(call: Call, *, tells_damage: bool = True) -> Iterator[tuple[Workspace, SecretStore]]:
    """Open the workspace without anybody signed in; its head is anchored at the end."""
    from crmdesk.core.damage import told_as_damage
    from crmdesk.core.workspace import Workspace
    from crmdesk.core.workspace_key import load_key

    folder = chosen_folder(call)
    store = store_of(folder)
    workspace = Workspace(folder, load_key(folder, store), store=store)
    try:
        with told_as_damage(workspace.database):
            for job in workspace.start_up():
                call.output.remark(_interrupted(job))
            if workspace.damage is not None and tells_damage:
                call.output.remark(f"{workspace.damage.message} {workspace.damage.hint}")
            yield workspace, store
    finally:
        _anchor(call, workspace)
        workspace.seals.keep()
        send_mail(workspace)
        workspace.close()


def _anchor(call: Call, workspace: Workspace) -> None:
    """Keep the log's head outside the database; that it cannot be kept is only said."""
    problem = workspace.anchors.anchor_to_keyring()
    try:
        workspace.anchors.anchor_to_file()
    except UserError as error:
        problem = problem or error
    if problem is not None:
        call.output.remark(problem.message)


def chosen_folder(call: Call) -> Path:
    """The workspace's folder: as named, else the last one opened.

    Raises:
        WrongUsage: ``workspace_not_chosen``.
        UserError: ``workspace_kind_unknown`` for an address of a server.
    """
    from crmdesk.core.known_workspaces import KnownWorkspaces

    if call.workspace is not None:
        if "://" in call.workspace:
            raise UserError(
                "workspace_kind_unknown",
                f"{call.workspace.partition('://')[0]}:// names no workspace that can be opened.",
                "Name the folder of a workspace on this computer.",
            )
        return absolute_path(call.workspace)
    last = KnownWorkspaces().last()
    if last is None:
        raise WrongUsage(
            "workspace_not_chosen",
            "No workspace has been opened yet.",
            "Name one with --workspace FOLDER, or run `crmdesk init`.",
        )
    return last


def remember_workspace(call: Call, folder: Path, name: str) -> None:
    """Make a workspace the last one opened; that it cannot be remembered is only said."""
    from crmdesk.core.known_workspaces import KnownWorkspaces

    try:
        KnownWorkspaces().remember(folder, name)
    except UserError as problem:
        call.output.remark(problem.message)


def add_workspace(call: Call, folder: Path, name: str) -> bool:
    """Put a workspace into the list; whether it is the one opened when none is named."""
    from crmdesk.core.known_workspaces import KnownWorkspaces

    try:
        return KnownWorkspaces().add(folder, name) == folder
    except UserError as problem:
        call.output.remark(problem.message)
        return False


def store_of(folder: Path) -> SecretStore:
    """The place where a workspace's secrets are kept on this computer.

    Raises:
        UserError: ``workspace_missing``, ``keyring_missing``.
    """
    from crmdesk.core.access.secrets import open_store
    from crmdesk.core.workspace_folder import read_workspace_file

    file = read_workspace_file(folder)
    return open_store(file.secret_store, folder / SECRET_FILE, ask_passphrase, os.environ)


def here() -> Place:
    """This computer, as the log records it."""
    from crmdesk.core.access.device import describe_device

    return describe_device().place


def resumed(call: Call, workspace: Workspace, store: SecretStore) -> Actor:
    """Go on with the remembered session.

    Raises:
        NotSignedIn: there is none, or it ended.
    """
    from crmdesk.core.remembered_sessions import RememberedSessions

    sessions = RememberedSessions(store, workspace.id, workspace.folder)
    remembered = sessions.find(call.email)
    try:
        if remembered is None:
            raise _nobody(call.email)
        return workspace.sign_in.resume(remembered.token, here())
    except NotSignedIn as refusal:
        other = _still_signed_in(workspace, sessions)
        if other is None:
            raise
        first = refusal.hint.rstrip(".")
        hint = f"{first}; or act as {other}, who is signed in: `crmdesk --as {other} …`."
        raise NotSignedIn(refusal.code, refusal.message, hint, **refusal.values) from None


def _nobody(email: str | None) -> NotSignedIn:
    message = "Nobody is signed in." if email is None else f"{email} is not signed in."
    hint = f"Run `crmdesk sign-in {email or 'EMAIL'}`."
    return NotSignedIn("not_signed_in", message, hint)


def _still_signed_in(workspace: Workspace, sessions: RememberedSessions) -> str | None:
    """Somebody whose remembered session is good: a hint for who forgot to name them."""
    for email in sessions.emails():
        found = sessions.find(email)
        if found is not None and workspace.sign_in.is_usable(found.token):
            return email
    return None


def _interrupted(job: Job) -> str:
    when = f"{job.created_at:%Y-%m-%d %H:%M} UTC"
    return f"The {job.kind.value} begun at {when} was interrupted; nothing of it was kept."
