"""The parts of a workbook around the rows of its sheets (ECMA-376, transitional).

What a part may leave out is left out: a sheet's extent, references of cells, styles beyond the
one that must be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPE = f"{_OFFICE}.spreadsheetml"

_WORKBOOK = "xl/workbook.xml"
_STYLES = "xl/styles.xml"
_PROGRAM = "docProps/app.xml"
SHEET_END = b"</sheetData></worksheet>"


def opening_parts() -> list[tuple[str, bytes]]:
    """Names and contents of the parts before the sheets.

    Programs tell a workbook from other archives by the names of its first four parts.
    """
    relations = [("officeDocument", _WORKBOOK), ("extended-properties", _PROGRAM)]
    program = f'<Properties xmlns="{_PROPERTIES}"><Application>CRM Desk</Application></Properties>'
    return [
        ("_rels/.rels", _relations(relations)),
        (_PROGRAM, (_XML + program).encode()),
        (_STYLES, _styles()),
    ]


def sheet_name(number: int) -> str:
    """Name of a sheet's part; the first is number one."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_start(number: int) -> bytes:
    """What stands before the rows: the heading stays in sight, and the first sheet opens."""
    selected = ' tabSelected="1"' if number == 1 else ""
    text = (
        f'<worksheet xmlns="{_SHEETS}"><sheetViews><sheetView{selected} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        "</sheetView></sheetViews><sheetData>"
    )
    return (_XML + text).encode()


def closing_parts(names: Sequence[str]) -> list[tuple[str, bytes]]:
    """Names and contents of the parts that name all sheets, known only at the end."""
    numbers = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    workbook = (
        f'<workbook xmlns="{_SHEETS}" xmlns:r="{_RELATIONS}">'
        f"<bookViews><workbookView/></bookViews><sheets>{sheets}</sheets></workbook>"
    )
    relations = [("worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    return [
        (_WORKBOOK, (_XML + workbook).encode()),
        ("xl/_rels/workbook.xml.rels", _relations([*relations, ("styles", "styles.xml")])),
        ("[Content_Types].xml", _content_types(numbers)),
    ]


def _styles() -> bytes:
    """The one style that all cells have."""
    text = (
        f'<styleSheet xmlns="{_SHEETS}">'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '</cellStyleXfs><cellXfs count="1">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )
    return (_XML + text).encode()


def _relations(targets: Sequence[tuple[str, str]]) -> bytes:
    found = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    text = f'<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'
    return (_XML + text).encode()


def _content_types(numbers: Sequence[int]) -> bytes:
    parts = [(_WORKBOOK, f"{_TYPE}.sheet.main"), (_STYLES, f"{_TYPE}.styles")]
    parts += [(sheet_name(number), f"{_TYPE}.worksheet") for number in numbers]
    parts.append((_PROGRAM, f"{_OFFICE}.extended-properties"))
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}+xml"/>' for name, kind in parts
    )
    text = (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    return (_XML + text).encode()
