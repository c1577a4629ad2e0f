"""Where an entry happened: whether that place is still there, and what can be done from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from crmdesk.core.audit.comment_model import ThreadState, find_thread
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.kinds import Action, Category, Result
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import Export
from crmdesk.core.records.recycle_bin_model import bin_key
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.audit.settings_places import is_in_settings
from crmdesk.ui.desk import Desk

_LOOKED_AT = 500
#: The service that knows what the first word of a link lists.
_LISTS = {
    "backups": "backups",
    "imports": "imports",
    "restore": "restores",
    "restores": "restores",
    "exports": "exports",
}
_LEFT = {Action.EXPORT.value, Action.DOWNLOAD.value}


@dataclass(frozen=True, slots=True)
class Binned:
    """What of a deletion still lies in the recycle bin.

    Attributes:
        keys: of the records that can come back.
        until: when the first of them leaves the bin for good.
        over: the days of the bin have passed.
        deleted: how many records the entry tells of.
        days: how long the bin keeps records.
    """

    object_type: ObjectType
    keys: tuple[int, ...]
    until: datetime | None
    over: bool
    deleted: int
    days: int


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of the place of an entry.

    Attributes:
        gone: what it happened to is no more.
        export: the export that the entry tells of, while it is in the list.
        binned: set for a deletion of records.
    """

    gone: bool = False
    export: Export | None = None
    binned: Binned | None = None


def look_at(desk: Desk, event: AuditEvent, record_ids: tuple[int, ...]) -> Place:
    """Look at where an entry happened; several reads, so off the window's thread.

    Args:
        record_ids: the records that a deletion tells of.
    """
    export = _export(desk, event)
    return Place(
        gone=export is None and not is_there(desk, event.link or ""),
        export=export,
        binned=_binned(desk, event, record_ids) if tells_deletion(event) else None,
    )


def tells_deletion(event: AuditEvent) -> bool:
    """Whether records went to the recycle bin; of imported ones, those of another program did."""
    if event.imported:
        # Its numbers are not ours: the record of that number here is somebody else.
        return False
    deleted = event.action == Action.DELETE and event.category == Category.CRM_OBJECT
    return deleted and event.result == Result.OK


def is_there(desk: Desk, link: str) -> bool:
    """Whether a link still leads somewhere; a link of another kind is taken for one that does."""
    place, _, rest = link.partition("/")
    first, _, second = rest.partition("/")
    try:
        if place == "records":
            return _is_in_records(desk, first, second)
        if place == "settings":
            return is_in_settings(desk, link)
        if place in _LISTS and first:
            # Only this one: a service is imported when it is first asked for.
            getattr(desk.workspace, _LISTS[place]).show(desk.actor, first)
        if place == "audit" and second:
            return _is_in_log(desk, first, second.rpartition("/")[2])
    except UserError:
        return False
    return True


def _is_in_records(desk: Desk, object_name: str, rest: str) -> bool:
    """Whether a record or a segment is there; of an object, whether that is.

    Raises:
        UserError: the record or the object is gone.
    """
    workspace, actor = desk.workspace, desk.actor
    kind, _, number = rest.partition("/")
    if kind == "segment":
        found = workspace.segments.list(actor, object_name, sizes=False)
        return number in {str(each.id) for each in found}
    if rest.isdigit():
        workspace.records.get(actor, object_name, int(rest))
    elif object_name not in {"", "recycle-bin"}:
        workspace.definitions.object(actor, object_name)
    return True


def _is_in_log(desk: Desk, first: str, last: str) -> bool:
    """Whether a view of the log, or a comment on one of its entries, is still there."""
    workspace, actor = desk.workspace, desk.actor
    if first == "view":
        return last in {str(view.id) for view in workspace.audit_views.list(actor)}
    if not (first.isdigit() and last.isdigit()):
        return True
    found = workspace.comment_reader.threads(actor, int(first), ThreadState.ALL)
    thread = find_thread(found.threads, int(last))
    return thread is not None and not (thread.deleted and thread.id == int(last))


def _export(desk: Desk, event: AuditEvent) -> Export | None:
    place, _, export_id = (event.link or "").partition("/")
    if place != "exports" or not export_id or event.action not in _LEFT:
        return None
    try:
        return desk.workspace.exports.show(desk.actor, export_id)
    except UserError:
        return None


def _binned(desk: Desk, event: AuditEvent, record_ids: tuple[int, ...]) -> Binned | None:
    """Of very many records the first tell how things stand: all of them were deleted together."""
    try:
        object_type = desk.workspace.definitions.object(desk.actor, event.object or "")
    except UserError:
        return None
    keys = tuple(bin_key(object_type.id, record_id) for record_id in record_ids)
    found = desk.workspace.recycle_bin.rows(desk.actor, keys[:_LOOKED_AT])
    days = desk.workspace.settings.number(None, "recycle_bin.days")
    back = [row for row in found.values() if row.merged_into is None]
    in_time = [row for row in back if row.days_left > 0]
    ends = [row.deleted_at + timedelta(days=days) for row in in_time or back]
    more = keys[_LOOKED_AT:] if in_time else ()
    return Binned(
        object_type,
        (*(row.key for row in in_time), *more),
        min(ends, default=None),
        over=bool(back) and not in_time,
        deleted=max(event.subjects, 1),
        days=days,
    )
