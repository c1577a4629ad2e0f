"""A spreadsheet calculates nothing of what people wrote, and changes nothing of a workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crmdesk.core.exports.model import ExportFormat, ExportRequest
from crmdesk.core.records.filters import RecordQuery
from tests.builders import Desk
from tests.faults.conftest import Record
from tests.faults.hostile_texts import KEPT, PHONES, formulas, generated
from tests.faults.spreadsheet import Cell, opened

ASKED = ExportRequest(RecordQuery("companies"), columns=("description", "city", "phone"))


def exported(desk: Desk, request: ExportRequest, target: Path) -> Path:
    export_id = desk.workspace.exports.create(desk.admin, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    return desk.workspace.exports.download(desk.admin, export_id, target)


def texts() -> list[str]:
    return [*formulas(), *generated(600, seed=7), *KEPT, *PHONES]


@pytest.fixture
def hostile(desk: Desk) -> Desk:
    """A workspace in which every text stands in a column of texts and one of phone numbers."""
    desk.workspace.definitions.set_property(desk.admin, "companies", "city", {"label": "=1+1"})
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_companies (description, city, phone, created_at, updated_at) "
            "VALUES (?1, ?1, ?1, ?2, ?2)",
            [(text, tx.now_text) for text in texts()],
        )
    return desk


def calculated(sheets: dict[str, list[list[Cell]]]) -> int:
    return sum(cell.is_formula for rows in sheets.values() for row in rows for cell in row)


@pytest.mark.full
def test_no_text_is_calculated_and_a_workbook_keeps_every_number_of_people(
    hostile: Desk, tmp_path: Path, record: Record
) -> None:
    plain = opened(exported(hostile, ASKED, tmp_path / "plain.csv"), tmp_path)
    safe = replace(ASKED, for_spreadsheets=True)
    text = opened(exported(hostile, safe, tmp_path / "safe.csv"), tmp_path)
    in_book = replace(ASKED, format=ExportFormat.XLSX)
    book = opened(exported(hostile, in_book, tmp_path / "book.xlsx"), tmp_path)

    ((heading, *rows),) = book.values()
    kept = {cell.text for row in rows for cell in row if cell.kind == "string"}
    lost = [one for one in (*KEPT, *PHONES) if one not in kept]
    other = {cell.kind for row in (heading, *rows) for cell in row} - {"string", ""}
    record(
        2 * 3 * len(texts()),
        f"{calculated(text)} formula cells in CSV and {calculated(book)} in XLSX; {len(lost)} of "
        f"{len(KEPT) + len(PHONES)} phones, ids and other numbers of people changed in XLSX; "
        f"{calculated(plain)} formula cells where it was not for spreadsheets, as must be",
    )
    assert calculated(plain) > 50
    assert (calculated(text), calculated(book)) == (0, 0)
    assert (lost, other) == ([], set())
