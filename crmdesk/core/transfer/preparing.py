"""From a request to a filled stage: the road that look, trial and import all take."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.changes.stage import Stage, create_stage, scratch_path
from crmdesk.core.changes.stage_parts import discard_parts
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports, imports
from crmdesk.core.errors import UserError
from crmdesk.core.files.fingerprint import Fingerprint, Known
from crmdesk.core.files.ordinary import file_missing
from crmdesk.core.files.presence import resolved
from crmdesk.core.files.source import TableSource
from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.schema import ObjectType, Property, load_object_type, load_object_types
from crmdesk.core.records.single import owners, workspace_zone
from crmdesk.core.records.types import PropertyFormat
from crmdesk.core.records.values import ValueContext
from crmdesk.core.restore.sources import same_object
from crmdesk.core.settings import read_setting
from crmdesk.core.transfer.column_plan import RECORD_ID, ColumnPlan
from crmdesk.core.transfer.columns import plan_columns, usual_mapping
from crmdesk.core.transfer.families import file_family
from crmdesk.core.transfer.fill_part import FillTask
from crmdesk.core.transfer.fill_parts import fill_from, fill_stage
from crmdesk.core.transfer.fill_processes import Reader
from crmdesk.core.transfer.filling import date_orders, first_batch, sample_rows
from crmdesk.core.transfer.links import collect_links, load_links
from crmdesk.core.transfer.matching import Matching, Origin
from crmdesk.core.transfer.model import FileOptions, ImportRequest, Trust
from crmdesk.core.transfer.opened import Home, OpenedFile, open_file
from crmdesk.core.transfer.settling import Rulebook
from crmdesk.core.transfer.statics import static_values, write_statics

Reported = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose file is open and whose columns are settled."""

    request: ImportRequest
    opened: OpenedFile
    source: TableSource
    object_type: ObjectType
    plan: ColumnPlan
    context: ValueContext
    dates: dict[int, DateOrder]
    rules: Rulebook
    statics: dict[int, str]

    def at(self, path: Path) -> Prepared:
        """The same, of a file that was given another name."""
        return replace(self, source=replace(self.source, path=path))

    @property
    def columns(self) -> list[Property]:
        """What a stage of it holds, in order."""
        return _stage_columns(self.object_type, self.plan)


class Preparer:
    """Opens files, settles columns, fills stages.

    Args:
        tombstone_key: 32 bytes.

    Attributes:
        folder: for staging files, inside the workspace.
    """

    def __init__(self, database: Database, folder: Path, home: Home, tombstone_key: bytes) -> None:
        self._database = database
        self.folder = folder
        self._home = home
        self._tombstone_key = tombstone_key

    def limited(self, options: FileOptions) -> FileOptions:
        """The options with the largest size that the settings allow, unless they say one."""
        if options.max_bytes is not None:
            return options
        with self._database.read() as tx:
            largest = int(read_setting(tx, "import.max_bytes"))
        return replace(options, max_bytes=largest)

    def open(self, path: Path, options: FileOptions, known: Known | None = None) -> OpenedFile:
        """Open a file under the size that the settings allow.

        Cells and headings of one that was exported for spreadsheets come as they were before.

        Args:
            known: what is known of a text table from before.

        Raises:
            UserError: whatever is wrong with it.
        """
        with self._database.read() as tx:
            object_types = load_object_types(tx)
        opened = open_file(path, self.limited(options), self._home, object_types, known)
        if opened.source is None or not self._is_guarded(options, opened):
            return opened
        return replace(opened, source=opened.source.unguarded())

    def prepare(
        self,
        request: ImportRequest,
        path: Path | None = None,
        taken: Fingerprint | None = None,
    ) -> Prepared:
        """Open the file and settle columns, key and dates.

        Args:
            path: where the file lies by now; ``None`` for the place the request names.
            taken: of that file, by whoever has just read it.

        Raises:
            UserError: ``file_changed`` when it is not the file that was looked at,
                ``table_not_chosen``, ``backup_damaged``, or what opening and columns refuse.
        """
        options = request.options
        if options.object_name is None:
            options = replace(options, object_name=request.object_name)
        opened = self.open(path or Path(request.path), options, _known(request, taken))
        if request.sha256 is not None and opened.sha256 != request.sha256:
            raise UserError(
                "file_changed",
                f"{Path(request.path).name} is no longer the file that was looked at.",
                "Nothing was imported. Open it again and look at the preview once more.",
                path=request.path,
            )
        if opened.source is None:
            raise table_not_chosen(opened)
        opened.prove_content()
        return self._settled(request, opened, opened.source)

    def fill(
        self,
        prepared: Prepared,
        limit: int | None = None,
        reported: Reported = lambda _: None,
        helpers: Sequence[Reader] = (),
    ) -> Stage:
        """Read the rows, or the first ``limit`` of them, into a new stage.

        Args:
            reported: told the rows read so far; may raise to stop, and nothing is left behind.
            helpers: processes that wait for a part; started here where there are none.
        """
        path = scratch_path(self.folder)
        stage = create_stage(path, prepared.object_type, prepared.columns, blank_keeps=True)
        task = fill_task(prepared, stage)
        try:
            if limit is None:
                fill_stage(task, reported, helpers)
            else:
                fill_from(task, [first_batch(prepared.source, limit)])
            write_statics(path, prepared.columns, prepared.statics)
            collect_links(path, prepared.source, prepared.plan.associations, limit)
        except BaseException:
            for helper in helpers:
                # One that has just begun would make its file behind our back.
                helper.end()
            path.unlink(missing_ok=True)
            discard_parts(path)
            raise
        return stage

    def _is_guarded(self, options: FileOptions, opened: OpenedFile) -> bool:
        if options.guarded is not None:
            return options.guarded
        with self._database.read() as tx:
            asked = tx.scalar(select(exports.c.request).where(exports.c.sha256 == opened.sha256))
        facts = {} if asked is None else json.loads(asked)
        # Cells of a workbook say themselves that they are text.
        return bool(facts.get("for_spreadsheets")) and facts["format"] != "xlsx"

    def _settled(self, request: ImportRequest, opened: OpenedFile, source: TableSource) -> Prepared:
        samples = [row.cells for row in sample_rows(source)]
        with self._database.read() as tx:
            object_type = load_object_type(tx, request.object_name)
            trust = trusted(opened, object_type)
            mapping = request.mapping
            if mapping is None:
                mapping = usual_mapping(source.headers.names, samples, object_type, trust)
            plan = plan_columns(request, dict(mapping), source.headers, object_type, trust)
            plan = _without_own_ids(plan, trust)
            context = ValueContext(
                workspace_zone(tx), decimal_mark=request.decimal_mark, owners=owners(tx)
            )
            origin = _origin(tx, opened, plan, trust, request)
            links = load_links(tx, object_type, plan.associations, trust)
        statics = static_values(plan, request.static, object_type, context)
        return Prepared(
            request,
            opened,
            source,
            object_type,
            plan,
            context,
            date_orders(plan, samples, request.date_order, request.date_orders),
            Rulebook(
                plan,
                _matching(request, object_type, plan, origin),
                self._tombstone_key,
                links,
                request.lifecycle_back,
            ),
            statics,
        )


def fill_task(prepared: Prepared, stage: Stage) -> FillTask:
    """What any process needs to read the table into the stage."""
    return FillTask(
        stage,
        prepared.source,
        prepared.plan,
        prepared.context,
        prepared.dates,
        prepared.rules.matching.key,
    )


def refuse_ours(guard: Guard, actor: Actor, database: Database, path: Path) -> None:
    """Exports, backups and imports of others lie in our own folder: no preview shows them.

    Raises:
        UserError: ``file_missing``, as for a file that is not there; never for a Super Admin.
    """
    inside = resolved(path).is_relative_to(resolved(database.path.parent))
    if inside and not guard.allows(actor, Permission.SUPER_ADMIN):
        raise file_missing(path)


def trusted(opened: OpenedFile, object_type: ObjectType) -> Trust:
    """How far the ids of a table count: not where another object of that name was backed up."""
    entry = opened.entry
    if opened.trust is not Trust.OURS or entry is None:
        return opened.trust
    same = entry.object == object_type.name and same_object(entry, object_type)
    return Trust.OURS if same else Trust.EDITED


def table_not_chosen(opened: OpenedFile) -> UserError:
    """The refusal of a file with several tables of which none is chosen."""
    names = tuple(table.name for table in opened.tables)
    return UserError(
        "table_not_chosen",
        f"{opened.path.name} holds {len(names)} tables, and one has to be chosen.",
        "Choose one of: " + ", ".join(names) + ".",
        tables=names,
    )


def _known(request: ImportRequest, taken: Fingerprint | None) -> Known | None:
    """How the text is written, as it was found of the very bytes that were looked at."""
    if taken is None or request.dialect is None or taken.sha256 != request.sha256:
        return None
    return Known(taken, request.dialect)


def _stage_columns(object_type: ObjectType, plan: ColumnPlan) -> list[Property]:
    """Mapped properties, and those that the rules look at beside them."""
    columns = [*plan.properties, *plan.statics]
    present = {p.id for p in columns}
    beside = [p for p in object_type.unique_properties if not p.calculated]
    if any(p.format == PropertyFormat.STAGE for p in columns):
        pipeline = object_type.with_format(PropertyFormat.PIPELINE)
        beside += [] if pipeline is None else [pipeline]
    return columns + [p for p in dict.fromkeys(beside) if p.id not in present]


def _without_own_ids(plan: ColumnPlan, trust: Trust) -> ColumnPlan:
    """Ids of this workspace mean its records or nothing: they are no foreign ids to remember."""
    if trust is Trust.OURS and plan.key != RECORD_ID:
        return replace(plan, id_index=None)
    return plan


def _matching(
    request: ImportRequest, object_type: ObjectType, plan: ColumnPlan, origin: Origin
) -> Matching:
    places = {p.name: place for place, p in enumerate(_stage_columns(object_type, plan))}
    key = None if plan.key is None else places.get(plan.key)
    return Matching(
        request.mode,
        request.archived_matches,
        origin,
        key,
        "" if plan.key is None else plan.header_of(plan.key),
        plan.id_header if plan.id_index is not None else "",
    )


def _origin(
    tx: Tx, opened: OpenedFile, plan: ColumnPlan, trust: Trust, request: ImportRequest
) -> Origin:
    own = plan.key == RECORD_ID
    several = len(opened.tables) > 1 and opened.table is not None
    table = opened.table.name if several and opened.table is not None else ""
    if own or plan.id_index is None:
        source = opened.origin if own else f"file:{opened.sha256}:{table}"
        return Origin(source or "", own, proven=True, by_line=not own)
    if opened.origin is not None:
        name = opened.origin if trust is Trust.FOREIGN else f"edited:{opened.origin}"
        return Origin(name, own=False, proven=trust is Trust.FOREIGN, by_line=False)
    return Origin(
        # The job reads a copy of another name: the family goes by the name that the user knows.
        file_family(request.path, table, plan.id_header),
        own=False,
        proven=_came_in_before(tx, opened.sha256, request.object_name),
        by_line=False,
    )


def _came_in_before(tx: Tx, sha256: str, object_name: str) -> bool:
    return (
        tx.scalar(
            select(imports.c.id).where(
                imports.c.stored_file.startswith(sha256, autoescape=True),
                imports.c.object_name == object_name,
                imports.c.state == JobState.SUCCEEDED.value,
            )
        )
        is not None
    )
