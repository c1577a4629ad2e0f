"""``workspace``: a whole workspace from one complete backup."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.init import new_store
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import RecoveryKeyStdin, group
from crmdesk.cli.secret_input import read_recovery_key
from crmdesk.cli.session import add_workspace, call_of
from crmdesk.cli.waiting import watching_steps
from crmdesk.core.clock import to_text
from crmdesk.core.files.presence import absolute_path

if TYPE_CHECKING:
    from crmdesk.core.backup.rebuild import Rebuilt

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
    folder = absolute_path(into)
    store = new_store(folder, use_file, "workspace restore")
    with watching_steps(call.output) as (show, asked):
        rebuilt = rebuild_workspace(
            absolute_path(file),
            folder,
            typed,
            lambda: store,
            report=lambda step: show(step.phase, step.rows, step.total),
            cancelled=asked,
        )
    usual = add_workspace(call, folder, rebuilt.name)
    document = _document(rebuilt) | {"default": usual}
    call.output.result(document, *_told(rebuilt, usual))


def _document(rebuilt: Rebuilt) -> dict[str, Any]:
    return {
        "workspace": str(rebuilt.folder),
        "workspace_id": rebuilt.workspace_id,
        "name": rebuilt.name,
        "snapshot_at": to_text(rebuilt.snapshot_at),
        "records": rebuilt.records,
        "rows": rebuilt.rows,
        "email": rebuilt.email,
        "one_time_code": rebuilt.one_time_code,
        "fingerprint": rebuilt.fingerprint,
        "files": rebuilt.files,
        "missing_backups": rebuilt.left_behind.backups,
        "missing_import_files": rebuilt.left_behind.imported,
        "missing_exports": rebuilt.left_behind.exported,
    }


def _told(rebuilt: Rebuilt, usual: bool) -> Iterator[str]:
    """The same for people, with what to do next.

    Args:
        usual: this workspace is the one opened when none is named.
    """
    named = "" if usual else f" --workspace {shlex.quote(str(rebuilt.folder))}"
    yield (
        f"The workspace “{rebuilt.name}” is in {rebuilt.folder}, as of "
        f"{to_text(rebuilt.snapshot_at)}: {plural(rebuilt.records, 'record')}."
    )
    yield from _left_behind(rebuilt)
    yield f"Fingerprint of its signing key: {rebuilt.fingerprint}"
    yield ""
    yield f"No password is in a backup. One-time code for {rebuilt.email}:"
    yield f"  {rebuilt.one_time_code}"
    yield "It is shown this once. Choose a new password with it, then sign in:"
    yield f"  crmdesk{named} password set {rebuilt.email}"
    yield "Everybody else needs a one-time code too, and sets their second factor up anew."
    if not usual:
        yield "The workspace that opens when none is named is still the one you opened last."


def _left_behind(rebuilt: Rebuilt) -> Iterator[str]:
    left = rebuilt.left_behind
    if left.backups:
        yield (
            f"Not in it: the files of {plural(left.backups, 'earlier backup')}. Copied into "
            f"{rebuilt.folder / 'vault' / 'backups'}, they can be used again."
        )
    if left.imported:
        yield f"Not in it: files of {plural(left.imported, 'import')}."
    if left.exported:
        yield f"Not in it: the files of {plural(left.exported, 'export')}. Export them again."
