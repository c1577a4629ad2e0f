"""Opens what a file of records is written from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import PermissionDenied, WrongUsage
from crmdesk.core.exports.asking import Chosen, asked_records
from crmdesk.core.exports.columns import (
    association_columns,
    chosen_properties,
    count_cut,
    export_columns,
    label_rows,
)
from crmdesk.core.exports.content import Content
from crmdesk.core.exports.making import Making, export_name
from crmdesk.core.exports.model import OF_RECORD_FILES, ExportRequest
from crmdesk.core.exports.rows import ExportRows, opened_rows, record_content
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.records.segment_rows import query_conditions
from crmdesk.core.records.single import owners


@contextmanager
def opened_records(
    database: Database,
    guard: Guard,
    actor: Actor,
    request: ExportRequest,
    cancelled: Callable[[], bool],
) -> Iterator[tuple[Making, Content]]:
    """One state of the records that a request asks for.

    Raises:
        UserError: e.g. ``property_unknown`` for a property that was archived meanwhile.
        PermissionDenied: the actor may no longer see sensitive values that are in it.
    """
    with database.read() as tx:
        object_type = load_object_type(tx, request.query.object_type)
        chosen = chosen_properties(object_type, request)
        if any(found.sensitive for found in chosen):
            refuse_unseeing(tx, guard, actor)
        rows, notes = _rows(tx, object_type, chosen, request)
    making = making_of(Chosen(object_type, tuple(chosen), ()), request)
    with opened_rows(database.path, rows, cancelled) as snapshot:
        yield making, record_content(snapshot, rows, notes, cancelled)


def named_request(chosen: Chosen, request: ExportRequest) -> ExportRequest:
    """The request with the columns that it comes to, and with a name where it had none.

    Raises:
        UserError: ``export_name_too_long``.
        WrongUsage: ``export_format_not_offered``.
    """
    if request.format not in OF_RECORD_FILES:
        raise WrongUsage(
            "export_format_not_offered",
            f"Records are not exported as {request.format.value.upper()}.",
            "Choose CSV or XLSX.",
        )
    label = chosen.object_type.plural_label
    return replace(
        request,
        columns=tuple(found.name for found in chosen.columns),
        name=export_name(request.name, label),
        source_name=request.source_name or label,
    )


def making_of(chosen: Chosen, request: ExportRequest) -> Making:
    """What is said of an export of records."""
    return Making(
        name=request.name,
        source=request.source,
        source_name=request.source_name,
        object_name=chosen.object_type.name,
        format=request.format,
        bom=request.bom,
        columns=tuple(found.name for found in chosen.columns),
        sensitive=chosen.sensitive,
        details={"associated": list(request.associated)},
    )


def refuse_unseeing(tx: Tx, guard: Guard, actor: Actor) -> None:
    """Refuse an actor who asked for sensitive values and may no longer see them.

    Raises:
        PermissionDenied: by name of the permission.
    """
    if actor.user_id is None:
        return
    standing = guard.standing(tx, actor.user_id)
    if standing is None or not standing.allows(Permission.VIEW_SENSITIVE):
        raise PermissionDenied(
            "permission_denied",
            "Whoever asked for this export may no longer see sensitive values.",
            "Export without them, or ask a Super Admin.",
            permission=Permission.VIEW_SENSITIVE.value,
        )


def _rows(
    tx: Tx, object_type: ObjectType, chosen: list[Property], request: ExportRequest
) -> tuple[ExportRows, dict[str, int]]:
    others = [load_object_type(tx, name) for name in request.associated]
    where, values = query_conditions(tx, object_type, request.query)
    columns = export_columns(object_type, chosen, request)
    columns += association_columns(object_type, others, request)
    cut = count_cut(tx, object_type, others, asked_records(tx, object_type, request))
    rows = ExportRows(
        object_type.table,
        tuple(columns),
        where,
        tuple(values),
        request.ids,
        tuple(label_rows(chosen, owners(tx))),
    )
    return rows, {"associations_cut": cut} if cut else {}
