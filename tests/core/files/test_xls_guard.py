"""Old workbooks that would fill the memory are refused before they are read; others are read."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.files.source import open_table
from crmdesk.core.files.table import TableLimits
from crmdesk.core.files.workbook import read_sheet
from tests.core.files.xls import number, shared, text, write_xls

FAR = number(0, 0, 1) + number(65_535, 255, 2)


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as refused:
        list(open_table(path).rows())
    return refused.value.code


def test_an_ordinary_old_workbook_is_read(tmp_path: Path) -> None:
    cells = text(0, 0, 0) + text(0, 1, 1) + text(1, 0, 2) + number(1, 1, 41)
    path = write_xls(tmp_path / "a.xls", [cells], shared(["Name", "Age", "Ann"]))

    rows = list(read_sheet(path, "S0", TableLimits()))

    assert [row.cells for row in rows] == [["Name", "Age"], ["Ann", "41"]]


def test_a_cell_in_the_far_corner_of_each_sheet_is_refused(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "far.xls", [FAR] * 40)
    assert path.stat().st_size < 10_000

    assert refusal(path) == "workbook_too_large"


def test_one_long_text_named_in_many_cells_is_refused(tmp_path: Path) -> None:
    cells = b"".join(text(row, 0, 0) for row in range(65_536))
    path = write_xls(tmp_path / "long.xls", [cells], shared(["x" * 8_000]))

    assert refusal(path) == "workbook_too_large"


@pytest.mark.parametrize("at", range(0, 4_096, 97))
def test_a_damaged_old_workbook_is_refused_or_read_and_never_more(tmp_path: Path, at: int) -> None:
    cells = text(0, 0, 0) + text(0, 1, 1) + number(1, 1, 41)
    path = write_xls(tmp_path / "a.xls", [cells], shared(["Name", "Age"]))
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)

    with suppress(UserError):
        list(open_table(path).rows())
