"""Parts of a table know how many lines stand before them."""

from __future__ import annotations

from pathlib import Path

from crmdesk.core.files.table_parts import LineCounter, TablePart


def test_lines_are_counted_once_whatever_ends_them_where_a_stretch_ends(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    # What is read at once ends behind the first sign of each.
    for ends, lines in ((b"\r\r\n", 2), (b"\r\n", 1), (b"\r\r\r\n", 3), (b"\n\n", 2)):
        before = b"x" * ((1 << 20) - 1) + ends
        path.write_bytes(before + b"a\n")

        assert LineCounter().before(path, TablePart(len(before), len(before) + 2)) == lines
