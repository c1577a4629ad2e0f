"""Exports: ask for one, list them, cancel, decide, save a copy, see who did."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from sqlalchemy import insert, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.access.step_up import StepUpPurpose, spend_step_up
from crmdesk.core.audit import kinds
from crmdesk.core.audit.anchors import AnchorKeeper
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import export_downloads, exports, users
from crmdesk.core.errors import UserError
from crmdesk.core.exports.asked import AskedFor, read_asked
from crmdesk.core.exports.asking import Chosen, choose, count_asked, measured, must_wait
from crmdesk.core.exports.columns import chosen_properties
from crmdesk.core.exports.deeds import find_seen, log_export, sight_of
from crmdesk.core.exports.listing import (
    EVERYTHING,
    Sight,
    count_exports,
    export_number,
    export_numbers,
    numbered_exports,
    read_downloads,
    read_export,
    read_exports,
)
from crmdesk.core.exports.model import (
    Download,
    Export,
    ExportEstimate,
    ExportFilter,
    ExportOrder,
    ExportRequest,
    ExportSource,
    ExportState,
    FileState,
)
from crmdesk.core.exports.queueing import ExportQueue
from crmdesk.core.exports.record_making import making_of, named_request
from crmdesk.core.exports.report_anchor import anchor_beside, refuse_other_file, save_anchor
from crmdesk.core.exports.request_json import request_to_json
from crmdesk.core.files.copying import copy_file
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.notify.inbox import Inbox
from crmdesk.core.records.schema import load_object_type
from crmdesk.core.settings import Settings
from crmdesk.core.workspace_folder import refuse_inside

_ALL = ExportFilter()


class ExportService:
    """What leaves as files of records. One's own exports; all of them for a Super Admin.

    Args:
        anchors: signs the log beside a copy of its report.
        vault: the folder of the workspace's exports.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        settings: Settings,
        jobs: JobQueue,
        inbox: Inbox,
        anchors: AnchorKeeper,
        vault: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._settings = settings
        self._jobs = jobs
        self._queue = ExportQueue(jobs, audit_log, inbox)
        self._anchors = anchors
        self._vault = vault

    # -- asking ------------------------------------------------------------------------------
    def estimate(self, actor: Actor, request: ExportRequest) -> ExportEstimate:
        """How many records and bytes it would be, and whether it would have to wait.

        Raises:
            UserError: ``object_unknown``, ``property_unknown``, ``property_sensitive``.
        """
        self._guard.require(actor, Permission.EXPORT)
        with self._database.read() as tx:
            chosen = choose(tx, self._guard, actor, request)
            records, size = measured(tx, chosen.object_type, chosen.columns, request)
            return ExportEstimate(
                records,
                size,
                chosen.sensitive,
                tuple(found.label for found in chosen.left_out),
                self._must_wait(tx, actor, records, chosen),
            )

    def create(self, actor: Actor, request: ExportRequest) -> str:
        """Queue an export, or let it wait for a decision; returns its id.

        Raises:
            UserError: as :meth:`estimate`; ``segment_unknown``.
            PermissionDenied: sensitive columns were named that the actor may not see.
        """
        self._guard.require(actor, Permission.EXPORT)
        self._require_sensitive(actor, request)
        with self._database.read() as tx:
            # Counting may look at every record: not while others wait to write.
            object_type = choose(tx, self._guard, actor, request).object_type
            records = count_asked(tx, object_type, request)
        with self._database.write() as tx:
            chosen = choose(tx, self._guard, actor, request)
            asked = named_request(chosen, request)
            waits = self._must_wait(tx, actor, records, chosen)
            return self._queue.begin(
                tx,
                actor,
                making_of(chosen, asked),
                request_to_json(asked),
                records if waits else None,
            )

    def cancel(self, actor: Actor, export_id: str) -> ExportState:
        """Stop an export that runs or waits; its file is gone and stays so.

        Raises:
            PermissionDenied: only a Super Admin may, also of one's own.
            UserError: ``export_unknown``, ``job_ended``.
        """
        self._guard.require(actor, Permission.SUPER_ADMIN)
        with self._database.write() as tx:
            found = read_export(tx, self._vault, EVERYTHING, export_id)
            if found.state is ExportState.PENDING_APPROVAL:
                self._queue.cancel_waiting(tx, actor, found)
                return ExportState.CANCELLED
        if found.job_id is None:
            raise UserError(
                "job_ended",
                f"It is too late: the export has ended ({found.state}).",
                "Nothing was changed.",
            )
        return ExportState(self._jobs.request_cancel(actor, found.job_id).value)

    # -- looking -----------------------------------------------------------------------------
    def list(
        self,
        actor: Actor,
        wanted: ExportFilter = _ALL,
        limit: int = 100,
        after: str | None = None,
    ) -> Sequence[Export]:
        """Exports, newest first: all of them for a Super Admin, else one's own.

        Args:
            after: id of the last one of the page before.

        Raises:
            UserError: ``export_unknown``, for a page after another user's as after none.
        """
        self._guard.require(actor, Permission.EXPORT)
        with self._database.read() as tx:
            return read_exports(tx, self._vault, self._sight(actor), wanted, limit, after)

    def numbers(
        self,
        actor: Actor,
        wanted: ExportFilter = _ALL,
        order: ExportOrder = ExportOrder.DATE,
        *,
        descending: bool = True,
    ) -> array[int]:
        """Numbers of the exports that :meth:`list` has, sorted; :meth:`numbered` reads them.

        They are good while a list is open, and nothing to be kept.
        """
        self._guard.require(actor, Permission.EXPORT)
        with self._database.read() as tx:
            return export_numbers(tx, self._sight(actor), wanted, order, descending=descending)

    def numbered(self, actor: Actor, numbers: Sequence[int]) -> Mapping[int, Export]:
        """A page of the list by numbers of :meth:`numbers`; those that are gone are left out."""
        self._guard.require(actor, Permission.EXPORT)
        with self._database.read() as tx:
            return numbered_exports(tx, self._vault, self._sight(actor), numbers)

    def number_of(self, actor: Actor, export_id: str) -> int | None:
        """The number of one export; None where there is none for the actor."""
        self._guard.require(actor, Permission.EXPORT)
        with self._database.read() as tx:
            return export_number(tx, self._sight(actor), export_id)

    def count(self, actor: Actor, wanted: ExportFilter = _ALL) -> int:
        """How many exports :meth:`list` has in all."""
        self._guard.require(actor, Permission.EXPORT)
        with self._database.read() as tx:
            return count_exports(tx, self._sight(actor), wanted)

    def show(self, actor: Actor, export_id: str) -> Export:
        """One export.

        Raises:
            UserError: ``export_unknown``, for another user's as for none; that is logged.
        """
        self._guard.require(actor, Permission.EXPORT)
        return self._find(actor, export_id)

    def asked(self, actor: Actor, export_id: str) -> AskedFor | None:
        """What an export was asked to hold; None for a backup.

        Raises:
            UserError: ``export_unknown``, for another user's as for none; that is logged.
        """
        self._guard.require(actor, Permission.EXPORT)
        self._find(actor, export_id)
        with self._database.read() as tx:
            return read_asked(tx, export_id)

    def history(self, actor: Actor, export_id: str) -> Sequence[Download]:
        """Who saved a copy, from where and when, newest first.

        Raises:
            UserError: ``export_unknown``; ``export_without_history`` where none is shown: no
                Super Admin saved it from the list yet, or it holds sensitive values. The audit
                log has every download all the same.
        """
        self._guard.require(actor, Permission.EXPORT)
        found = self._find(actor, export_id)
        if not found.has_history:
            raise UserError(
                "export_without_history",
                "There is no download history of this export to show.",
                "It appears once a Super Admin saved the file from the list, and never for "
                "sensitive values. The audit log has every download.",
            )
        with self._database.read() as tx:
            return read_downloads(tx, export_id)

    # -- saving ------------------------------------------------------------------------------
    def download(
        self,
        actor: Actor,
        export_id: str,
        target: Path,
        *,
        step_up_id: str = "",
        from_list: bool = True,
        progress: Callable[[int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> Path:
        """Save a copy, its digest checked on the way; every one is counted and logged.

        Beside a report of the log its signed head is saved (:func:`anchor_beside
        <crmdesk.core.exports.report_anchor.anchor_beside>`).

        Args:
            step_up_id: needed when ``security.step_up_downloads`` is on and sensitive values
                are inside (purpose ``download_sensitive``, bound to the export's id).
            from_list: asked for in the list of exports, not where the export was made.

        Raises:
            UserError: ``export_unknown``, ``export_not_downloadable``, ``target_in_workspace``,
                ``anchor_in_the_way``, ``source_changed``, or what the disk said.
            HeadNotSaved: the copy is saved and counted; only the signed head is not.
            SecondFactorRefused: the code is missing or was given for something else.
            PermissionDenied: sensitive values are inside that the actor may not see any more.
        """
        self._guard.require(actor, Permission.EXPORT)
        refuse_inside(self._database.path.parent, target)
        found = self._find(actor, export_id)
        if not found.downloadable:
            raise _not_downloadable(found)
        anchor = anchor_beside(found.source, target)
        refuse_other_file(anchor)
        if found.sensitive:
            self._allow_sensitive(actor, export_id, step_up_id)
        with self._database.read() as tx:
            row = tx.execute(select(exports).where(exports.c.id == export_id)).one()
        copy_file(
            self._vault / row.file_name,
            target,
            progress,
            cancelled,
            sha256=row.sha256,
            before_named=partial(self._count_download, actor, found, from_list=from_list),
        )
        save_anchor(self._anchors, anchor, target)
        return target

    # -- within ------------------------------------------------------------------------------
    def _allow_sensitive(self, actor: Actor, export_id: str, step_up_id: str) -> None:
        # Whoever was allowed to see them when it was made may not be any more.
        self._guard.require(actor, Permission.VIEW_SENSITIVE)
        with self._database.read() as tx:
            step_up = self._settings.flag(tx, "security.step_up_downloads")
        if step_up:
            with self._database.write() as tx:
                spend_step_up(tx, actor, step_up_id, StepUpPurpose.DOWNLOAD_SENSITIVE, export_id)

    def _must_wait(self, tx: Tx, actor: Actor, records: int, chosen: Chosen) -> bool:
        sensitive = bool(chosen.sensitive)
        return must_wait(tx, self._guard, self._settings, actor, records, sensitive=sensitive)

    def _sight(self, actor: Actor) -> Sight:
        return sight_of(self._guard, actor)

    def _find(self, actor: Actor, export_id: str) -> Export:
        sight = self._sight(actor)
        return find_seen(self._database, self._audit_log, self._vault, sight, actor, export_id)

    def _require_sensitive(self, actor: Actor, request: ExportRequest) -> None:
        """Sensitive columns by name need the permission; "every property" leaves them out."""
        if request.columns is None:
            return
        with self._database.read() as tx:
            object_type = load_object_type(tx, request.query.object_type)
            chosen = chosen_properties(object_type, request)
        if any(found.sensitive for found in chosen):
            self._guard.require(actor, Permission.VIEW_SENSITIVE)

    def _count_download(self, actor: Actor, found: Export, *, from_list: bool) -> None:
        with self._database.write() as tx:
            super_admin = tx.scalar(select(users.c.super_admin).where(users.c.id == actor.user_id))
            tx.execute(
                insert(export_downloads).values(
                    export_id=found.id,
                    user_id=actor.user_id,
                    at=tx.now_text,
                    address=actor.place.address,
                    host=actor.place.host,
                    from_list=int(from_list),
                    by_super_admin=int(bool(super_admin)),
                )
            )
            details: dict[str, object] = {"bytes": found.bytes}
            log_export(self._audit_log, tx, actor, kinds.EXPORT_DOWNLOADED, found, details)


def _not_downloadable(found: Export) -> UserError:
    hint = "Export the records again."
    if found.source is ExportSource.BACKUP:
        return UserError(
            "export_not_downloadable",
            "A backup is not saved from the list of exports.",
            f"Run `crmdesk backup download {found.id} --out FILE`.",
            state=found.state.value,
        )
    match found.file_state:
        case FileState.EXPIRED:
            text = f"The file of the export “{found.name}” has expired and was removed."
        case FileState.MISSING:
            text = f"The file of the export “{found.name}” is no longer in the vault."
        case _:
            state = found.state.replace("_", " ")
            text = f"The export “{found.name}” has no file: its state is “{state}”."
            hint = _COMING.get(found.state, hint)
    return UserError("export_not_downloadable", text, hint, state=found.state.value)


_COMING = {
    ExportState.PENDING_APPROVAL: "Somebody who may approve exports has to approve it first.",
    ExportState.QUEUED: "Wait until it is done.",
    ExportState.RUNNING: "Wait until it is done.",
}
