"""Imports: look into a file, see what it would do, do it, and look back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database
from crmdesk.core.db.tables import import_details, imports
from crmdesk.core.errors import Cancelled, UserError
from crmdesk.core.files.names import storable
from crmdesk.core.files.presence import absolute_path
from crmdesk.core.jobs.job import JobKind, JobState
from crmdesk.core.jobs.queue import JobQueue
from crmdesk.core.notify.inbox import Inbox
from crmdesk.core.records.schema import load_object_type, load_object_types
from crmdesk.core.records.single import owners, workspace_zone
from crmdesk.core.records.values import ValueContext
from crmdesk.core.transfer.describing import full_mapping, import_name
from crmdesk.core.transfer.error_saving import ErrorFiles
from crmdesk.core.transfer.filling import SAMPLE_ROWS
from crmdesk.core.transfer.history import ImportHistory
from crmdesk.core.transfer.imported import ImportedRecord
from crmdesk.core.transfer.inspecting import inspect_file
from crmdesk.core.transfer.model import (
    FileOptions,
    Import,
    ImportProblem,
    ImportRequest,
    Inspection,
    Preflight,
)
from crmdesk.core.transfer.preparing import Prepared, Preparer, refuse_ours
from crmdesk.core.transfer.request_json import request_to_json
from crmdesk.core.transfer.statics import read_statics
from crmdesk.core.transfer.trying import Trial
from crmdesk.core.workspace_folder import refuse_inside


def never() -> bool:
    """Nobody asked to stop."""
    return False


def unheard(_done: int) -> None:
    """Nobody watches."""


class ImportService:
    """What a face asks for.

    Args:
        vault: the folder that keeps imported files and error files.
    """

    def __init__(
        self,
        database: Database,
        guard: Guard,
        audit_log: AuditLog,
        inbox: Inbox,
        jobs: JobQueue,
        preparer: Preparer,
        vault: Path,
    ) -> None:
        self._database = database
        self._guard = guard
        self._jobs = jobs
        self._preparer = preparer
        self._vault = vault
        self._history = ImportHistory(database, vault)
        self._error_files = ErrorFiles(database, audit_log, inbox, self._history)

    # -- looking ---------------------------------------------------------------------------
    def inspect(
        self, actor: Actor, path: str | Path, options: FileOptions | None = None
    ) -> Inspection:
        """What is in a file and where it would go; nothing is written.

        A file of several tables (sheets, or a zip) comes back with their list; choose one by
        ``options.table`` or ``options.object_name`` and inspect again.

        Raises:
            UserError: whatever is wrong with the file, in one sentence; ``object_unknown``.
            PermissionDenied: the actor may not import.
        """
        self._guard.require(actor, Permission.IMPORT)
        refuse_ours(self._guard, actor, self._database, absolute_path(path))
        wanted = options or FileOptions()
        with self._database.read() as tx:
            if wanted.object_name is not None:
                load_object_type(tx, wanted.object_name)
            object_types = {found.name: found for found in load_object_types(tx)}
        opened = self._preparer.open(absolute_path(path), wanted)
        return inspect_file(opened, wanted, object_types)

    def requests(
        self,
        actor: Actor,
        path: str | Path,
        objects: Sequence[str] = (),
        options: FileOptions | None = None,
    ) -> tuple[ImportRequest, ...]:
        """One proposed import for each table of a file, see :meth:`inspect_tables`."""
        found = self.inspect_tables(actor, path, objects, options)
        return tuple(each.request() for each in found)

    def inspect_tables(
        self,
        actor: Actor,
        path: str | Path,
        objects: Sequence[str] = (),
        options: FileOptions | None = None,
    ) -> tuple[Inspection, ...]:
        """What is in each table of a file whose object is known, and where it would go.

        Args:
            objects: only these; empty for all.

        Raises:
            UserError: as :meth:`inspect`, ``object_not_in_file``, ``nothing_to_import``.
        """
        given = options or FileOptions()
        whole = self.inspect(actor, path, given)
        found = {table.object_name for table in whole.tables if table.object_name}
        for name in objects:
            if name not in found:
                raise UserError(
                    "object_not_in_file",
                    f"{whole.name} holds no table of {name}.",
                    "It holds: " + (", ".join(sorted(found)) or "nothing that is known") + ".",
                    object=name,
                )
        asked = found if not objects else set(objects)
        wanted = [table for table in whole.tables if table.object_name in asked]
        if not wanted:
            raise UserError(
                "nothing_to_import",
                f"Nothing tells which objects {whole.name} holds.",
                "Choose the object yourself.",
            )
        return tuple(
            self.inspect(
                actor,
                path,
                replace(
                    given,
                    table=table.name if len(whole.tables) > 1 else given.table,
                    object_name=table.object_name,
                ),
            )
            for table in wanted
        )

    def preflight(
        self,
        actor: Actor,
        request: ImportRequest,
        progress: Callable[[int], None] = unheard,
        cancelled: Callable[[], bool] = never,
    ) -> Preflight:
        """What the first thousand rows would do, with their problems; nothing is written.

        Raises:
            UserError: see :class:`Preparer`; ``file_changed`` when it is another file by now.
            Cancelled: ``cancelled`` said so.
        """
        return self._try(actor, [request], SAMPLE_ROWS, progress, cancelled)[0]

    def preflight_together(
        self, actor: Actor, requests: Sequence[ImportRequest]
    ) -> tuple[Preflight, ...]:
        """The same of several imports that start together: a later one knows the earlier ones.

        What a table of more than a thousand rows may hold further down is left open: names that
        only it could know are neither counted nor told.
        """
        return self._try(actor, requests, SAMPLE_ROWS, unheard, never)

    def dry_run(
        self,
        actor: Actor,
        request: ImportRequest,
        progress: Callable[[int], None] = unheard,
        cancelled: Callable[[], bool] = never,
        errors: Path | None = None,
    ) -> Preflight:
        """What the whole import would do; nothing is written but the error file, if asked for.

        Args:
            progress: told the rows read so far.
            errors: where the error file goes; it appears only when a row would be refused.
        """
        return self._try(actor, [request], None, progress, cancelled, errors)[0]

    def dry_run_together(
        self,
        actor: Actor,
        requests: Sequence[ImportRequest],
        progress: Callable[[int], None] = unheard,
        cancelled: Callable[[], bool] = never,
    ) -> tuple[Preflight, ...]:
        """What several imports that start together would do, each read to its end."""
        return self._try(actor, requests, None, progress, cancelled)

    def fixed_values(
        self, actor: Actor, object_name: str, values: Mapping[str, str]
    ) -> dict[str, str]:
        """Canonical values by property, as every row of an import would get them.

        Raises:
            PermissionDenied: the actor may not import, or not write a sensitive property.
            UserError: ``static_value_invalid``, ``static_value_unique``, ``property_unknown``,
                ``property_calculated``, ``object_unknown``.
        """
        self._guard.require(actor, Permission.IMPORT)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            context = ValueContext(workspace_zone(tx), owners=owners(tx))
        if any(object_type.property(name).sensitive for name in values):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)
        return read_statics(values, object_type, context)

    # -- doing -----------------------------------------------------------------------------
    def start(self, actor: Actor, request: ImportRequest) -> str:
        """Queue an import and return its id; ``show(id).job_id`` names the job.

        The job copies the file into the vault first, and refuses one that is not the file that
        was looked at. It creates and updates in one transaction: all good rows, or nothing.

        Raises:
            PermissionDenied: the actor may not import, write a sensitive property that is
                mapped, or make the new properties asked for.
            UserError: ``file_missing`` and its kin, or what the columns refuse.
        """
        return self.start_together(actor, [request])[0]

    def start_together(self, actor: Actor, requests: Sequence[ImportRequest]) -> tuple[str, ...]:
        """Queue several imports that run one after the other, and return their ids.

        A later one may name records that an earlier one makes. Each is all or nothing by itself;
        where one fails, those before it stand and those behind it do not run.

        Raises:
            PermissionDenied, UserError: as :meth:`start`; then none is queued.
        """
        for request in requests:
            self._require(actor, request)
        settled = [self._settled(request) for request in requests]
        ids = [secrets.token_hex(8) for _ in settled]
        group_id = secrets.token_hex(8) if len(ids) > 1 else None
        first, *more = (
            {"import_id": import_id, "request": request_to_json(request)}
            for import_id, (request, _) in zip(ids, settled, strict=True)
        )
        with self._database.write() as tx:
            params = first | ({"more": more} if more else {})
            job_id = self._jobs.enqueue(tx, actor, JobKind.IMPORT, params)
            for import_id, (request, prepared) in zip(ids, settled, strict=True):
                tx.execute(
                    insert(imports).values(
                        id=import_id,
                        job_id=job_id,
                        kind="import",
                        name=storable(import_name(prepared)),
                        object_type_id=prepared.object_type.id,
                        object_name=prepared.object_type.name,
                        state=JobState.QUEUED.value,
                        created_at=tx.now_text,
                        user_id=actor.user_id,
                        file_name=storable(Path(request.path).name),
                    )
                )
                tx.execute(insert(import_details).values(import_id=import_id, group_id=group_id))
        return tuple(ids)

    # -- looking back ----------------------------------------------------------------------
    def list(self, actor: Actor, limit: int = 200, after: str | None = None) -> list[Import]:
        """Imports, and the restores among them, newest first; who is no Super Admin sees own ones.

        Args:
            after: id of the last one of the page before.
        """
        self._guard.require(actor, Permission.IMPORT)
        return self._history.list(self._only(actor), limit, after)

    def show(self, actor: Actor, import_id: str) -> Import:
        """One import.

        Raises:
            UserError: ``import_unknown``.
        """
        self._guard.require(actor, Permission.IMPORT)
        return self._history.show(import_id, self._only(actor))

    def errors(
        self, actor: Actor, import_id: str, limit: int = 200, after: int = 0
    ) -> Sequence[ImportProblem]:
        """Problems of an import, ``limit`` of them behind the first ``after``.

        Raises:
            UserError: ``import_unknown``, ``error_file_missing``.
        """
        self._guard.require(actor, Permission.IMPORT)
        return self._history.errors(import_id, self._only(actor), limit, after)

    def changes(
        self, actor: Actor, import_id: str, limit: int = 200, after: int = 0
    ) -> Sequence[ImportedRecord]:
        """Records that an import wrote, by id, each with its values old → new.

        Args:
            after: record id of the last one of the page before.

        Raises:
            UserError: ``import_unknown``.
        """
        self._guard.require(actor, Permission.IMPORT)
        return self._history.changes(import_id, self._only(actor), limit, after)

    def save_errors(self, actor: Actor, import_id: str, target: Path) -> None:
        """Copy the error file to a place of the user's own; logged, and told of when it is large.

        Raises:
            UserError: ``import_unknown``, ``error_file_missing``, ``target_in_workspace``, or why
                the place cannot be written to.
        """
        self._guard.require(actor, Permission.IMPORT)
        self._error_files.save(actor, import_id, self._only(actor), target)

    # -- within ----------------------------------------------------------------------------
    def _settled(self, request: ImportRequest) -> tuple[ImportRequest, Prepared]:
        """The request with all that was left open, bound to the file as it is now."""
        path = absolute_path(request.path)
        prepared = self._preparer.prepare(replace(request, path=str(path)))
        settled = replace(
            request,
            path=str(path),
            mapping=full_mapping(prepared),
            options=self._preparer.limited(request.options),
            sha256=prepared.opened.sha256,
            dialect=prepared.source.dialect,
        )
        return settled, prepared

    def _require(self, actor: Actor, request: ImportRequest) -> None:
        self._guard.require(actor, Permission.IMPORT)
        refuse_ours(self._guard, actor, self._database, absolute_path(request.path))
        if request.new_properties:
            self._guard.require(actor, Permission.EDIT_PROPERTIES)
        with self._database.read() as tx:
            object_type = load_object_type(tx, request.object_name)
        mapped = None if request.mapping is None else set(request.mapping.values())
        if mapped is None:
            mapped = set(self.inspect(actor, request.path, _options(request)).mapping.values())
        mapped |= set(request.static)
        sensitive = {p.name for p in object_type.writable if p.sensitive}
        if mapped & sensitive or any(p.sensitive for p in request.new_properties):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)

    def _only(self, actor: Actor) -> int | None:
        """Whose imports an actor may see: everybody's, or the own ones."""
        everything = self._guard.allows(actor, Permission.SUPER_ADMIN)
        return None if everything else actor.user_id

    def _try(
        self,
        actor: Actor,
        requests: Sequence[ImportRequest],
        limit: int | None,
        progress: Callable[[int], None],
        cancelled: Callable[[], bool],
        errors: Path | None = None,
    ) -> tuple[Preflight, ...]:
        def reported(done: int) -> None:
            if cancelled():
                raise Cancelled("cancelled", "It was cancelled. Nothing was changed.")
            progress(done)

        for request in requests:
            self._require(actor, request)
        if errors is not None:
            refuse_inside(self._database.path.parent, errors)
        absolute = [replace(each, path=str(absolute_path(each.path))) for each in requests]
        return Trial(self._database, self._preparer, limit, reported).run(absolute, errors)


def _options(request: ImportRequest) -> FileOptions:
    return replace(request.options, object_name=request.object_name)
