"""One operation in a process of its own, to be killed, starved or refused by the tests.

``python -m tests.faults.operation NAME FOLDER KEY_HEX SESSION_ID`` does it and exits with the
code the command line would use: 0, or that of the error, whose sentence goes to standard error.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crmdesk.core.access.actor import Actor, ActorKind, Place, SignInType
from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.core.errors import UserError
from crmdesk.core.restore.model import PlanRequest, RestorePlan
from crmdesk.core.workspace import Workspace


def backup(workspace: Workspace, actor: Actor) -> None:
    """Make a backup."""
    backup_id = workspace.backups.create(actor)
    workspace.run_job(str(workspace.backups.show(actor, backup_id).job_id))


def restore(workspace: Workspace, actor: Actor) -> None:
    """Restore the phone numbers from the backup beside the workspace."""
    source = str(workspace.folder.parent / "backup.zip")
    plan = workspace.restores.plan(actor, PlanRequest(source, "contacts", ("phone",)))
    restore_id = workspace.restores.start(
        actor,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=_allowed(workspace, actor, plan, StepUpPurpose.RESTORE),
    )
    workspace.run_job(str(workspace.restores.show(actor, restore_id).job_id))


def undo(workspace: Workspace, actor: Actor) -> None:
    """Take the newest restore back."""
    newest = next(r for r in workspace.restores.list(actor) if r.can_undo)
    plan = workspace.restores.undo_plan(actor, newest.id)
    restore_id = workspace.restores.start_undo(
        actor,
        plan.id,
        step_up_id=_allowed(workspace, actor, plan, StepUpPurpose.RESTORE_UNDO),
    )
    workspace.run_job(str(workspace.restores.show(actor, restore_id).job_id))


def edit(workspace: Workspace, actor: Actor) -> None:
    """Edit, add, delete and bring back a record."""
    editor = workspace.editor
    added = editor.add(actor, "contacts", {"email": "new@example.org"})
    editor.update(actor, "contacts", added.id, {"phone": "1"})
    editor.archive(actor, "contacts", [added.id])
    editor.unarchive(actor, "contacts", [added.id])


OPERATIONS = {"backup": backup, "restore": restore, "undo": undo, "edit": edit}


def _allowed(
    workspace: Workspace, actor: Actor, plan: RestorePlan, purpose: StepUpPurpose
) -> str:
    with workspace.database.write() as tx:
        return record_step_up(tx, actor, purpose, plan.hash, "code")


def main(name: str, folder: str, key: str, session_id: str) -> int:
    """Do the operation; see the module."""
    actor = Actor(
        ActorKind.USER,
        1,
        "ingrid@northwind.example",
        "Ingrid Solberg",
        session_id,
        SignInType.PASSWORD_AND_CODE.value,
        Place(),
    )
    try:
        workspace = Workspace(Path(folder), bytes.fromhex(key))
        OPERATIONS[name](workspace, actor)
        workspace.close()
    except UserError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
