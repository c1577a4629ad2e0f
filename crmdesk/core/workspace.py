"""A workspace: a folder with a database and a vault, and every service on it.

The composition root of the core: whatever is done to a workspace, one of its services does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from crmdesk.core.access import keys
from crmdesk.core.access.accounts import PasswordCheck
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.keys import KeyPurpose, SigningKey
from crmdesk.core.access.own_password import PasswordService
from crmdesk.core.access.proofs import Proofs
from crmdesk.core.access.recovery_key_service import RecoveryKeyService
from crmdesk.core.access.second_factor import SecondFactor
from crmdesk.core.access.secret_store import NoStore
from crmdesk.core.access.sign_in import SignInService
from crmdesk.core.access.teams import TeamService
from crmdesk.core.access.two_factor import TwoFactorService
from crmdesk.core.access.users import UserService
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.audit.query import AuditLogReader
from crmdesk.core.audit.service import AuditService
from crmdesk.core.backup.browse import BrowsingService
from crmdesk.core.backup.drills import DrillService, DrillWork
from crmdesk.core.backup.service import BackupService
from crmdesk.core.backup.work import BackupWork
from crmdesk.core.clock import Clock
from crmdesk.core.compare.service import ComparisonService
from crmdesk.core.damage import look_at_start, open_database, told_as_damage
from crmdesk.core.db import tables
from crmdesk.core.db.scrub import scrub
from crmdesk.core.errors import UserError
from crmdesk.core.exports.approvals import ExportApprovals
from crmdesk.core.exports.expiry import ExportExpiry
from crmdesk.core.exports.overview import ExportOverviews
from crmdesk.core.exports.reports import ReportService
from crmdesk.core.exports.service import ExportService
from crmdesk.core.exports.thresholds import ExportThresholds
from crmdesk.core.exports.work import ExportWork
from crmdesk.core.files.partial import remove_stray_partials
from crmdesk.core.founding import KEY_NAME, NewWorkspace, found_workspace, load_key
from crmdesk.core.jobs.job import Job, JobKind
from crmdesk.core.jobs.launcher import start_worker
from crmdesk.core.jobs.queue import CleanUp, JobQueue
from crmdesk.core.jobs.worker import JobContext, Watcher, Work, run_job
from crmdesk.core.mail.outbox import Outbox
from crmdesk.core.mail.server import MailServerService
from crmdesk.core.mail.settling import abandoned as put_back_mail
from crmdesk.core.notify.inbox import Inbox
from crmdesk.core.records.association_definitions import AssociationDefinitions
from crmdesk.core.records.associations import AssociationService
from crmdesk.core.records.bulk import BulkEditor
from crmdesk.core.records.bulk_work import BulkWork
from crmdesk.core.records.create_forms import CreateForms
from crmdesk.core.records.definitions import Definitions
from crmdesk.core.records.editor import RecordEditor
from crmdesk.core.records.expiry import RecycleBinExpiry
from crmdesk.core.records.merges import MergeService
from crmdesk.core.records.pipelines import PipelineService
from crmdesk.core.records.property_groups import PropertyGroups
from crmdesk.core.records.purging import Purger
from crmdesk.core.records.reader import RecordReader
from crmdesk.core.records.recycle_bin import RecycleBin
from crmdesk.core.records.recycle_bin_work import BinWork
from crmdesk.core.records.segments import Segments
from crmdesk.core.records.type_changes import TypeChanges
from crmdesk.core.records.undoing import Undoing
from crmdesk.core.records.views import SavedViews
from crmdesk.core.reserve import keep_reserve
from crmdesk.core.restore.definitions import DefinitionRestores
from crmdesk.core.restore.deleted import DeletedPlanner, DeletedRecords
from crmdesk.core.restore.deleted_work import DeletedWork
from crmdesk.core.restore.plan_store import sweep_plans
from crmdesk.core.restore.service import RestoreService
from crmdesk.core.restore.work import RestoreWork
from crmdesk.core.settings import Settings
from crmdesk.core.transfer.opened import Home
from crmdesk.core.transfer.preparing import Preparer
from crmdesk.core.transfer.service import ImportService
from crmdesk.core.transfer.templates import ImportTemplates
from crmdesk.core.transfer.undo_work import UndoWork
from crmdesk.core.transfer.undoing import ImportUndos
from crmdesk.core.transfer.work import ImportWork
from crmdesk.core.workspace_folder import (
    DATABASE_NAME,
    WorkspaceFile,
    forget_claims,
    read_workspace_file,
    write_workspace_file,
)

if TYPE_CHECKING:
    from crmdesk.core.access.secrets import SecretStore
    from crmdesk.core.db.engine import Database

__all__ = [
    "DATABASE_NAME",
    "KEY_NAME",
    "Created",
    "NewWorkspace",
    "Workspace",
    "WorkspaceFile",
    "create_workspace",
    "load_key",
    "read_workspace_file",
    "write_workspace_file",
]


@dataclass(frozen=True, slots=True)
class Created:
    """A new workspace; the recovery key is shown once and kept nowhere."""

    workspace: Workspace
    recovery_key: str
    user_id: int


class Workspace:
    """An open workspace. Close it when done.

    Args:
        folder: as made by :func:`create_workspace`.
        key: the 32-byte workspace key, from the keyring or recovered.
        store: where heads of the audit log are kept; a worker that was handed the key through
            a pipe has none, and whoever started it anchors when it has ended.

    Raises:
        UserError: ``workspace_missing``, ``not_a_database``, ``database_damaged``,
            ``database_newer``, ``wrong_key``.
    """

    def __init__(
        self,
        folder: Path,
        key: bytes,
        clock: Clock | None = None,
        store: SecretStore | None = None,
    ) -> None:
        self.folder = folder
        self.file = read_workspace_file(folder)
        self.key = key
        self.database = open_database(folder, clock)
        with told_as_damage(self.database):
            self.signing_key = self._check_key()
        self.audit_log = AuditLog(keys.derive(key, KeyPurpose.AUDIT_CHAIN))
        self.guard = Guard(self.database, self.audit_log)
        self.inbox = Inbox(self.database, self.guard)
        self._add_access()
        self.jobs = JobQueue(*self._basis, keys.derive(key, KeyPurpose.JOB_GRANTS))
        self.works: dict[JobKind, Work] = {}
        self.settings = Settings(
            *self._basis,
            {"secrets.store": lambda: self.file.secret_store},
        )
        self._open_log(store)
        self._open_records()
        self._open_relations()
        self._open_bulk()
        self._recycle_bin_expiry = RecycleBinExpiry(self.database, self.audit_log, self.settings)
        self._open_backups()
        self._open_restores()
        self._open_imports()
        self._open_exports()
        self._open_mail()

    def _open_log(self, store: SecretStore | None) -> None:
        self.anchors = AnchorKeeper(
            self.database, self.folder, store or NoStore(), self.signing_key.sign
        )
        self.audit_reader = AuditLogReader(self.database, self.guard)
        self.audit = AuditService(
            *self._basis,
            self.anchors,
            keys.derive(self.key, KeyPurpose.AUDIT_CHAIN),
            self.signing_key.public_key,
        )

    def _open_records(self) -> None:
        self.definitions = Definitions(*self._basis)
        self.records = RecordReader(*self._basis)
        self.editor = RecordEditor(*self._basis, keys.derive(self.key, KeyPurpose.TOMBSTONES))
        self.views = SavedViews(self.database, self.guard)
        self.segments = Segments(*self._basis)

    def _open_relations(self) -> None:
        self.associations = AssociationService(*self._basis)
        self.association_definitions = AssociationDefinitions(*self._basis)
        self.merges = MergeService(*self._basis)
        self.pipelines = PipelineService(*self._basis)
        self.property_groups = PropertyGroups(*self._basis)
        self.create_forms = CreateForms(*self._basis)
        self.type_changes = TypeChanges(*self._basis)

    def _open_backups(self) -> None:
        vault = self.folder / "vault" / "backups"
        self.backups = BackupService(
            *self._basis,
            self.settings,
            self.jobs,
            self.inbox,
            vault,
            self.signing_key.public_key,
        )
        making = BackupWork(
            self.database,
            self.audit_log,
            self.settings,
            self.inbox,
            self.anchors,
            vault,
            self.file.id,
            self.signing_key,
        )
        self._give(making.abandoned, {JobKind.BACKUP: making.run})

        self.browsing = BrowsingService(*self._basis, vault, self.signing_key.public_key)
        self.drills = DrillService(self.database, self.guard, self.settings, self.jobs, vault)
        drilling = DrillWork(
            self.database,
            self.audit_log,
            self.inbox,
            vault,
            self.folder / "staging",
            self.signing_key.public_key,
        )
        self._give(drilling.abandoned, {JobKind.DRILL: drilling.run})
        self.comparisons = ComparisonService(*self._basis, self.folder, self.signing_key.public_key)

    def _open_restores(self) -> None:
        self.definition_restores = DefinitionRestores(
            self.database,
            self.guard,
            self.definitions,
            self.pipelines,
            self.folder / "vault" / "backups",
            self.signing_key.public_key,
        )
        planner = DeletedPlanner(
            self.database,
            self.folder,
            self.signing_key.public_key,
            self.file.id,
            keys.derive(self.key, KeyPurpose.TOMBSTONES),
        )
        self.deleted_records = DeletedRecords(*self._basis, self.jobs, planner)
        reviving = DeletedWork(self.database, self.audit_log, self.inbox, planner)
        self._give(reviving.abandoned, {JobKind.REVIVE: reviving.run})
        signed_by = self.signing_key.public_key
        self.restores = RestoreService(*self._basis, self.jobs, self.folder, signed_by)
        restoring = RestoreWork(self.database, self.audit_log, self.inbox, self.folder)
        deeds = {JobKind.RESTORE: restoring.restore, JobKind.UNDO: restoring.undo}
        self._give(restoring.abandoned, deeds)

    def _open_imports(self) -> None:
        preparer = Preparer(
            self.database,
            self.folder / "staging",
            Home(self.file.id, self.signing_key.public_key),
            keys.derive(self.key, KeyPurpose.TOMBSTONES),
        )
        vault = self.folder / "vault" / "imports"
        self.imports = ImportService(self.database, self.guard, self.jobs, preparer, vault)
        importing = ImportWork(self.database, self.audit_log, self.inbox, preparer, vault)
        self._give(importing.abandoned, {JobKind.IMPORT: importing.run})
        self.import_templates = ImportTemplates(self.database, self.guard)
        staging = self.folder / "staging"
        self.import_undos = ImportUndos(self.database, self.guard, self.jobs, staging)
        undoing = UndoWork(self.database, self.audit_log, self.inbox, staging)
        self._give(undoing.abandoned, {JobKind.IMPORT_UNDO: undoing.run})

    def _open_exports(self) -> None:
        vault = self.folder / "vault" / "exports"
        self.exports = ExportService(*self._basis, self.settings, self.jobs, self.inbox, vault)
        self.reports = ReportService(*self._basis, self.settings, self.jobs, self.inbox)
        self.export_approvals = ExportApprovals(*self._basis, self.jobs, self.inbox, vault)
        self.export_thresholds = ExportThresholds(*self._basis)
        self.export_overviews = ExportOverviews(self.database, self.guard, self.settings)
        self._export_expiry = ExportExpiry(self.database, self.audit_log, self.settings, vault)
        exporting = ExportWork(*self._basis, self.settings, self.inbox, vault)
        self._give(exporting.abandoned, {JobKind.EXPORT: exporting.run})

    def _open_mail(self) -> None:
        secrets_key = keys.derive(self.key, KeyPurpose.DATABASE_SECRETS)
        self.mail_server = MailServerService(*self._basis, secrets_key)
        self.outbox = Outbox(*self._basis, self.jobs)

        def send(context: JobContext) -> None:
            from crmdesk.core.mail.work import MailWork

            MailWork(self.database, secrets_key).run(context)

        self._give(put_back_mail, {JobKind.MAIL: send})

    def _open_bulk(self) -> None:
        staging = self.folder / "staging"
        self.bulk = BulkEditor(self.database, self.guard, self.jobs, staging)
        self.undoing = Undoing(*self._basis, self.jobs, self.associations, self.merges, staging)
        work = BulkWork(*self._basis, self.inbox, staging)
        edits = {JobKind.BULK_EDIT: work.edit, JobKind.BULK_DELETE: work.delete}
        self._give(work.abandoned, edits)
        self.works[JobKind.BULK_UNDO] = self.undoing.run
        self._open_recycle_bin()

    def _open_recycle_bin(self) -> None:
        purger = Purger(self.audit_log, keys.derive(self.key, KeyPurpose.TOMBSTONES))
        self.recycle_bin = RecycleBin(*self._basis, self.settings, self.jobs, purger)
        work = BinWork(*self._basis, self.inbox, purger)
        deeds = {JobKind.BIN_RESTORE: work.restore, JobKind.BIN_PURGE: work.purge}
        self._give(work.abandoned, deeds)

    @property
    def _basis(self) -> tuple[Database, Guard, AuditLog]:
        return self.database, self.guard, self.audit_log

    def _give(self, clean_up: CleanUp, works: Mapping[JobKind, Work]) -> None:
        """Say who does jobs of some kinds, and what follows when one ends unfinished."""
        self.works |= works
        for kind in works:
            self.jobs.on_abandoned(kind, clean_up)

    def start_up(self, look_seconds: float = 0.05) -> list[Job]:
        """Clean up after whatever stopped without saying so; returns the jobs it ended.

        Faces call it once after opening. Stored bytes are looked at for ``look_seconds``; where
        they are damaged (:attr:`damage`), nothing is cleaned up.
        """
        forget_claims(self.folder)
        if look_at_start(self.database, look_seconds) is not None:
            return []
        keep_reserve(self.folder)
        interrupted = self.jobs.recover()
        sweep_plans(self.database, self.folder / "staging")
        remove_stray_partials(self.folder / "vault" / "imports")
        self.backups.sweep()
        self._export_expiry.sweep()
        self._recycle_bin_expiry.sweep()
        return interrupted

    @property
    def damage(self) -> UserError | None:
        """Why the database is only read, and what to do; ``None`` when it is sound."""
        return self.database.refusal

    @property
    def id(self) -> str:
        """The workspace's own id."""
        return self.file.id

    def run_job(self, job_id: str, watcher: Watcher | None = None) -> None:
        """Do a queued job's work in this process.

        Raises:
            UserError: why it could not be done; the job's row tells the same.
        """
        run_job(self.jobs, self.works, job_id, watcher)

    def start_worker(self, job_id: str) -> None:
        """Start a process that does a queued job's work and outlives this one."""
        self.jobs.hand_over(job_id, start_worker(self.folder, job_id, self.key))

    def close(self) -> None:
        """Close the database, and backups that were looked into."""
        self.browsing.leave()
        self.comparisons.leave_all()
        scrub(self.database)
        self.database.close()

    def _add_access(self) -> None:
        password_check, second_factor = PasswordCheck(self.key), SecondFactor(self.key)
        self.sign_in = SignInService(*self._basis, password_check, second_factor)
        self.two_factor = TwoFactorService(*self._basis, second_factor, self.inbox)
        proofs = Proofs(self.database, self.audit_log, second_factor)
        self.recovery_keys = RecoveryKeyService(*self._basis, self.inbox, proofs, self.key)
        self.passwords = PasswordService(*self._basis, password_check, second_factor)
        self.users = UserService(*self._basis, second_factor)
        self.teams = TeamService(*self._basis)

    def _check_key(self) -> SigningKey:
        with self.database.read() as tx:
            row = tx.execute(select(tables.workspace)).one()
        if keys.derive(self.key, KeyPurpose.KEY_CHECK) != row.key_check:
            raise UserError(
                "wrong_key",
                "The key in this computer's keyring is not the key of this workspace.",
                "Recover it with the recovery key: crmdesk keyring recover",
            )
        return SigningKey.unwrap(self.key, row.signing_key)


def create_workspace(
    folder: Path, wanted: NewWorkspace, store: SecretStore, clock: Clock | None = None
) -> Created:
    """Make a workspace with its first Super Admin, all of it or nothing, and open it.

    Raises:
        UserError: what :func:`claim_folder <crmdesk.core.workspace_folder.claim_folder>` refuses,
            what is wrong with a name, the address, the password or a setting, or why the key
            could not be kept in ``store``.
    """
    founded = found_workspace(folder, wanted, store, clock)
    opened = Workspace(folder, founded.key, clock, store)
    return Created(opened, founded.recovery_key, founded.user_id)
