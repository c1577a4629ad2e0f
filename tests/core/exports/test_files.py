"""What stands in the files: parts, sheets, numbers, long and odd texts."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from crmdesk.core.backup.cancel import never
from crmdesk.core.errors import UserError
from crmdesk.core.exports.columns import export_columns
from crmdesk.core.exports.csv_file import write_csv
from crmdesk.core.exports.model import ExportFormat, ExportRequest, ExportState
from crmdesk.core.exports.rows import ExportRows, opened_rows, record_content
from crmdesk.core.exports.sheet_rows import LONGEST_CELL
from crmdesk.core.exports.xlsx_file import MOST_COLUMNS, write_xlsx
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.schema import load_object_type
from tests.builders import Desk


def rows_of(desk: Desk, object_name: str, *names: str) -> ExportRows:
    with desk.workspace.database.read() as tx:
        object_type = load_object_type(tx, object_name)
    request = ExportRequest(RecordQuery(object_name), columns=names)
    chosen = [object_type.property(name) for name in names]
    columns = tuple(export_columns(object_type, chosen, request))
    return ExportRows(object_type.table, columns, "archived_at IS NULL", (), (), ())


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def written_xlsx(desk: Desk, tmp_path: Path, rows: ExportRows, **more: Any) -> Path:
    more = {"name": "All [contacts]"} | more
    target = tmp_path / "export.xlsx"
    with opened_rows(desk.workspace.database.path, rows, never) as snapshot:
        content = record_content(snapshot, rows, {})
        write_xlsx(content, target, reported=lambda _: None, **more)
    assert [found.name for found in tmp_path.iterdir() if found.name.startswith(".")] == []
    return target


def test_more_rows_than_a_part_holds_come_in_several_each_with_the_heading(
    desk: Desk, tmp_path: Path
) -> None:
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO obj_companies (name, created_at, updated_at) VALUES (?, ?, ?)",
            [(f"Firm {number}", tx.now_text, tx.now_text) for number in range(600)],
        )
    rows = rows_of(desk, "companies", "name")
    target = tmp_path / "export.zip"

    with opened_rows(desk.workspace.database.path, rows, never) as snapshot:
        write_csv(
            record_content(snapshot, rows, {}),
            target,
            name="Companies",
            bom=False,
            reported=lambda _: None,
            most_rows=400,
        )

    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    tables = [list(csv.DictReader(io.StringIO(text, newline=""))) for text in parts.values()]
    assert list(parts) == ["Companies-1.csv", "Companies-2.csv"]
    assert all(len(table) <= 400 for table in tables)
    names = [row["Company name"] for table in tables for row in table]
    assert names == [f"Firm {number}" for number in range(600)]


def test_a_workbook_keeps_texts_as_texts_and_numbers_as_numbers(desk: Desk, tmp_path: Path) -> None:
    desk.deal(dealname="=1+1", amount="12.50", description="0049 30 \x0b end _x0041_")
    desk.deal(dealname="{=SUM(A1)}", amount="12345678901234567890")

    (sheet,) = sheets(
        written_xlsx(desk, tmp_path, rows_of(desk, "deals", "dealname", "amount", "description"))
    ).values()

    assert [row[1] for row in sheet[1:]] == ["=1+1", "{=SUM(A1)}"]
    assert [row[2] for row in sheet[1:]] == [12.5, "12345678901234567890"]
    assert sheet[1][3] == "0049 30 \x0b end _x0041_"


def test_a_full_sheet_is_followed_by_another(desk: Desk, tmp_path: Path) -> None:
    for number in range(5):
        desk.deal(dealname=f"Nr {number}")

    found = sheets(written_xlsx(desk, tmp_path, rows_of(desk, "deals", "dealname"), most_rows=2))

    assert list(found) == ["All _contacts_", "All _contacts_ 2", "All _contacts_ 3"]
    assert [len(sheet) for sheet in found.values()] == [3, 3, 2]
    assert all(sheet[0] == ["Record ID", "Deal Name"] for sheet in found.values())


def test_a_text_longer_than_a_cell_goes_on_elsewhere_and_that_is_said(
    desk: Desk, tmp_path: Path
) -> None:
    long = "".join(chr(65 + number % 26) for number in range(40_000))
    record = desk.deal(description=long)
    request = ExportRequest(
        RecordQuery("deals"), columns=("description",), format=ExportFormat.XLSX
    )
    export_id = desk.workspace.exports.create(desk.admin, request)
    desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))
    path = desk.workspace.exports.download(desk.admin, export_id, tmp_path / "long.xlsx")

    found = sheets(path)

    (rest,) = found["Long values"][1:]
    assert desk.workspace.exports.show(desk.admin, export_id).notes == {"long_values": 1}
    assert rest[:3] == [str(record.id), "Deal Description", 2]
    assert found["Deals"][1][1] + rest[3] == long
    assert len(found["Deals"][1][1]) == LONGEST_CELL


def test_signs_of_two_units_are_counted_as_two_and_never_cut(desk: Desk, tmp_path: Path) -> None:
    long = "x" + "\U0001f6a2" * LONGEST_CELL + "end"
    desk.deal(description=long), desk.deal(description=long)

    rows = rows_of(desk, "deals", "description")
    found = sheets(written_xlsx(desk, tmp_path, rows, most_rows=3))

    first = found["All _contacts_"][1][1]
    assert len(first.encode("utf-16-le")) // 2 == LONGEST_CELL
    rest = found["Long values"][1:] + found["Long values 2"][1:]
    assert first + "".join(row[3] for row in rest[:2]) == long
    assert [row[2] for row in rest] == [2, 3, 2, 3]


def test_a_text_that_is_none_is_told_and_not_written_where_nobody_could_open_it(
    desk: Desk, tmp_path: Path
) -> None:
    rows = rows_of(desk, "deals", "dealname")
    deal = desk.deal(dealname="x")
    for wrong in ("c3", "41ff", "fe"):
        with desk.workspace.database.write() as tx:
            tx.sql(f"UPDATE obj_deals SET dealname = CAST(x'{wrong}' AS TEXT) WHERE id = {deal.id}")

        with pytest.raises(UserError, match="cannot be read"):
            written_xlsx(desk, tmp_path, rows)


def test_a_sheet_has_a_name_that_spreadsheets_take(desk: Desk, tmp_path: Path) -> None:
    rows = rows_of(desk, "deals", "dealname")
    for name, shown in (
        ("History", "Export"),
        ("long VALUES", "Export"),
        ("'' ", "Export"),
        ("x" * 30 + "'y", "x" * 30),
        ("\U0001f6a2" * 20, "\U0001f6a2" * 15),
        ("History of deals", "History of deals"),
    ):
        assert list(sheets(written_xlsx(desk, tmp_path, rows, name=name))) == [shown]


def test_more_columns_than_a_workbook_has_are_refused_and_none_is_left_out(
    desk: Desk, tmp_path: Path
) -> None:
    rows = rows_of(desk, "deals", *["dealname"] * MOST_COLUMNS)

    with pytest.raises(UserError, match="16,384 columns"):
        written_xlsx(desk, tmp_path, rows)

    assert not (tmp_path / "export.xlsx").exists()


def test_a_property_that_is_archived_before_the_worker_starts_fails_the_export(
    desk: Desk,
) -> None:
    request = ExportRequest(RecordQuery("contacts"), columns=("email", "city"))
    export_id = desk.workspace.exports.create(desk.admin, request)
    desk.workspace.definitions.archive_property(desk.admin, "contacts", "city")

    with pytest.raises(UserError, match="city"):
        desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))

    found = desk.workspace.exports.show(desk.admin, export_id)
    assert found.state is ExportState.FAILED
    assert found.error is not None
    assert found.error["code"] == "property_unknown"
    assert list((desk.folder / "vault" / "exports").iterdir()) == []


def test_a_vault_that_is_gone_is_told_and_nothing_is_half_written(desk: Desk) -> None:
    export_id = desk.workspace.exports.create(desk.admin, ExportRequest(RecordQuery("contacts")))
    (desk.folder / "vault" / "exports").rmdir()

    with pytest.raises(UserError) as caught:
        desk.workspace.run_job(str(desk.workspace.exports.show(desk.admin, export_id).job_id))

    assert caught.value.code == "folder_missing"
    assert "make it anew, empty" in caught.value.hint
    assert desk.workspace.exports.show(desk.admin, export_id).state is ExportState.FAILED
