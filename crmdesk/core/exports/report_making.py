"""Opens what the file of a report is written from, as far as it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.errors import PermissionDenied, UserError
from crmdesk.core.exports.content import Cells, Content, FileColumn, printed_pieces
from crmdesk.core.exports.jsonl_file import json_pieces
from crmdesk.core.exports.making import Making, export_name
from crmdesk.core.exports.model import OF_SUPER_ADMINS, ExportFormat, Naming
from crmdesk.core.exports.record_making import refuse_unseeing
from crmdesk.core.exports.report_columns import (
    COMMENTS_COLUMN,
    ReportColumn,
    report_columns,
)
from crmdesk.core.exports.report_json import report_to_json
from crmdesk.core.exports.report_model import ReportRequest
from crmdesk.core.exports.report_table import ReportTable
from crmdesk.core.exports.report_tables import report_table
from crmdesk.core.exports.sheet_rows import bytes_of_a_row, marked_cells, sheet_pieces
from crmdesk.core.files.formula_guard import guarded

_SAMPLED = 500


@contextmanager
def opened_report(
    database: Database, guard: Guard, actor: Actor, request: ReportRequest
) -> Iterator[tuple[Making, Content]]:
    """One state of what a request asks for.

    Raises:
        UserError: as :func:`report_table`; ``report_column_unknown``.
        PermissionDenied: the actor may no longer see it.
    """
    with database.read() as tx:
        if request.format is ExportFormat.JSONL:
            # Programs read it: labels are for people, and change.
            request = replace(request, headers=Naming.NAME, choices=Naming.NAME)
        table = report_table(tx, request)
        if table.source in OF_SUPER_ADMINS:
            _refuse_others(tx, guard, actor)
        if table.sensitive:
            refuse_unseeing(tx, guard, actor)
        yield report_making(table, request), _content(tx, table, request)


def report_making(table: ReportTable, request: ReportRequest) -> Making:
    """What is said of a report; where it has no name yet, it is called by what it is of."""
    chosen = chosen_columns(request)
    return Making(
        name=export_name(request.name, table.source_name),
        source=table.source,
        source_name=table.source_name,
        object_name=table.object_name,
        format=request.format,
        bom=request.bom,
        columns=tuple(column.name for column in chosen),
        sensitive=table.sensitive,
        details={"of": report_to_json(request)["subject"]},
    )


def chosen_columns(request: ReportRequest) -> list[ReportColumn]:
    """The columns of the file: the one that names a row first, then those asked for.

    Raises:
        UserError: ``report_column_unknown``.
    """
    offered = report_columns(request.subject)
    if request.columns is None:
        return list(offered)
    by_name = {column.name: column for column in offered}
    for name in request.columns:
        if name not in by_name:
            raise UserError(
                "report_column_unknown",
                f"This export has no column “{name}”.",
                f"There are: {', '.join(by_name)}.",
                column=name,
            )
    first, *_ = offered
    always = [COMMENTS_COLUMN.name] if COMMENTS_COLUMN.name in by_name else []
    wanted = dict.fromkeys([first.name, *request.columns, *always])
    return [by_name[name] for name in wanted]


def sampled_bytes(table: ReportTable, request: ReportRequest) -> int:
    """How large the file would be, as the first rows suggest."""
    places = _places(table, request)
    some = islice(table.rows(), _SAMPLED)
    if request.format is ExportFormat.XLSX:
        columns = [_file_column(table.columns[place], "") for place in places]
        marked = (marked_cells(columns, [row[place] for place in places]) for row in some)
        return round(bytes_of_a_row(marked) * table.total)
    sizes = [sum(len(str(row[place] or "")) + 3 for place in places) for row in some]
    return round(sum(sizes) / len(sizes) * table.total) if sizes else 0


def _content(tx: Tx, table: ReportTable, request: ReportRequest) -> Content:
    # Cells of a workbook say themselves that they are text.
    guards = request.for_spreadsheets and request.format is ExportFormat.CSV
    by_label = request.headers is Naming.LABEL
    places = _places(table, request)
    chosen = [table.columns[place] for place in places]
    columns = [_file_column(each, each.label if by_label else each.name) for each in chosen]

    def values() -> Iterator[Cells]:
        if places == list(range(len(table.columns))):
            return table.rows()
        return (tuple([row[place] for place in places]) for row in table.rows())

    def safe() -> Iterator[Cells]:
        for row in values():
            yield tuple(_safe(each, cell) for each, cell in zip(chosen, row, strict=True))

    return Content(
        tuple(columns),
        table.total,
        tx.now,
        lambda: printed_pieces(columns, safe() if guards else values()),
        lambda: sheet_pieces(columns, values()),
        json_pieces=lambda: json_pieces(columns, values()),
    )


def _file_column(column: ReportColumn, header: str) -> FileColumn:
    return FileColumn(header, not column.plain, column.plain, is_json=column.json)


def _safe(column: ReportColumn, cell: str | int | None) -> str | int | None:
    if column.plain or not isinstance(cell, str):
        return cell
    return guarded(cell, is_phone=column.phones)


def _places(table: ReportTable, request: ReportRequest) -> list[int]:
    names = [column.name for column in table.columns]
    return [names.index(column.name) for column in chosen_columns(request)]


def _refuse_others(tx: Tx, guard: Guard, actor: Actor) -> None:
    if actor.user_id is None:
        return
    standing = guard.standing(tx, actor.user_id)
    if standing is None or not standing.super_admin:
        raise PermissionDenied(
            "permission_denied",
            "Whoever asked for this export is no longer a Super Admin.",
            "Ask a Super Admin to make it.",
            permission="super_admin",
        )
