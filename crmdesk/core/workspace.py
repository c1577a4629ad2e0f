"""A workspace: a folder with a database and a vault, and every service on it.

The composition root of the core: whatever is done to a workspace, one of its services does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from crmdesk.core import composition
from crmdesk.core.access import keys
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.keys import KeyPurpose, SigningKey
from crmdesk.core.access.secret_store import NoStore
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import Clock
from crmdesk.core.composition.works import WORKS
from crmdesk.core.damage import look_at_start, open_database, told_as_damage
from crmdesk.core.db import tables
from crmdesk.core.db.scrub import scrub
from crmdesk.core.errors import Busy, UserError
from crmdesk.core.files.partial import remove_stray_partials
from crmdesk.core.jobs.job import Job, JobKind, JobState
from crmdesk.core.jobs.launcher import start_worker
from crmdesk.core.jobs.patience import LOCK_PATIENCE_SECONDS
from crmdesk.core.jobs.queue import CleanUp, JobQueue
from crmdesk.core.jobs.worker import Watcher, Work, run_job
from crmdesk.core.mail.due import mail_is_due
from crmdesk.core.notify.inbox import Inbox
from crmdesk.core.once import cached_property
from crmdesk.core.reserve import keep_reserve
from crmdesk.core.restore.plan_sweep import sweep_plans
from crmdesk.core.settings import Settings
from crmdesk.core.workspace_folder import forget_claims, read_workspace_file

if TYPE_CHECKING:
    from crmdesk.core.access.secrets import SecretStore
    from crmdesk.core.db.engine import Database
    from crmdesk.core.founding import NewWorkspace

_TIDYING_WAITS_SECONDS = 0.25


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
        database: one that is open already, where the usual one is not wanted.

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
        database: Database | None = None,
    ) -> None:
        self.folder = folder
        self.file = read_workspace_file(folder)
        self.key = key
        self.database = database or open_database(folder, clock)
        with told_as_damage(self.database):
            self.signing_key = self._check_key()
        self.audit_log = AuditLog(keys.derive(key, KeyPurpose.AUDIT_CHAIN))
        self.guard = Guard(self.database, self.audit_log)
        self.inbox = Inbox(self.database, self.guard)
        self.jobs = JobQueue(
            *self.basis,
            keys.derive(key, KeyPurpose.JOB_GRANTS),
            self._clean_up,
            self.staging,
        )
        self.settings = Settings(*self.basis, {"secrets.store": lambda: self.file.secret_store})
        self.anchors = AnchorKeeper(
            self.database, folder, store or NoStore(), self.signing_key.sign
        )

    sign_in = cached_property(composition.access.sign_in)
    two_factor = cached_property(composition.access.two_factor)
    recovery_keys = cached_property(composition.access.recovery_keys)
    passwords = cached_property(composition.access.passwords)
    password_resets = cached_property(composition.access.password_resets)
    users = cached_property(composition.access.users)
    viewing = cached_property(composition.access.viewing)
    teams = cached_property(composition.access.teams)

    audit_reader = cached_property(composition.audit.audit_reader)
    audit = cached_property(composition.audit.audit)
    seals = cached_property(composition.audit.seals)
    sensitive_values = cached_property(composition.audit.sensitive_values)
    audit_views = cached_property(composition.audit.audit_views)
    imported_logs = cached_property(composition.audit.imported_logs)
    audit_comments = cached_property(composition.audit.audit_comments)
    comment_reader = cached_property(composition.audit.comment_reader)
    comment_drafts = cached_property(composition.audit.comment_drafts)

    definitions = cached_property(composition.records.definitions)
    editor = cached_property(composition.records.editor)
    views = cached_property(composition.records.views)
    segments = cached_property(composition.records.segments)
    associations = cached_property(composition.records.associations)
    association_definitions = cached_property(composition.records.association_definitions)
    merges = cached_property(composition.records.merges)
    pipelines = cached_property(composition.records.pipelines)
    property_groups = cached_property(composition.records.property_groups)
    create_forms = cached_property(composition.records.create_forms)
    type_changes = cached_property(composition.records.type_changes)
    bulk = cached_property(composition.records.bulk)
    undoing = cached_property(composition.records.undoing)
    recycle_bin = cached_property(composition.records.recycle_bin)
    _recycle_bin_expiry = cached_property(composition.records.recycle_bin_expiry)
    records = cached_property(composition.records.records)

    backup_expiry = cached_property(composition.backups.backup_expiry)
    browsing = cached_property(composition.backups.browsing)
    drills = cached_property(composition.backups.drills)
    comparisons = cached_property(composition.backups.comparisons)
    backups = cached_property(composition.backups.backups)

    definition_restores = cached_property(composition.restores.definition_restores)
    deleted_records = cached_property(composition.restores.deleted_records)
    restores = cached_property(composition.restores.restores)

    imports = cached_property(composition.transfers.imports)
    import_listing = cached_property(composition.transfers.import_listing)
    import_templates = cached_property(composition.transfers.import_templates)
    import_undos = cached_property(composition.transfers.import_undos)
    exports = cached_property(composition.transfers.exports)
    reports = cached_property(composition.transfers.reports)
    export_approvals = cached_property(composition.transfers.export_approvals)
    export_thresholds = cached_property(composition.transfers.export_thresholds)
    export_overviews = cached_property(composition.transfers.export_overviews)
    _export_expiry = cached_property(composition.transfers.export_expiry)

    privacy = cached_property(composition.privacy.privacy)

    mail_choices = cached_property(composition.mail.mail_choices)
    mail_server = cached_property(composition.mail.mail_server)
    outbox = cached_property(composition.mail.outbox)

    def start_up(self, look_seconds: float = 0.05) -> list[Job]:
        """Clean up after whatever stopped without saying so; returns the jobs it ended.

        Faces call it once after opening. Stored bytes are looked at for ``look_seconds``; where
        they are damaged (:attr:`damage`), nothing is cleaned up.
        """
        forget_claims(self.folder)
        if look_at_start(self.database, look_seconds) is not None:
            return []
        keep_reserve(self.folder)
        remove_stray_partials(self.vault / "imports")
        interrupted: list[Job] = []
        # Who has only come to look need not wait until a restore has written: the next tidies up.
        with suppress(Busy), self.database.patient(_TIDYING_WAITS_SECONDS):
            interrupted = self.jobs.recover()
            sweep_plans(self.database, self.staging)
            self.backup_expiry.sweep()
            self._export_expiry.sweep()
            self._recycle_bin_expiry.sweep()
            self.viewing.end_stale()
        return interrupted

    @property
    def basis(self) -> tuple[Database, Guard, AuditLog]:
        """What every service that changes something stands on."""
        return self.database, self.guard, self.audit_log

    @property
    def vault(self) -> Path:
        """Where files are kept that the workspace gave out or took in."""
        return self.folder / "vault"

    @property
    def staging(self) -> Path:
        """Where plans lie until they are applied or swept."""
        return self.folder / "staging"

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
        with self.database.patient(LOCK_PATIENCE_SECONDS):
            run_job(self.jobs, self._work_of, job_id, watcher)

    def start_worker(
        self, job_id: str, later: Callable[[Callable[[], None]], object] | None = None
    ) -> None:
        """Start a process that does a queued job's work and outlives this one.

        Args:
            later: takes the write that notes the process in the job's row; done at once where
                none is given. A window has it done by its writer, since it waits for the disk.

        Raises:
            OSError: no process could be started; the job stays queued.
        """
        note = partial(self.jobs.hand_over, job_id, start_worker(self.folder, job_id, self.key))
        if later is None:
            note()
        else:
            later(note)

    def mail_is_due(self) -> bool:
        """Whether :meth:`send_mail` may have something to do.

        Faces ask at the end of each command and every few seconds: a read of microseconds, for
        which nothing of mail is imported.
        """
        with self.database.read() as tx:
            return mail_is_due(tx)

    def send_mail(self, start: Callable[[str], object] | None = None) -> None:
        """Start a process that sends the mail that is due, where there is some.

        Args:
            start: starts a process for a queued job; :meth:`start_worker` where none is given.

        Raises:
            OSError: no process could be started; what is due stays so.
            Busy: somebody else writes; what is due stays so.
        """
        if not self.mail_is_due():
            return
        with self.database.patient(_TIDYING_WAITS_SECONDS):
            job_id = self.outbox.start_if_due()
        if job_id is None:
            return
        try:
            (start or self.start_worker)(job_id)
        except OSError:
            # Nobody will claim it, and it would stand in the way of the next.
            self.jobs.end(job_id, JobState.INTERRUPTED)
            raise

    def close(self) -> None:
        """Close the database, and backups that were looked into."""
        if "browsing" in vars(self):
            self.browsing.leave()
        if "comparisons" in vars(self):
            self.comparisons.leave_all()
        scrub(self.database)
        self.database.close()

    def _work_of(self, kind: JobKind) -> Work:
        return WORKS[kind](self).run

    def _clean_up(self, kind: JobKind) -> CleanUp | None:
        return WORKS[kind](self).abandoned

    def _check_key(self) -> SigningKey:
        with self.database.read() as tx:
            row = tx.execute(select(tables.workspace)).one()
        if keys.derive(self.key, KeyPurpose.KEY_CHECK) != row.key_check:
            raise UserError(
                "wrong_key",
                "The key in this computer's keyring is not the key of this workspace.",
                "Run `crmdesk keyring recover` and give the recovery key.",
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
    from crmdesk.core.founding import found_workspace

    founded = found_workspace(folder, wanted, store, clock)
    opened = Workspace(folder, founded.key, clock, store)
    return Created(opened, founded.recovery_key, founded.user_id)
