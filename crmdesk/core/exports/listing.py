"""Exports as people see them: rows of the database with the names of who and what."""

from __future__ import annotations

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    case,
    desc,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.sql.functions import count as counted

from crmdesk.core.audit.acting import people_called
from crmdesk.core.clock import from_text, optional_from_text, to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import export_downloads, exports, jobs, users
from crmdesk.core.db.text_search import holds
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import (
    OF_RECORDS,
    OF_SUPER_ADMINS,
    Download,
    Export,
    ExportFilter,
    ExportFormat,
    ExportOrder,
    ExportSource,
    ExportState,
    FileState,
)
from crmdesk.core.jobs.told_state import in_states, told_state

_OF_SUPER_ADMINS = sorted(source.value for source in OF_SUPER_ADMINS)
_DECIDERS = users.alias("deciders")
_NUMBER: ColumnElement[int] = literal_column("exports.rowid", Integer).label("number")
#: A Super Admin saved it from the list: then everybody who may see the row sees who else did.
_SEEN_BY_ADMIN = exists().where(
    export_downloads.c.export_id == exports.c.id,
    export_downloads.c.by_super_admin == 1,
    export_downloads.c.from_list == 1,
)
#: Who may not see the history learns no number from it either.
_DOWNLOADS: ColumnElement[int | None] = case(
    (
        and_(
            _SEEN_BY_ADMIN,
            exports.c.sensitive == "[]",
            exports.c.source.in_(sorted(source.value for source in OF_RECORDS)),
        ),
        select(counted())
        .select_from(export_downloads)
        .where(export_downloads.c.export_id == exports.c.id)
        .scalar_subquery(),
    )
)
#: The columns of the list as SQL orders them; where there is nothing to show comes first.
_BY: dict[ExportOrder, ColumnElement[Any]] = {
    ExportOrder.DATE: exports.c.created_at,
    ExportOrder.NAME: func.lower(exports.c.name),
    ExportOrder.RECORDS: func.coalesce(exports.c.records, -1),
    ExportOrder.SOURCE: func.lower(exports.c.source_name),
    ExportOrder.USER: func.lower(func.coalesce(users.c.full_name, "")),
    ExportOrder.OBJECT: exports.c.object_name,
    ExportOrder.FORMAT: exports.c.format,
    ExportOrder.STATE: told_state(exports.c.state, exports.c.job_id),
    ExportOrder.SIZE: exports.c.bytes,
    ExportOrder.ENDED: func.coalesce(exports.c.finished_at, ""),
    ExportOrder.EXPIRES: func.coalesce(exports.c.expires_at, ""),
    ExportOrder.SENSITIVE: func.lower(exports.c.sensitive),
    ExportOrder.DOWNLOADS: func.coalesce(_DOWNLOADS, -1),
}


@dataclass(frozen=True, slots=True)
class Sight:
    """Which exports somebody may see.

    Attributes:
        user_id: their own; None for everybody's.
        decides: also those of others that wait for a decision.
        decided: also those of others that waited for one.
    """

    user_id: int | None
    decides: bool = False
    decided: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """SQL that is true for them; nothing where all may be seen."""
        if self.user_id is None:
            return []
        own = and_(exports.c.user_id == self.user_id, exports.c.source.not_in(_OF_SUPER_ADMINS))
        found = [own]
        if self.decides:
            found.append(exports.c.state == ExportState.PENDING_APPROVAL.value)
        if self.decides and self.decided:
            found.append(exports.c.decided_at.is_not(None))
        return [or_(*found)]


EVERYTHING = Sight(None)


def read_exports(
    tx: Tx, vault: Path, sight: Sight, wanted: ExportFilter, limit: int, after: str | None
) -> list[Export]:
    """Newest first.

    Args:
        sight: what may be seen.
        after: id of the last export of the page before.

    Raises:
        UserError: ``export_unknown``, there is no such page, or not for this person;
            ``people_unknown``.
    """
    statement = _statement().where(*_conditions(tx, sight, wanted))
    if after is not None:
        seen = (exports.c.id == after, *sight.conditions())
        last = tx.execute(select(exports.c.created_at).where(*seen)).first()
        if last is None:
            raise export_unknown(after)
        statement = statement.where(
            or_(
                exports.c.created_at < last.created_at,
                and_(exports.c.created_at == last.created_at, exports.c.id < after),
            )
        )
    ordered = statement.order_by(desc(exports.c.created_at), desc(exports.c.id)).limit(limit)
    return [_export(tx, row, vault) for row in tx.execute(ordered).all()]


def export_numbers(
    tx: Tx, sight: Sight, wanted: ExportFilter, order: ExportOrder, *, descending: bool
) -> array[int]:
    """Numbers of the exports, for a list that reads only the rows in sight.

    They are SQLite's own of the rows: good for a list that is open, and nothing to be kept.
    """
    statement = select(_NUMBER).select_from(exports)
    if order is ExportOrder.USER:
        statement = statement.outerjoin(users, users.c.id == exports.c.user_id)
    # By date they come from the index as they lie.
    keys = dict.fromkeys((_BY[order], exports.c.created_at, exports.c.id))
    ordered = [desc(key) if descending else key for key in keys]
    asked = (
        statement.where(*_conditions(tx, sight, wanted))
        .order_by(*ordered)
        .compile(tx.connection, compile_kwargs={"render_postcompile": True})
    )
    # On the driver's own cursor: SQLAlchemy's handling of a million rows is most of the time.
    values = [asked.params[name] for name in asked.positiontup or ()]
    return array("q", (number for (number,) in tx.sql(asked.string, values)))


def numbered_exports(
    tx: Tx, vault: Path, sight: Sight, numbers: Sequence[int]
) -> dict[int, Export]:
    """The exports of these numbers, in any order; those that are gone are left out."""
    statement = _statement().add_columns(_NUMBER).where(_NUMBER.in_(numbers))
    statement = statement.where(*sight.conditions())
    return {row.number: _export(tx, row, vault) for row in tx.execute(statement).all()}


def export_number(tx: Tx, sight: Sight, export_id: str) -> int | None:
    """The number of one export; None for another user's as for none."""
    mine = [exports.c.id == export_id, *sight.conditions()]
    found: int | None = tx.scalar(select(_NUMBER).select_from(exports).where(*mine))
    return found


def count_exports(tx: Tx, sight: Sight, wanted: ExportFilter) -> int:
    """How many there are."""
    return int(
        tx.scalar(select(counted()).select_from(exports).where(*_conditions(tx, sight, wanted)))
    )


def read_export(tx: Tx, vault: Path, sight: Sight, export_id: str) -> Export:
    """One export.

    Raises:
        UserError: ``export_unknown``, for another user's as for none.
    """
    mine = [exports.c.id == export_id]
    mine += sight.conditions()
    row = tx.execute(_statement().where(*mine)).first()
    if row is None:
        raise export_unknown(export_id)
    return _export(tx, row, vault)


def export_unknown(export_id: str) -> UserError:
    """The refusal of an id that is nobody's, or another user's."""
    return UserError(
        "export_unknown",
        f"There is no export “{export_id}”, or it is another user's.",
        "Run `crmdesk export list`.",
    )


def read_downloads(tx: Tx, export_id: str) -> list[Download]:
    """Who saved a copy, newest first."""
    rows = tx.execute(
        select(export_downloads, users.c.full_name)
        .outerjoin(users, users.c.id == export_downloads.c.user_id)
        .where(export_downloads.c.export_id == export_id)
        .order_by(desc(export_downloads.c.id))
    )
    return [
        Download(row.user_id, row.full_name or "", from_text(row.at), row.address, row.host)
        for row in rows
    ]


def _statement() -> Select[Any]:
    return (
        select(
            exports,
            users.c.full_name,
            _DECIDERS.c.full_name.label("decider"),
            jobs.c.state.label("job_state"),
            jobs.c.done,
            jobs.c.total,
            _DOWNLOADS.label("downloads"),
        )
        .outerjoin(users, users.c.id == exports.c.user_id)
        .outerjoin(_DECIDERS, _DECIDERS.c.id == exports.c.decided_by)
        .outerjoin(jobs, jobs.c.id == exports.c.job_id)
    )


def _conditions(tx: Tx, sight: Sight, wanted: ExportFilter) -> list[ColumnElement[bool]]:
    found = [*sight.conditions(), *_of_people(tx, wanted)]
    if wanted.source is not None:
        found.append(exports.c.source == wanted.source.value)
    if wanted.sources:
        found.append(exports.c.source.in_([source.value for source in wanted.sources]))
    if wanted.state is not None:
        found.append(in_states(exports.c.state, exports.c.job_id, [wanted.state]))
    if wanted.states:
        found.append(in_states(exports.c.state, exports.c.job_id, wanted.states))
    if wanted.name.strip():
        found.append(holds(tx, exports.c.name, wanted.name.strip()))
    if wanted.since is not None:
        found.append(exports.c.created_at >= to_text(wanted.since))
    if wanted.until is not None:
        found.append(exports.c.created_at < to_text(wanted.until))
    return found


def _of_people(tx: Tx, wanted: ExportFilter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.user_id is not None:
        found.append(exports.c.user_id == wanted.user_id)
    if wanted.users:
        found.append(exports.c.user_id.in_(wanted.users))
    if wanted.by:
        called = people_called(tx, wanted.by)
        found.append(exports.c.user_id.in_(called))
    return found


def _export(tx: Tx, row: Row[Any], vault: Path) -> Export:
    state = ExportState(row.state)
    if state in _OPEN and row.job_state is not None:
        # The row is written at start and end; in between the job tells.
        state = ExportState(row.job_state)
    source = ExportSource(row.source)
    sensitive = tuple(json.loads(row.sensitive))
    progress = row.done / row.total if state is ExportState.RUNNING and row.total else None
    return Export(
        id=row.id,
        job_id=row.job_id,
        name=row.name,
        source=source,
        source_name=row.source_name,
        object_name=row.object_name,
        format=ExportFormat(row.format),
        state=state,
        file_state=_file_state(tx.steady_now, row, vault),
        records=row.records,
        bytes=row.bytes,
        user_id=row.user_id,
        user_name=row.full_name or "",
        created_at=from_text(row.created_at),
        finished_at=optional_from_text(row.finished_at),
        expires_at=_expires(row),
        sensitive=sensitive,
        notes=json.loads(row.notes),
        progress=progress,
        has_history=row.downloads is not None,
        downloads=row.downloads,
        decided_by=row.decider or "",
        reason=row.reason or "",
        error=None if row.error is None else json.loads(row.error),
    )


_OPEN = frozenset({ExportState.QUEUED, ExportState.RUNNING, ExportState.CANCELLING})


def _expires(row: Row[Any]) -> datetime | None:
    return optional_from_text(row.expires_at)


def _file_state(steady_now: datetime, row: Row[Any], vault: Path) -> FileState:
    if row.file_name is None:
        return _backup_state(row, vault) if row.source == ExportSource.BACKUP else FileState.NONE
    if row.expired_at is not None or from_text(row.expires_at) <= steady_now:
        return FileState.EXPIRED
    return FileState.READY if (vault / row.file_name).is_file() else FileState.MISSING


def _backup_state(row: Row[Any], vault: Path) -> FileState:
    """A backup has no file among the exports; what is said is whether its own is still there."""
    if row.expired_at is not None:
        return FileState.EXPIRED
    made = row.state == ExportState.SUCCEEDED
    gone = made and not (vault.parent / "backups" / f"{row.id}.zip").is_file()
    return FileState.MISSING if gone else FileState.NONE
