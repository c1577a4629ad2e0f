"""The list of imports as a window reads it: numbers of all, and only the rows in sight."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, desc, func, literal_column, or_, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import imports, users
from crmdesk.core.db.text_search import holds
from crmdesk.core.jobs.job import JobState
from crmdesk.core.jobs.told_state import in_states, told_state
from crmdesk.core.transfer.history import import_of, import_statement
from crmdesk.core.transfer.model import Import

_NUMBER: ColumnElement[int] = literal_column("imports.rowid", Integer).label("number")


class ImportKind(StrEnum):
    """What a line of the list is."""

    IMPORT = "import"
    RESTORE = "restore"
    UNDO = "undo"


class ImportOrder(StrEnum):
    """What the list can be sorted by."""

    DATE = "date"
    NAME = "name"
    SOURCE = "source"
    FILE = "file"
    RECORDS = "records"
    USER = "user"
    STATE = "state"
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ImportFilter:
    """Which imports of the list; what is None or empty asks nothing.

    Attributes:
        name: part of the name or of the file's name.
    """

    name: str = ""
    kinds: tuple[ImportKind, ...] = ()
    objects: tuple[str, ...] = ()
    states: tuple[JobState, ...] = ()
    users: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


_BY: dict[ImportOrder, ColumnElement[Any]] = {
    ImportOrder.DATE: imports.c.created_at,
    ImportOrder.NAME: func.lower(imports.c.name),
    ImportOrder.SOURCE: imports.c.object_name + " " + imports.c.kind,
    ImportOrder.FILE: func.lower(func.coalesce(imports.c.file_name, "")),
    ImportOrder.RECORDS: imports.c.row_count,
    ImportOrder.USER: func.lower(func.coalesce(users.c.full_name, "")),
    ImportOrder.STATE: told_state(imports.c.state, imports.c.job_id),
    ImportOrder.CREATED: imports.c.created,
    ImportOrder.UPDATED: imports.c.updated,
    ImportOrder.UNCHANGED: imports.c.unchanged,
    ImportOrder.FAILED: imports.c.failed,
    ImportOrder.ENDED: func.coalesce(imports.c.finished_at, ""),
}
_ALL = ImportFilter()


class ImportListing:
    """Reads the list: everybody's imports for a Super Admin, else one's own."""

    def __init__(self, database: Database, guard: Guard) -> None:
        self._database = database
        self._guard = guard

    def numbers(
        self,
        actor: Actor,
        wanted: ImportFilter = _ALL,
        order: ImportOrder = ImportOrder.DATE,
        *,
        descending: bool = True,
    ) -> array[int]:
        """Numbers of the imports, and of the restores and undos among them, sorted.

        They are SQLite's own of the rows: good for a list that is open, and nothing to be kept.

        Raises:
            PermissionDenied: the actor may not import.
        """
        self._guard.require(actor, Permission.IMPORT)
        statement = select(_NUMBER).select_from(imports)
        if order is ImportOrder.USER:
            statement = statement.outerjoin(users, users.c.id == imports.c.user_id)
        # By date they come from the index as they lie.
        keys = dict.fromkeys((_BY[order], imports.c.created_at, imports.c.id))
        ordered = [desc(key) if descending else key for key in keys]
        with self._database.read() as tx:
            asked = (
                statement.where(*_conditions(tx, self._only(actor), wanted))
                .order_by(*ordered)
                .compile(tx.connection, compile_kwargs={"render_postcompile": True})
            )
            # On the driver's own cursor, as with exports: a million rows would take twice as long.
            values = [asked.params[name] for name in asked.positiontup or ()]
            return array("q", (number for (number,) in tx.sql(asked.string, values)))

    def numbered(self, actor: Actor, numbers: Sequence[int]) -> Mapping[int, Import]:
        """A page of the list by numbers of :meth:`numbers`; those that are gone are left out.

        Raises:
            PermissionDenied: the actor may not import.
        """
        self._guard.require(actor, Permission.IMPORT)
        statement = import_statement(self._only(actor)).add_columns(_NUMBER)
        with self._database.read() as tx:
            rows = tx.execute(statement.where(_NUMBER.in_(numbers))).all()
            return {row.number: import_of(tx, row) for row in rows}

    def number_of(self, actor: Actor, import_id: str) -> int | None:
        """The number of one import; None where there is none for the actor.

        Raises:
            PermissionDenied: the actor may not import.
        """
        self._guard.require(actor, Permission.IMPORT)
        with self._database.read() as tx:
            mine = [imports.c.id == import_id, *_conditions(tx, self._only(actor), _ALL)]
            found: int | None = tx.scalar(select(_NUMBER).select_from(imports).where(*mine))
            return found

    def _only(self, actor: Actor) -> int | None:
        everything = self._guard.allows(actor, Permission.SUPER_ADMIN)
        return None if everything else actor.user_id


def _conditions(tx: Tx, only: int | None, wanted: ImportFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if only is not None:
        found.append(imports.c.user_id == only)
    for column, values in (
        (imports.c.kind, wanted.kinds),
        (imports.c.object_name, wanted.objects),
        (imports.c.user_id, wanted.users),
    ):
        if values:
            found.append(column.in_(values))
    if wanted.states:
        found.append(in_states(imports.c.state, imports.c.job_id, wanted.states))
    if part := wanted.name.strip():
        file_name = func.coalesce(imports.c.file_name, "")
        found.append(or_(holds(tx, imports.c.name, part), holds(tx, file_name, part)))
    if wanted.since is not None:
        found.append(imports.c.created_at >= to_text(wanted.since))
    if wanted.until is not None:
        found.append(imports.c.created_at < to_text(wanted.until))
    return found
