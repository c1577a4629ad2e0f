"""``init``: a new workspace with its first Super Admin."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.parameters import PasswordStdin
from crmdesk.cli.secret_input import ask_passphrase, read_password
from crmdesk.cli.session import Call, call_of, here, remember_workspace
from crmdesk.core.access.secret_store import SECRET_FILE
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.files.presence import absolute_path
from crmdesk.core.setting_declarations import Edition

if TYPE_CHECKING:
    from crmdesk.core.access.secret_store import SecretStore
    from crmdesk.core.founding import NewWorkspace
    from crmdesk.core.workspace import Created, Workspace

_NOT_IN_FOLDER_NAMES = re.compile(r"[^\w]+")


def init(
    context: typer.Context,
    name: Annotated[str, typer.Option("--name", help="Name of the workspace.")],
    email: Annotated[str, typer.Option("--email", help="E-mail of the first Super Admin.")],
    full_name: Annotated[str, typer.Option("--full-name", help="Their name.")],
    password_stdin: PasswordStdin = False,
    edition: Annotated[
        Edition, typer.Option(help="How often a backup may be made, and what of the log is shown.")
    ] = Edition.ENTERPRISE,
    time_zone: Annotated[
        str | None, typer.Option("--timezone", metavar="TZ", help="E.g. Europe/Oslo.")
    ] = None,
    use_file: Annotated[
        bool,
        typer.Option(
            "--use-file",
            help="Keep the key in an encrypted file of the workspace, where there is no keyring.",
        ),
    ] = False,
) -> None:
    """Create a workspace, and sign its first Super Admin in."""
    from crmdesk.core.access.time_zones import local_time_zone
    from crmdesk.core.founding import NewWorkspace
    from crmdesk.core.workspace import create_workspace

    name = name.strip()
    if not name:
        raise WrongUsage(
            "workspace_name_missing", "The workspace needs a name.", "Give it with --name NAME."
        )
    call = call_of(context)
    password = read_password(password_stdin, "Password of the first Super Admin", confirm=True)
    folder = _folder(call, name)
    settings = {
        "workspace.edition": edition.value,
        "workspace.time_zone": time_zone or local_time_zone() or "UTC",
    }
    wanted = NewWorkspace(name, email, full_name, password, dict(settings))
    store = new_store(folder, use_file, "init")
    created = create_workspace(folder, wanted, store)
    try:
        signed_in = _signed_in(call, created.workspace, wanted, store)
        mark = created.workspace.signing_key.fingerprint
    finally:
        created.workspace.close()
    remember_workspace(call, folder, name)
    _tell(call, folder, name, created, mark, signed_in)


def _tell(
    call: Call, folder: Path, name: str, created: Created, mark: str, signed_in: list[str]
) -> None:
    call.output.result(
        {
            "workspace": str(folder),
            "workspace_id": created.workspace.id,
            "user_id": created.user_id,
            "recovery_key": created.recovery_key,
            "fingerprint": mark,
        },
        f"The workspace “{name}” is in {folder}.",
        *signed_in,
        "",
        f"Recovery key: {created.recovery_key}",
        "It is shown this once. Keep it on paper, away from this computer: without it and",
        "without this computer's keyring nobody can open the workspace again.",
        "",
        f"Fingerprint of the signing key: {mark}",
        "It is no secret. It proves later that a backup or an anchor came from this workspace.",
    )


def _signed_in(
    call: Call, workspace: Workspace, wanted: NewWorkspace, store: SecretStore
) -> list[str]:
    """Sign the first Super Admin in, and say so.

    That it fails is only said: the recovery key, shown once, must be printed all the same.
    """
    from crmdesk.core.access.actor import SignInType
    from crmdesk.core.remembered_sessions import RememberedSessions

    try:
        signed_in = workspace.sign_in.sign_in(
            wanted.email, wanted.password, None, here(), SignInType.COMMAND_LINE
        )
        RememberedSessions(store, workspace.id, workspace.folder).keep(
            signed_in.actor.email, signed_in.token
        )
    except UserError as problem:
        call.output.remark(problem.message)
        return []
    unanchored = workspace.anchors.anchor_to_keyring()
    if unanchored is not None:
        call.output.remark(unanchored.message)
    return [f"You are signed in as {signed_in.actor.email}."]


def _folder(call: Call, name: str) -> Path:
    """Where the workspace goes: as named, else a folder of its name among the user's data."""
    from crmdesk.core import platform

    if call.workspace is not None:
        return absolute_path(call.workspace)
    plain = _NOT_IN_FOLDER_NAMES.sub("-", name).strip("-").lower()[:60]
    return platform.data_folder() / f"workspace-{plain or 'new'}"


def new_store(folder: Path, use_file: bool, command: str) -> SecretStore:
    """The keyring or the encrypted file that is to keep a new folder's key.

    Args:
        command: that offers --use-file, to be named where there is no keyring.
    """
    from crmdesk.core.access.secrets import StoreChoice, check_store, open_store

    choice = StoreChoice.FILE if use_file else StoreChoice.KEYRING
    try:
        store = open_store(choice, folder / SECRET_FILE, ask_passphrase, os.environ)
        if not use_file:
            # Found out before anything is made: a keyring may be there and locked.
            check_store(store)
    except UserError as error:
        hint = error.hint.replace("crmdesk keyring use-file", f"crmdesk {command} --use-file …")
        raise UserError(error.code, error.message, hint) from error
    return store
