"""Who does a job of each kind, and what follows when one ends unfinished."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from crmdesk.core.composition import audit, backups, mail, privacy, records, restores, transfers
from crmdesk.core.jobs.job import JobKind

if TYPE_CHECKING:
    from crmdesk.core.access.actor import Actor
    from crmdesk.core.db.engine import Tx
    from crmdesk.core.jobs.job import Job
    from crmdesk.core.jobs.queue import CleanUp
    from crmdesk.core.jobs.worker import JobContext, Work
    from crmdesk.core.workspace import Workspace


class JobWork(NamedTuple):
    """What a job of one kind asks for.

    Attributes:
        run: does it.
        abandoned: puts the rows of its own domain in order when it ends unfinished; ``None``
            where there are none.
    """

    run: Work
    abandoned: CleanUp | None


class _Worker(Protocol):
    """What does the one job of its domain."""

    def run(self, context: JobContext) -> None: ...

    def abandoned(self, tx: Tx, job: Job, actor: Actor) -> None: ...


def _of(make: Callable[[Workspace], _Worker]) -> Callable[[Workspace], JobWork]:
    def made(workspace: Workspace) -> JobWork:
        worker = make(workspace)
        return JobWork(worker.run, worker.abandoned)

    return made


def _restore(workspace: Workspace) -> JobWork:
    work = restores.restore_work(workspace)
    return JobWork(work.restore, work.abandoned)


def _undo(workspace: Workspace) -> JobWork:
    work = restores.restore_work(workspace)
    return JobWork(work.undo, work.abandoned)


def _bulk_edit(workspace: Workspace) -> JobWork:
    work = records.bulk_work(workspace)
    return JobWork(work.edit, work.abandoned)


def _bulk_delete(workspace: Workspace) -> JobWork:
    work = records.bulk_work(workspace)
    return JobWork(work.delete, work.abandoned)


def _bulk_undo(workspace: Workspace) -> JobWork:
    return JobWork(workspace.undoing.run, None)


def _bin_restore(workspace: Workspace) -> JobWork:
    work = records.bin_work(workspace)
    return JobWork(work.restore, work.abandoned)


def _bin_purge(workspace: Workspace) -> JobWork:
    work = records.bin_work(workspace)
    return JobWork(work.purge, work.abandoned)


def _mail(workspace: Workspace) -> JobWork:
    from crmdesk.core.mail.settling import abandoned

    return JobWork(mail.mail_work(workspace).run, abandoned)


def _privacy_export(workspace: Workspace) -> JobWork:
    # Its line in the list is one of an export like any other.
    return JobWork(
        privacy.privacy_work(workspace).export, transfers.export_work(workspace).abandoned
    )


def _privacy_delete(workspace: Workspace) -> JobWork:
    work = privacy.privacy_work(workspace)
    return JobWork(work.delete, work.abandoned)


WORKS: dict[JobKind, Callable[[Workspace], JobWork]] = {
    JobKind.BACKUP: _of(backups.backup_work),
    JobKind.DRILL: _of(backups.drill_work),
    JobKind.RESTORE: _restore,
    JobKind.UNDO: _undo,
    JobKind.REVIVE: _of(restores.deleted_work),
    JobKind.IMPORT: _of(transfers.import_work),
    JobKind.IMPORT_UNDO: _of(transfers.import_undo_work),
    JobKind.EXPORT: _of(transfers.export_work),
    JobKind.BULK_EDIT: _bulk_edit,
    JobKind.BULK_DELETE: _bulk_delete,
    JobKind.BULK_UNDO: _bulk_undo,
    JobKind.BIN_RESTORE: _bin_restore,
    JobKind.BIN_PURGE: _bin_purge,
    JobKind.MAIL: _mail,
    JobKind.PRIVACY_EXPORT: _privacy_export,
    JobKind.PRIVACY_DELETE: _privacy_delete,
    JobKind.LOG_IMPORT: _of(audit.log_import_work),
}
