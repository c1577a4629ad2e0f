"""Restores: what can be restored, what it would do, starting one, undoing one."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.cancel import never
from crmdesk.core.changes.plan import settle
from crmdesk.core.changes.stage import Stage, reopen_stage, scratch_path
from crmdesk.core.changes.undo import stage_undo
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import restores
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.notify.inbox import Inbox
from crmdesk.core.records.schema import ObjectType, load_object_type, load_object_types
from crmdesk.core.restore.choosing import (
    WHY,
    build_survey,
    completed,
    plan_params,
)
from crmdesk.core.restore.differences import Wanted, list_differences, read_differences
from crmdesk.core.restore.history import RestoreHistory
from crmdesk.core.restore.keeping import Origin, keep_plan
from crmdesk.core.restore.model import (
    ChangedValue,
    Narrowed,
    OpenedBackup,
    PlanRequest,
    PlanSample,
    RestorableObject,
    Restore,
    RestorePlan,
    RestoreSource,
    Survey,
)
from crmdesk.core.restore.narrowing import created_since, of_chosen
from crmdesk.core.restore.outdated import definition_changed
from crmdesk.core.restore.plan_store import load_plan, plan_object, stage_path
from crmdesk.core.restore.planning import RULES, Cancelled, Planner, Reported
from crmdesk.core.restore.saving import RestoreFiles
from crmdesk.core.restore.sources import (
    TrustedBackup,
    list_sources,
    open_source,
    restorable_objects,
)
from crmdesk.core.restore.starting import RestoreStarter

EVERYTHING = Narrowed()
EVERY_DIFFERENCE = Wanted()


def _silent(_: int) -> None:
    """Report to nobody."""


class RestoreService:
    """Puts values back from a backup. Super Admins only, one at a time.

    Args:
        folder: the workspace's folder.
        verify_key: public key that this workspace's backups are signed with.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        inbox: Inbox,
        jobs: JobQueue,
        folder: Path,
        verify_key: bytes,
    ) -> None:
        self._database = database
        self._guard = guard
        self._vault = folder / "vault" / "backups"
        self._staging = folder / "staging"
        self._verify_key = verify_key
        self._planner = Planner(database, self._staging)
        self._imports = folder / "vault" / "imports"
        self._history = RestoreHistory(database, self._imports)
        self._files = RestoreFiles(database, audit_log, inbox, self._history, self._imports)
        self._starter = RestoreStarter(database, audit_log, jobs, self._staging)

    # -- choosing --------------------------------------------------------------------------
    def sources(self, actor: Actor) -> list[RestoreSource]:
        """Every backup in the vault, newest first; unusable ones say why."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return list_sources(tx, self._vault)

    def open(self, actor: Actor, source: str) -> OpenedBackup:
        """Open a backup by id, or a backup file by path.

        Raises:
            UserError: ``backup_unknown``, ``backup_unusable``, ``backup_foreign``,
                ``backup_newer``, ``backup_damaged``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._open(source).described()

    def objects(self, actor: Actor, source: str) -> list[RestorableObject]:
        """Objects of the workspace and of the backup; those not restorable say why."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup = self._open(source)
        with self._database.read() as tx:
            return restorable_objects(backup, load_object_types(tx))

    def survey(
        self,
        actor: Actor,
        source: str,
        object_name: str,
        narrowed: Narrowed = EVERYTHING,
        *,
        cancelled: Cancelled = never,
        reported: Reported = _silent,
    ) -> Survey:
        """Compare every property of an object with the backup; writes nothing.

        Args:
            narrowed: the options that change what is counted.
            reported: called with the number of differing records found so far.

        Raises:
            UserError: as :meth:`plan`.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup = self._open(source)
        object_type = self._object_type(backup, object_name)
        request = PlanRequest(
            source,
            object_name,
            None,
            record_ids=narrowed.record_ids,
            only_unchanged=narrowed.only_unchanged,
        )
        compared = self._planner.compare(
            backup, object_type, request, cancelled=cancelled, reported=reported
        )
        compared.stage.path.unlink(missing_ok=True)
        compared = of_chosen(compared, request)
        created = created_since(self._database, backup, object_type, compared, request)
        return build_survey(backup, object_type, compared, created)

    # -- planning --------------------------------------------------------------------------
    def plan(
        self,
        actor: Actor,
        request: PlanRequest,
        *,
        cancelled: Cancelled = never,
        reported: Reported = _silent,
    ) -> RestorePlan:
        """Work out what a restore would do, and keep that for a day; writes no record.

        Raises:
            UserError: ``backup_…`` as :meth:`open`, ``object_not_restorable``,
                ``property_not_restorable``, ``nothing_chosen``.
            Cancelled: ``cancelled`` said so.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        backup = self._open(request.source)
        object_type = self._object_type(backup, request.object_name)
        request = completed(request, backup, object_type)
        compared = self._planner.compare(
            backup, object_type, request, cancelled=cancelled, reported=reported
        )
        compared = of_chosen(compared, request)
        return keep_plan(
            self._database,
            self._staging,
            actor,
            compared.stage,
            compared.counts,
            Origin(
                "restore",
                plan_params(request),
                request.source,
                backup.name,
                backup.manifest.snapshot_at,
                compared.equal_records,
                created_since(self._database, backup, object_type, compared, request),
            ),
        )

    def undo_plan(self, actor: Actor, restore_id: str) -> RestorePlan:
        """Work out what taking a restore back would do: only values that still are what it wrote.

        Raises:
            UserError: ``restore_unknown``, ``undo_impossible`` with the reason.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        found = self._history.show(restore_id)
        if not found.can_undo:
            raise UserError(
                "undo_impossible",
                f"This restore cannot be undone: {found.undo_reason.replace('_', ' ')}.",
                "Restore the values you need from a backup instead.",
                reason=found.undo_reason,
            )
        with self._database.read() as tx:
            object_type = load_object_type(tx, found.object_name)
            change_id = tx.scalar(select(restores.c.change_id).where(restores.c.id == restore_id))
        stage = stage_undo(self._database, scratch_path(self._staging), object_type, change_id)
        with self._database.staging(stage.path) as tx:
            counts = settle(tx, stage, RULES)
        return keep_plan(
            self._database,
            self._staging,
            actor,
            stage,
            counts,
            Origin(
                "undo",
                {"restore_id": restore_id, "object_name": found.object_name},
                restore_id,
                found.name,
            ),
        )

    def read_plan(self, actor: Actor, plan_id: str) -> RestorePlan:
        """A plan made earlier.

        Raises:
            UserError: ``plan_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.read() as tx:
            return load_plan(tx, actor, plan_id)[0]

    def differences(
        self, actor: Actor, plan_id: str, wanted: Wanted = EVERY_DIFFERENCE
    ) -> array[int]:
        """Numbers of everything that a plan would change, or of what it leaves alone.

        At most :data:`MOST_LISTED`; :meth:`read_differences` tells what they are.

        Raises:
            UserError: ``plan_unknown``, ``plan_outdated``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        stage = self._stage_of(actor, plan_id)
        with self._database.staging(stage.path) as tx:
            return list_differences(tx, stage, wanted)

    def read_differences(
        self, actor: Actor, plan_id: str, numbers: Sequence[int]
    ) -> Mapping[int, PlanSample]:
        """What these numbers of :meth:`differences` are; sensitive values masked.

        Raises:
            UserError: ``plan_unknown``, ``plan_outdated``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        stage = self._stage_of(actor, plan_id)
        with self._database.staging(stage.path) as tx:
            return read_differences(tx, stage, numbers)

    # -- doing -----------------------------------------------------------------------------
    def start(
        self,
        actor: Actor,
        plan_id: str,
        *,
        accept_changes: bool,
        accept_irreversible: bool,
        step_up_id: str,
    ) -> str:
        """Queue the restore that a plan describes, and return its id.

        Args:
            step_up_id: a two-factor code given for exactly this plan
                (``two_factor.step_up(actor, StepUpPurpose.RESTORE, plan.hash, code)``).

        Raises:
            WrongUsage: a consequence was not accepted; the code is not used up.
            SecondFactorRefused: no valid code for this plan.
            Busy: another restore runs; says who started it and when.
            UserError: ``plan_unknown``, ``plan_outdated``, ``nothing_to_restore``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        if not (accept_changes and accept_irreversible):
            raise WrongUsage(
                "consequences_not_accepted",
                "A restore changes data, and only its undo can take that back.",
                "Accept both consequences to go on.",
            )
        return self._starter.start(actor, plan_id, StepUpPurpose.RESTORE, step_up_id)

    def start_undo(self, actor: Actor, plan_id: str, *, step_up_id: str) -> str:
        """Queue the undo that a plan describes, and return its restore id.

        Raises:
            SecondFactorRefused, Busy, UserError: as :meth:`start`.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._starter.start(actor, plan_id, StepUpPurpose.RESTORE_UNDO, step_up_id)

    # -- looking back ----------------------------------------------------------------------
    def list(self, actor: Actor) -> list[Restore]:
        """Every restore and undo, newest first."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._history.list()

    def show(self, actor: Actor, restore_id: str) -> Restore:
        """One restore.

        Raises:
            UserError: ``restore_unknown``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._history.show(restore_id)

    def changes(
        self, actor: Actor, restore_id: str, *, limit: int = 200, offset: int = 0
    ) -> Sequence[ChangedValue]:
        """Values that a restore wrote, by record; sensitive ones masked."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._history.changes(restore_id, limit, offset)

    def skipped(
        self, actor: Actor, restore_id: str, *, limit: int = 200, offset: int = 0
    ) -> Sequence[PlanSample]:
        """Values and records that a restore left alone, by record, each with its reason.

        Raises:
            UserError: ``restore_unknown``, ``skipped_missing``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        return self._history.skipped(restore_id, limit, offset)

    def save_skipped(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Copy the list of what was left alone, a CSV, to a place of the user's own; logged.

        Raises:
            UserError: ``restore_unknown``, ``skipped_missing``, ``target_in_workspace``, or why
                the place cannot be written to.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._files.save_skipped(actor, restore_id, target)

    def save_report(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Write every value that a restore wrote, and all that it left alone, as one CSV; logged.

        Raises:
            UserError: as :meth:`save_skipped`.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._files.save_report(actor, restore_id, target)

    def log_report(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Tell of a report that is printed from :meth:`changes`; raises as :meth:`save_skipped`."""
        self._guard.require(actor, Permission.SUPER_ADMIN)
        self._files.log_report(actor, restore_id, target)

    # -- within ----------------------------------------------------------------------------
    def _open(self, source: str) -> TrustedBackup:
        with self._database.read() as tx:
            return open_source(tx, source, self._vault, self._verify_key)

    def _stage_of(self, actor: Actor, plan_id: str) -> Stage:
        """The stage of a plan that was not used yet."""
        with self._database.read() as tx:
            object_type = load_object_type(tx, plan_object(tx, actor, plan_id))
        stage = reopen_stage(stage_path(self._staging, plan_id), object_type)
        if stage is None:
            raise definition_changed()
        return stage

    def _object_type(self, backup: TrustedBackup, object_name: str) -> ObjectType:
        with self._database.read() as tx:
            known = {found.name: found for found in load_object_types(tx)}
        objects = restorable_objects(backup, list(known.values()))
        found = next((item for item in objects if item.name == object_name), None)
        if found is None or not found.restorable:
            reason = "not_in_backup" if found is None else found.reason
            raise UserError(
                "object_not_restorable",
                f"“{object_name}” cannot be restored from this backup: {WHY[reason]}.",
                "Choose another object or another backup.",
                reason=reason,
            )
        return known[object_name]
