"""The operations that are killed, starved and refused: each opens the workspace, acts, closes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmdesk.core.access.actor import Actor, ActorKind, Place, SignInType
from crmdesk.core.access.step_up import StepUpPurpose, record_step_up
from crmdesk.core.exports.model import ExportFormat, ExportRequest
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.restore.model import PlanRequest, RestorePlan
from crmdesk.core.transfer import fill_processes
from crmdesk.core.workspace import Workspace

Operation = Callable[..., "dict[str, Any] | None"]


@contextmanager
def opened(folder: str, key: str, session_id: str) -> Iterator[tuple[Workspace, Actor]]:
    """The workspace, and the Super Admin whose session it is."""
    actor = Actor(
        ActorKind.USER,
        1,
        "ingrid@northwind.example",
        "Ingrid Solberg",
        session_id,
        SignInType.PASSWORD_AND_CODE.value,
        Place(),
    )
    workspace = Workspace(Path(folder), bytes.fromhex(key))
    try:
        yield workspace, actor
    finally:
        workspace.close()


def backup(folder: str, key: str, session_id: str) -> None:
    """Make a backup."""
    with opened(folder, key, session_id) as (workspace, actor):
        backup_id = workspace.backups.create(actor)
        workspace.run_job(str(workspace.backups.show(actor, backup_id).job_id))


def restore(folder: str, key: str, session_id: str) -> None:
    """Restore the phone numbers from the backup beside the workspace."""
    with opened(folder, key, session_id) as (workspace, actor):
        plan = phones_plan(workspace, actor)
        restore_id = start_restore(workspace, actor, plan)
        workspace.run_job(str(workspace.restores.show(actor, restore_id).job_id))


def undo(folder: str, key: str, session_id: str) -> None:
    """Take the newest restore back."""
    with opened(folder, key, session_id) as (workspace, actor):
        newest = next(r for r in workspace.restores.list(actor) if r.can_undo)
        plan = workspace.restores.undo_plan(actor, newest.id)
        allowed = _allowed(workspace, actor, plan, StepUpPurpose.RESTORE_UNDO)
        restore_id = workspace.restores.start_undo(actor, plan.id, step_up_id=allowed)
        workspace.run_job(str(workspace.restores.show(actor, restore_id).job_id))


def import_file(folder: str, key: str, session_id: str) -> None:
    """Import the file beside the workspace: half of its rows are new."""
    with opened(folder, key, session_id) as (workspace, actor):
        found = workspace.imports.inspect(actor, Path(folder).parent / "contacts.csv")
        import_id = workspace.imports.start(actor, found.request())
        workspace.run_job(str(workspace.imports.show(actor, import_id).job_id))


def import_in_pieces(folder: str, key: str, session_id: str) -> None:
    """The same, cut for other processes as a large file is: each piece is written by itself."""
    fill_processes.WORTH_A_PROCESS = 1
    fill_processes.processors = lambda: 3
    import_file(folder, key, session_id)


def import_log(folder: str, key: str, session_id: str) -> None:
    """Take the log of another program beside the workspace."""
    with opened(folder, key, session_id) as (workspace, actor):
        path = Path(folder).parent / "audit.csv"
        workspace.run_job(workspace.imported_logs.start(actor, path))


def export(folder: str, key: str, session_id: str) -> None:
    """Export every contact, as text."""
    _export(folder, key, session_id, ExportFormat.CSV)


def export_workbook(folder: str, key: str, session_id: str) -> None:
    """Export every contact, as a workbook."""
    _export(folder, key, session_id, ExportFormat.XLSX)


def _export(folder: str, key: str, session_id: str, file_format: ExportFormat) -> None:
    with opened(folder, key, session_id) as (workspace, actor):
        request = ExportRequest(RecordQuery("contacts"), format=file_format)
        export_id = workspace.exports.create(actor, request)
        workspace.run_job(str(workspace.exports.show(actor, export_id).job_id))


def edit(folder: str, key: str, session_id: str) -> None:
    """Edit, add, delete and bring back a record."""
    with opened(folder, key, session_id) as (workspace, actor):
        editor = workspace.editor
        added = editor.add(actor, "contacts", {"email": "new@example.org"})
        editor.update(actor, "contacts", added.id, {"phone": "1"})
        editor.archive(actor, "contacts", [added.id])
        editor.unarchive(actor, "contacts", [added.id])


def download(folder: str, key: str, session_id: str, target: str) -> None:
    """Save a copy of the newest backup."""
    with opened(folder, key, session_id) as (workspace, actor):
        newest = next(b for b in workspace.backups.list(actor) if b.downloadable)
        workspace.backups.download(actor, newest.id, Path(target))


def save_errors(folder: str, key: str, session_id: str, target: str) -> None:
    """Save the error file of the newest import that has one."""
    with opened(folder, key, session_id) as (workspace, actor):
        found = next(i for i in workspace.imports.list(actor) if i.error_file)
        workspace.imports.save_errors(actor, found.id, Path(target))


def phones_plan(workspace: Workspace, actor: Actor) -> RestorePlan:
    """The plan to restore the phone numbers from the backup beside the workspace."""
    source = str(workspace.folder.parent / "backup.zip")
    return workspace.restores.plan(actor, PlanRequest(source, "contacts", ("phone",)))


def start_restore(workspace: Workspace, actor: Actor, plan: RestorePlan) -> str:
    """Queue the restore of a plan, its code given."""
    return workspace.restores.start(
        actor,
        plan.id,
        accept_changes=True,
        accept_irreversible=True,
        step_up_id=_allowed(workspace, actor, plan, StepUpPurpose.RESTORE),
    )


def _allowed(workspace: Workspace, actor: Actor, plan: RestorePlan, purpose: StepUpPurpose) -> str:
    with workspace.database.write() as tx:
        return record_step_up(tx, actor, purpose, plan.hash, "code")


def plan_only(folder: str, key: str, session_id: str) -> None:
    """Make a plan and leave it."""
    with opened(folder, key, session_id) as (workspace, actor):
        phones_plan(workspace, actor)


def read_everything(folder: str, key: str, session_id: str) -> dict[str, Any]:
    """Try to open each file that a workspace has, whether its folder can be listed or not."""
    names = ["crm.sqlite3", "workspace.toml", "reserve", "staging", "vault", "vault/backups"]
    names += ["vault/imports", "vault/exports"]
    seen = []
    for name in names:
        path = Path(folder) / name
        try:
            if path.is_dir():
                seen += [str(child) for child in path.iterdir()]
            else:
                path.read_bytes()
                seen.append(str(path))
        except OSError:
            continue
    return {"tried": len(names), "opened": seen}


def write_beside(folder: str, key: str, session_id: str, stage: str) -> None:
    """Write a row into the database and one into a scratch file, in one transaction."""
    with opened(folder, key, session_id) as (workspace, _actor):
        with workspace.database.write(stage=Path(stage)) as tx:
            tx.sql("INSERT INTO stage.scratch VALUES (zeroblob(100000))")
            tx.sql("UPDATE obj_contacts SET city = 'Tromsø' WHERE id = 1")
        with workspace.database.write() as tx:
            tx.sql("UPDATE obj_contacts SET city = 'Bodø' WHERE id = 2")


ACTIONS: dict[str, Operation] = {
    "backup": backup,
    "restore": restore,
    "undo": undo,
    "import": import_file,
    "import in pieces": import_in_pieces,
    "log": import_log,
    "edit": edit,
    "export": export,
    "workbook": export_workbook,
    "plan": plan_only,
    "write beside": write_beside,
    "read everything": read_everything,
    "download": download,
    "save errors": save_errors,
}
