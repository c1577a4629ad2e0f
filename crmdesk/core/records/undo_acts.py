"""What an act was, read from its history, and whether it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select

from crmdesk.core.changes.change_set import RecordChange, Source
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import change_sets, imports, object_types, restores
from crmdesk.core.errors import UserError
from crmdesk.core.records.bulk_model import AT_ONCE

#: What people do by hand; a restore and an import have an undo of their own.
BY_HAND = (
    Source.CRM_UI,
    Source.CRM_UI_BULK_ACTION,
    Source.COMMAND_LINE,
    Source.DELETE_OBJECTS,
    Source.RECYCLING_BIN,
    Source.MERGE_OBJECTS,
    Source.ACTIVITY_LOG_REVERT,
    Source.RESTORE_OBJECTS,
)
_BY_SETTINGS = frozenset({Source.PIPELINE_SETTINGS, Source.PROPERTY_SETTINGS})
#: Undo is for slips; what lies further back is found in the history of the records.
LASTS = timedelta(hours=24)


class ActKind(StrEnum):
    """What was done, for the sentence that a face makes."""

    EDIT = "edit"
    ADD = "add"
    DELETE = "delete"
    BRING_BACK = "bring_back"
    ASSOCIATE = "associate"
    MERGE = "merge"


@dataclass(frozen=True, slots=True)
class Act:
    """One act of a person.

    Attributes:
        object_name: the object most of it is about; empty when that object is gone.
        records: how many records it touched.
        values: how many records had values changed.
        reason: why it cannot be taken back; empty when it can: ``undone``, ``too_old``,
            ``purged``, ``is_undo``, ``settings``, ``has_own_undo``.
        own_undo: the kind and id of what has an undo of its own, ``import`` or ``restore``.
    """

    change_id: int
    kind: ActKind
    object_name: str
    records: int
    values: int
    at: datetime
    user_id: int | None
    reason: str
    own_undo: tuple[str, str] | None = None

    @property
    def large(self) -> bool:
        """Whether taking it back is work for a job of its own."""
        return max(self.records, self.values) > AT_ONCE


_WORDS = {
    "undone": "it has been undone already",
    "too_old": "it is more than a day old",
    "purged": "it deleted records for good",
    "is_undo": "it is an undo itself",
    "settings": "it came with a change of the settings",
    "has_own_undo": "it has an undo of its own, under Restore or Import & Export",
}


def read_act(tx: Tx, change_id: int) -> Act:
    """Read what a change set did.

    Raises:
        UserError: ``change_unknown``.
    """
    row = tx.execute(select(change_sets).where(change_sets.c.id == change_id)).first()
    if row is None:
        raise UserError("change_unknown", "There is no such change.", "Look at the history again.")
    return _act(tx, row)


def last_act(tx: Tx, user_id: int) -> Act | None:
    """The last thing a user did that was not an undo and was not undone, if any."""
    row = tx.sql(
        "SELECT id FROM change_sets c WHERE user_id = ? AND undoes IS NULL AND NOT EXISTS "
        "(SELECT 1 FROM change_sets u WHERE u.undoes = c.id AND u.id > c.id) "
        "ORDER BY id DESC LIMIT 1",
        (user_id,),
    ).fetchone()
    return None if row is None else read_act(tx, row[0])


def refuse_impossible(act: Act) -> None:
    """Raise ``undo_impossible`` with the reason."""
    if act.reason:
        hint = "Look at the history of the record, or restore from a backup."
        if act.own_undo is not None:
            hint = f"On the command line: crmdesk {' undo '.join(act.own_undo)}"
        raise UserError(
            "undo_impossible",
            f"This cannot be undone here: {_WORDS[act.reason]}.",
            hint,
            reason=act.reason,
        )


def _act(tx: Tx, row: Row[Any]) -> Act:
    changes: dict[str, int] = dict(
        tx.sql(
            "SELECT kind, count(*) FROM record_history WHERE change_id = ? GROUP BY kind",
            (row.id,),
        ).fetchall()
    )
    values = _count(tx, "value_history", row.id)
    links = _count(tx, "association_history", row.id)
    kind, reason = _kind(row.source, changes, values), _reason(tx, row, changes)
    return Act(
        change_id=row.id,
        kind=kind,
        object_name=_object_name(tx, row.id),
        records=sum(changes.values()) or values or links,
        values=values,
        at=from_text(row.at),
        user_id=row.user_id,
        reason=reason,
        own_undo=_own_undo(tx, row.id) if reason == "has_own_undo" else None,
    )


def _kind(source: str, changes: dict[str, int], values: int) -> ActKind:
    if source == Source.MERGE_OBJECTS:
        return ActKind.MERGE
    for change, kind in (
        (RecordChange.UNARCHIVE, ActKind.BRING_BACK),
        (RecordChange.ARCHIVE, ActKind.DELETE),
        (RecordChange.CREATE, ActKind.ADD),
    ):
        if changes.get(change):
            return kind
    return ActKind.EDIT if values else ActKind.ASSOCIATE


def _reason(tx: Tx, row: Row[Any], changes: dict[str, int]) -> str:
    # An undo comes after what it undoes: only later acts are looked through.
    undone = tx.sql("SELECT 1 FROM change_sets WHERE undoes = ?1 AND id > ?1", (row.id,)).fetchone()
    if undone is not None:
        return "undone"
    if row.undoes is not None:
        return "is_undo"
    if row.source in _BY_SETTINGS:
        return "settings"
    if row.source not in set(BY_HAND):
        return "has_own_undo"
    if changes.get(RecordChange.PURGE):
        return "purged"
    return "too_old" if tx.now - from_text(row.at) > LASTS else ""


def _own_undo(tx: Tx, change_id: int) -> tuple[str, str] | None:
    for kind, table in (("import", imports), ("restore", restores)):
        found = tx.scalar(select(table.c.id).where(table.c.change_id == change_id))
        if found is not None:
            return kind, str(found)
    return None


def _count(tx: Tx, table: str, change_id: int) -> int:
    row = tx.sql(f"SELECT count(*) FROM {table} WHERE change_id = ?", (change_id,)).fetchone()
    return int(row[0])


def _object_name(tx: Tx, change_id: int) -> str:
    for table, column in (
        ("record_history", "object_type_id"),
        ("value_history", "object_type_id"),
        ("association_history", "from_type_id"),
    ):
        row = tx.sql(
            f"SELECT {column} FROM {table} WHERE change_id = ? LIMIT 1", (change_id,)
        ).fetchone()
        if row is not None:
            name = tx.scalar(
                select(object_types.c.name).where(
                    object_types.c.id == row[0], object_types.c.archived_at.is_(None)
                )
            )
            return str(name or "")
    return ""
