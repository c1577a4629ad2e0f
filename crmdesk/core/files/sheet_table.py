"""A workbook's sheet as the same rows, batches and headers a CSV gives."""

from __future__ import annotations

import os
from collections.abc import Iterator

from crmdesk.core.errors import UserError
from crmdesk.core.files.table import (
    Batch,
    Headers,
    Row,
    RowProblem,
    RowProblemCause,
    RowProblemCode,
    TableLimits,
    looks_like_data,
    name_columns,
)
from crmdesk.core.files.workbook import read_sheet


def sheet_headers(
    path: str | os.PathLike[str], sheet: str, limits: TableLimits, has_header: bool | None = None
) -> Headers:
    """Read the column names of a sheet, or make them up where its first row is data.

    Raises:
        UserError: ``table_empty`` or what reading the sheet refuses.
    """
    for row in read_sheet(path, sheet, limits):
        if has_header or (has_header is None and not looks_like_data(row.cells)):
            return name_columns(row.cells, row.line)
        return name_columns([""] * len(row.cells), None)
    raise UserError(
        "table_empty",
        f"The sheet {sheet!r} holds no cells.",
        "Choose another sheet.",
        sheet=sheet,
    )


def sheet_rows(
    path: str | os.PathLike[str], sheet: str, headers: Headers, limits: TableLimits
) -> Iterator[Row]:
    """Read the rows below the header; a row of a sheet is always as wide as the others."""
    for row in read_sheet(path, sheet, limits):
        if row.line != headers.line:
            yield Row(row.line, tuple(row.cells), _nul(row.line, row.cells))


def sheet_batches(
    path: str | os.PathLike[str], sheet: str, headers: Headers, limits: TableLimits, size: int
) -> Iterator[Batch]:
    """Read the rows below the header, ``size`` at once."""
    batch = Batch([])
    for row in sheet_rows(path, sheet, headers, limits):
        if row.problem is None:
            batch.rows.append((row.line, *row.cells))
        else:
            batch.rejected.append(row)
        if len(batch.rows) + len(batch.rejected) >= size:
            yield batch
            batch = Batch([])
    if batch.rows or batch.rejected:
        yield batch


def _nul(line: int, cells: list[str]) -> RowProblem | None:
    if not any("\0" in cell for cell in cells):
        return None
    code = RowProblemCode.COULD_NOT_PARSE_ROW
    return RowProblem(code, RowProblemCause.NUL, line, found="00")
