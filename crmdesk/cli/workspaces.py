"""``workspace``: a whole workspace from one complete backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from crmdesk.cli.init import new_store
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import RecoveryKeyStdin, group
from crmdesk.cli.secret_input import read_recovery_key
from crmdesk.cli.session import call_of, remember_workspace
from crmdesk.cli.waiting import watching_steps
from crmdesk.core.clock import to_text

app = group("Bring a whole workspace back.")


@app.callback()
def _group() -> None:
    """One command for now; the group keeps its name all the same."""


@app.command("restore")
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A complete backup.")],
    into: Annotated[
        Path, typer.Option("--into", metavar="FOLDER", help="A new or an empty folder.")
    ],
    recovery_key_stdin: RecoveryKeyStdin = False,
    use_file: Annotated[
        bool,
        typer.Option(
            "--use-file",
            help="Keep the key in an encrypted file of the workspace, where there is no keyring.",
        ),
    ] = False,
) -> None:
    """Build the workspace anew from a complete backup and its recovery key."""
    from crmdesk.core.backup.rebuild import rebuild_workspace

    call = call_of(context)
    typed = read_recovery_key(recovery_key_stdin)
    folder = into.expanduser().absolute()
    store = new_store(folder, use_file, "workspace restore")
    with watching_steps(call.output) as (show, asked):
        rebuilt = rebuild_workspace(
            file.expanduser().absolute(),
            folder,
            typed,
            lambda: store,
            report=lambda step: show(step.phase, step.rows, step.total),
            cancelled=asked,
        )
    remember_workspace(call, folder, rebuilt.name)
    document = {
        "workspace": str(rebuilt.folder),
        "workspace_id": rebuilt.workspace_id,
        "name": rebuilt.name,
        "snapshot_at": to_text(rebuilt.snapshot_at),
        "records": rebuilt.records,
        "rows": rebuilt.rows,
        "email": rebuilt.email,
        "one_time_code": rebuilt.one_time_code,
        "fingerprint": rebuilt.fingerprint,
    }
    call.output.result(
        document,
        f"The workspace “{rebuilt.name}” is in {rebuilt.folder}, as of "
        f"{document['snapshot_at']}: {plural(rebuilt.records, 'record')}.",
        f"Fingerprint of its signing key: {rebuilt.fingerprint}",
        "",
        f"No password is in a backup. One-time code for {rebuilt.email}:",
        f"  {rebuilt.one_time_code}",
        "It is shown this once. Choose a new password with it, then sign in:",
        f"  crmdesk password set {rebuilt.email}",
        "Everybody else needs a one-time code too, and sets their second factor up anew.",
    )
