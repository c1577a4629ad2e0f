"""``keyring``: where the workspace's key lies, and how it comes back."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from crmdesk.cli.parameters import Code, RecoveryKeyStdin, group
from crmdesk.cli.proof import step_up
from crmdesk.cli.secret_input import ask_passphrase, code_or_ask, read_recovery_key
from crmdesk.cli.session import (
    call_of,
    chosen_folder,
    here,
    remember_workspace,
    seat,
    store_of,
)
from crmdesk.core.access.secret_store import SECRET_FILE
from crmdesk.core.errors import SecondFactorRefused, UserError

app = group("See, recover and move the workspace's key.")


@app.command("status")
def status(context: typer.Context) -> None:
    """Say whether this computer holds the workspace's key."""
    from crmdesk.core.access.recovery import keyring_status
    from crmdesk.core.workspace_folder import read_workspace_file

    call = call_of(context)
    folder = chosen_folder(call)
    backend, detail, problem = read_workspace_file(folder).secret_store, "", None
    try:
        found = keyring_status(folder, store_of(folder))
        backend, detail, problem = found.backend, found.detail, found.problem
    except UserError as error:
        problem = error
    document = {"backend": backend, "detail": detail or None, "ok": problem is None}
    if problem is None:
        call.output.result(document, f"The key is in the {backend} ({detail}).")
        return
    document["reason"] = problem.code
    call.output.result(document, problem.message, problem.hint)
    raise typer.Exit(1)


@app.command("recover")
def recover(
    context: typer.Context,
    recovery_key_stdin: RecoveryKeyStdin = False,
    code: Code = None,
    use_file: Annotated[
        bool, typer.Option("--use-file", help="Keep it in an encrypted file from now on.")
    ] = False,
) -> None:
    """Put the key back with the recovery key."""
    from crmdesk.core.access.recovery import recover_key
    from crmdesk.core.access.secrets import StoreChoice, open_store
    from crmdesk.core.workspace_folder import read_workspace_file

    call = call_of(context)
    folder = chosen_folder(call)
    typed = read_recovery_key(recovery_key_stdin)
    if use_file:
        store = open_store(StoreChoice.FILE, folder / SECRET_FILE, ask_passphrase, os.environ)
    else:
        store = store_of(folder)
    place = here()
    try:
        actor = recover_key(folder, typed, store, place, email=call.email, code=code)
    except SecondFactorRefused as refusal:
        given = code_or_ask(code) if refusal.code == "code_missing" else None
        if given is None:
            raise
        actor = recover_key(folder, typed, store, place, email=call.email, code=given)
    remember_workspace(call, folder, read_workspace_file(folder).name)
    document = {"backend": store.backend, "ok": True, "email": actor.email}
    call.output.result(
        document,
        f"The key is back in the {store.backend}.",
        f"Run `crmdesk sign-in {actor.email}`.",
    )


@app.command("use-file")
def use_file_store(context: typer.Context) -> None:
    """Keep the key in an encrypted file of the workspace instead of the keyring."""
    from crmdesk.core.access.recovery import use_store
    from crmdesk.core.access.secrets import StoreChoice, open_store
    from crmdesk.core.remembered_sessions import RememberedSessions

    with seat(context) as now:
        path = now.workspace.folder / SECRET_FILE
        new = open_store(StoreChoice.FILE, path, ask_passphrase, os.environ)
        remembered = RememberedSessions(now.store, now.workspace.id, now.workspace.folder).find(
            now.actor.email
        )
        use_store(now.workspace, now.actor, now.store, new)
        if remembered is not None:
            RememberedSessions(new, now.workspace.id, now.workspace.folder).keep(
                remembered.email, remembered.token
            )
            RememberedSessions(now.store, now.workspace.id, now.workspace.folder).forget(
                remembered.email
            )
        document = {"backend": new.backend, "detail": new.detail, "ok": True}
        now.output.result(document, f"The key is in {new.detail} from now on.")


@app.command("new-recovery-key")
def new_recovery_key(context: typer.Context, code: Code = None) -> None:
    """Make a new recovery key, shown once; the old one stops working."""
    from crmdesk.core.access.step_up import StepUpPurpose

    with seat(context) as now:
        service = now.workspace.recovery_keys
        proof = step_up(now, StepUpPurpose.NEW_RECOVERY_KEY, service.binding(now.actor), code)
        made = service.renew(now.actor, proof)
        now.output.result(
            {"recovery_key": made, "fingerprint": now.workspace.signing_key.fingerprint},
            f"Recovery key: {made}",
            "It is shown this once. Keep it on paper, away from this computer, and throw the",
            "old sheet away: it opens this workspace no more.",
        )
