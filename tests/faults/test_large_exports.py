"""More rows than a file of one piece holds: each stands once in one of several.

What happens at smaller limits is tested in every run, beside the writers.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from crmdesk.core.exports import xlsx_file
from crmdesk.core.exports.model import ExportFormat, ExportRequest
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk
from tests.faults.conftest import Record

ROWS = xlsx_file.MOST_ROWS + 25


@pytest.mark.full
def test_more_than_a_million_rows_come_in_parts_and_sheets(
    desk: Desk, tmp_path: Path, record: Record
) -> None:
    with desk.workspace.database.write() as tx:
        tx.sql(
            "INSERT INTO obj_companies (name, created_at, updated_at) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) "
            "SELECT 'Firm ' || i, ?2, ?2 FROM n",
            (ROWS, tx.now_text),
        )
    wanted = [f"Firm {number}" for number in range(1, ROWS + 1)]

    with zipfile.ZipFile(exported(desk, ExportFormat.CSV, tmp_path / "all.zip")) as archive:
        parts = [_names(archive.read(name).decode()) for name in archive.namelist()]
    book = CalamineWorkbook.from_path(str(exported(desk, ExportFormat.XLSX, tmp_path / "all.xlsx")))
    sheets = [
        [row[1] for row in book.get_sheet_by_name(name).to_python()[1:]]
        for name in book.sheet_names
    ]

    record(
        2 * ROWS,
        f"{ROWS:,} rows in {len(parts)} parts of {max(map(len, parts)):,} at most and "
        f"{len(sheets)} sheets of {max(map(len, sheets)):,} at most, each row once",
    )
    assert (len(parts), len(sheets)) == (2, 2)
    assert [name for part in parts for name in part] == wanted
    assert [name for sheet in sheets for name in sheet] == wanted


def _names(text: str) -> list[str]:
    return [row["Company name"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def exported(desk: Desk, file_format: ExportFormat, target: Path) -> Path:
    request = ExportRequest(RecordQuery("companies"), columns=("name",), format=file_format)
    export_id = desk.workspace.exports.create(desk.admin, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    return desk.workspace.exports.download(desk.admin, export_id, target)
