"""What an export was asked to hold: what somebody sees who has to decide on it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import select

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.errors import UserError
from crmdesk.core.exports.model import ExportRequest
from crmdesk.core.exports.report_columns import report_columns
from crmdesk.core.exports.report_json import report_from_json
from crmdesk.core.exports.report_model import ReportRequest
from crmdesk.core.exports.request_json import is_report, request_from_json
from crmdesk.core.records.schema import ObjectType, load_object_type


@dataclass(frozen=True, slots=True)
class AskedFor:
    """The request of an export, beside what its names mean now.

    Attributes:
        object_type: whose records it is of; None for a report, or where the object is gone.
        columns: internal name and label of each, in the order of the file; the name stands for
            the label of a property that is gone.
        associated: internal name and label of each object whose records' ids are in it.
        segment: name of the segment whose members alone are meant; its number once it is gone.
    """

    request: ExportRequest | ReportRequest
    object_type: ObjectType | None
    columns: tuple[tuple[str, str], ...]
    associated: tuple[tuple[str, str], ...] = ()
    segment: str = ""


def read_asked(tx: Tx, export_id: str) -> AskedFor | None:
    """What an export that is there was asked to hold; None for a backup, which holds all."""
    facts = json.loads(tx.scalar(select(exports.c.request).where(exports.c.id == export_id)))
    if not facts:
        return None
    if is_report(facts):
        report = report_from_json(facts)
        offered = {column.name: column.label for column in report_columns(report.subject)}
        names = tuple(offered) if report.columns is None else report.columns
        return AskedFor(report, None, tuple((name, offered.get(name, name)) for name in names))
    request = request_from_json(facts)
    object_type = _known(tx, request.query.object_type)
    labels = {} if object_type is None else {p.name: p.label for p in object_type.properties}
    return AskedFor(
        request,
        object_type,
        tuple((name, labels.get(name, name)) for name in request.columns or ()),
        tuple((name, _plural(tx, name)) for name in request.associated),
        _segment(tx, request.query.segment),
    )


def _known(tx: Tx, name: str) -> ObjectType | None:
    try:
        return load_object_type(tx, name)
    except UserError:
        return None


def _plural(tx: Tx, name: str) -> str:
    found = _known(tx, name)
    return name if found is None else found.plural_label


def _segment(tx: Tx, segment_id: int | None) -> str:
    if segment_id is None:
        return ""
    row = tx.sql("SELECT name FROM segments WHERE id = ?", (segment_id,)).fetchone()
    return str(segment_id) if row is None else str(row[0])
