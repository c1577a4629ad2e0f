from __future__ import annotations

import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from crmdesk.core.errors import UserError
from crmdesk.core.files.source import open_table
from crmdesk.core.files.table import TableLimits
from crmdesk.core.files.workbook import OLE_MAGIC, as_text, read_sheet, sheet_names

LIMITS = TableLimits()
ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    "<office:body><office:spreadsheet>"
)
ODS_END = "</office:spreadsheet></office:body></office:document-content>"


def make_xlsx(path: Path, *sheets: str, rows: list[list[object]] | None = None) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name in sheets or ("Sheet1",):
            page = book.add_worksheet(name)
            for number, row in enumerate(rows or [["Name", "Age"], ["Ann", 41]]):
                page.write_row(number, 0, row)
    return path


def make_ods(path: Path, *tables: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS_HEAD + "".join(tables) + ODS_END)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return path


def ods_cell(value: str, more: str = "") -> str:
    kind = 'office:value-type="string"'
    return f"<table:table-cell {kind} {more}><text:p>{value}</text:p></table:table-cell>"


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert part in parts
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(UserError) as caught:
        list(open_table(path, **options).rows())  # type: ignore[arg-type]
    assert caught.value.message.endswith(".")
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5.0, "5"),
        (-0.5, "-0.5"),
        (1e22, "10000000000000000000000"),
        (1e-7, "0.0000001"),
        (123456789012345.0, "123456789012345"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        ("00123", "00123"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 7, 8, 9, tzinfo=UTC).replace(tzinfo=None), "2024-02-29T07:08:09"),
        (time(5, 6, 7), "05:06:07"),
        (timedelta(days=1, hours=12), "36:00:00"),
        (timedelta(seconds=-90), "-0:01:30"),
    ],
)
def test_typed_cells_become_text_that_loses_nothing(value: object, text: str) -> None:
    assert as_text(value) == text  # type: ignore[arg-type]


def test_an_xlsx_is_read_with_the_row_numbers_of_the_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("People")
        page.write_row(2, 1, ["Name", "Id", "Since"])
        page.write_row(3, 1, ["Ann", "00123"])
        page.write_datetime(3, 3, date(2024, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))
        page.write_row(6, 1, ["Bob", 7])
    source = open_table(path)
    assert (source.kind, source.sheet, source.sheets) == ("xlsx", "People", ("People",))
    assert source.headers.names == ("Name", "Id", "Since")
    assert [(row.line, row.cells) for row in source.rows()] == [
        (4, ("Ann", "00123", "2024-01-02")),
        (7, ("Bob", "7", "")),
    ]
    assert [batch.rows for batch in source.batches(1)] == [
        [(4, "Ann", "00123", "2024-01-02")],
        [(7, "Bob", "7", "")],
    ]


def test_one_of_several_sheets_has_to_be_chosen(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", "One", "Two")
    source = open_table(path)
    assert source.needs_sheet
    assert source.sheets == ("One", "Two")
    assert refusal(path) == "sheet_not_chosen"
    assert refusal(path, sheet="Three") == "sheet_missing"
    chosen = source.choose_sheet("Two")
    assert [row.cells for row in chosen.rows()] == [("Ann", "41")]
    assert not chosen.needs_sheet


def test_an_ods_is_read(tmp_path: Path) -> None:
    row = "<table:table-row>" + ods_cell("Name") + ods_cell("City") + "</table:table-row>"
    filler = '<table:table-row table:number-rows-repeated="1048570">'
    filler += '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    body = "<table:table-row>" + ods_cell("Ann") + ods_cell("Köln") + "</table:table-row>"
    table = f'<table:table table:name="T">{row}{body}{filler}</table:table>'
    source = open_table(make_ods(tmp_path / "a.ods", table))
    assert source.kind == "ods"
    assert [(row.line, row.cells) for row in source.rows()] == [(2, ("Ann", "Köln"))]


def test_a_sheet_without_cells_or_of_data_only(tmp_path: Path) -> None:
    assert refusal(make_xlsx(tmp_path / "a.xlsx", rows=[[]])) == "table_empty"
    source = open_table(make_xlsx(tmp_path / "b.xlsx", rows=[[1, 2], [3, 4]]))
    assert source.headers.names == ("Column 1", "Column 2")
    assert [row.cells for row in source.rows()] == [("1", "2"), ("3", "4")]


def test_more_columns_or_rows_than_accepted_are_refused(tmp_path: Path) -> None:
    wide = make_xlsx(tmp_path / "wide.xlsx", rows=[[f"p{n}" for n in range(1_501)]])
    assert refusal(wide) == "too_many_columns"
    long = make_xlsx(tmp_path / "long.xlsx", rows=[["a"]] * 20)
    with pytest.raises(UserError) as caught:
        list(read_sheet(long, "Sheet1", TableLimits(rows=10)))
    assert caught.value.code == "too_many_rows"


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "_rels/.rels"])
@pytest.mark.parametrize("declaration", [b'<!DOCTYPE a [<!ENTITY x "y">]>', b"<!DOCTYPE a>"])
def test_document_type_declarations_are_refused(
    tmp_path: Path, part: str, declaration: bytes
) -> None:
    path = make_xlsx(tmp_path / "a.xlsx")
    rewrite(path, part, lambda xml: xml.replace(b"?>", b"?>" + b" " * 9_000 + declaration, 1))
    assert refusal(path) == "workbook_forbidden_content"


def test_a_part_in_utf_16_is_refused(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx")
    rewrite(path, "xl/workbook.xml", lambda xml: xml.decode().encode("utf-16"))
    assert refusal(path) == "workbook_forbidden_content"


SHEET = "xl/worksheets/sheet1.xml"


def corner(xml: bytes) -> bytes:
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return xml.replace(b"</sheetData>", cell)


def corner_without_row(xml: bytes) -> bytes:
    cell = b'<c r="XFD1048576"><v>1</v></c></sheetData>'
    return xml.replace(b"</sheetData>", cell)


def one_endless_row(xml: bytes) -> bytes:
    cells = b"<c><v>1</v></c>" * 16_384
    return xml.replace(b"</sheetData>", b'<row r="1048576">' + cells + b"</row></sheetData>")


@pytest.mark.parametrize("change", [corner, corner_without_row, one_endless_row])
def test_a_cell_in_the_far_corner_does_not_fill_the_memory(
    tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    path = rewrite(make_xlsx(tmp_path / "a.xlsx"), SHEET, change)
    assert refusal(path) == "workbook_too_large"


def test_a_long_text_named_a_million_times_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx")
    text = b"<si><t>" + b"x" * 32_000 + b"</t></si></sst>"
    rewrite(path, "xl/sharedStrings.xml", lambda xml: xml.replace(b"</sst>", text))
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>3</v></c></row>' % (n, n) for n in range(3, 60_000)
    )
    rewrite(path, SHEET, lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert refusal(path) == "workbook_too_large"


@pytest.mark.parametrize(
    "rows",
    [
        '<table:table-row table:number-rows-repeated="1048576">'
        + ods_cell("x", 'table:number-columns-repeated="16384"')
        + "</table:table-row>",
        "<table:table-row>"
        + ods_cell("x" * 30_000, 'table:number-columns-repeated="16000"')
        + "</table:table-row>",
    ],
)
def test_a_repeated_cell_does_not_fill_the_memory(tmp_path: Path, rows: str) -> None:
    path = make_ods(tmp_path / "a.ods", f'<table:table table:name="T">{rows}</table:table>')
    assert refusal(path) == "workbook_too_large"


def test_a_part_that_unpacks_to_far_too_much_is_refused(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx")
    rewrite(path, SHEET, lambda xml: xml + b" " * (30 << 20))
    assert refusal(path) == "archive_ratio_too_high"


def test_cells_without_references_are_read(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", rows=[["Name", "Age"], ["Ann", 41]])

    def bare(xml: bytes) -> bytes:
        for name in (b"A1", b"B1", b"A2", b"B2"):
            xml = xml.replace(b' r="' + name + b'"', b"")
        return xml

    assert [row.cells for row in open_table(rewrite(path, SHEET, bare)).rows()] == [("Ann", "41")]


def test_damaged_and_foreign_workbooks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(OLE_MAGIC + bytes(600))
    assert refusal(path) == "workbook_damaged"
    word = tmp_path / "a.docx"
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert refusal(word) == "workbook_kind_unknown"
    half = make_xlsx(tmp_path / "half.xlsx")
    half.write_bytes(half.read_bytes()[:3_000])
    assert refusal(half) == "archive_truncated"
    torn = rewrite(make_xlsx(tmp_path / "torn.xlsx"), SHEET, lambda xml: xml[: len(xml) // 2])
    assert refusal(torn) in {"workbook_damaged", "table_empty"}
    nameless = rewrite(make_xlsx(tmp_path / "n.xlsx"), "xl/workbook.xml", lambda _: b"<nothing/>")
    assert refusal(nameless) in {"workbook_damaged", "table_empty"}


def test_sheets_of_a_workbook_are_named_in_order(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", "Zebra", "Ähre", "emoji 🚗")
    assert sheet_names(path, LIMITS) == ("Zebra", "Ähre", "emoji 🚗")


def test_a_workbook_is_read_within_little_memory(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "a.xlsx", rows=[[f"v{n}" for n in range(20)]] * 2_000)
    code = """
        import resource, sys
        from crmdesk.core.files.source import open_table
        resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))
        print(sum(1 for row in open_table(sys.argv[1]).rows()))
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("1999", "")
