"""LibreOffice as a reader of ours: what it takes the cells of a file for."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

#: Comma, double quote, UTF-8, and every formula evaluated that it can find.
_CSV = "CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the spreadsheet has it.

    Attributes:
        kind: "string", "float", "date" …; empty when the cell is.
    """

    text: str
    kind: str
    is_formula: bool


def opened(path: Path, folder: Path) -> dict[str, list[list[Cell]]]:
    """The sheets of a CSV file or workbook as LibreOffice opens it.

    Args:
        folder: for its settings and what it writes.
    """
    command = ["soffice", f"-env:UserInstallation={(folder / 'settings').as_uri()}"]
    command += ["--headless", "--convert-to", "fods", "--outdir", str(folder)]
    if path.suffix == ".csv":
        command.append(f"--infilter={_CSV}")
    subprocess.run([*command, str(path)], check=True, capture_output=True, timeout=300)
    made = folder / f"{path.stem}.fods"
    book = ET.parse(made)
    return {
        str(sheet.get(f"{_TABLE}name")): [_cells(row) for row in sheet.iter(f"{_TABLE}table-row")]
        for sheet in book.iter(f"{_TABLE}table")
    }


def _cells(row: ET.Element) -> list[Cell]:
    found: list[Cell] = []
    for cell in row.iter(f"{_TABLE}table-cell"):
        text = "\n".join("".join(_pieces(line)) for line in cell.iter(f"{_TEXT}p"))
        kind = str(cell.get(f"{_OFFICE}value-type", ""))
        formula = cell.get(f"{_TABLE}formula") is not None
        # The empty rest of a sheet comes as one cell, a million times.
        many = int(cell.get(f"{_TABLE}number-columns-repeated", "1")) if kind else 1
        found += [Cell(text, kind, formula)] * many
    return found


def _pieces(line: ET.Element) -> Iterator[str]:
    """The text of a line; several spaces and tabs are elements of their own."""
    if line.tag == f"{_TEXT}s":
        yield " " * int(line.get(f"{_TEXT}c", "1"))
    if line.tag == f"{_TEXT}tab":
        yield "\t"
    yield line.text or ""
    for part in line:
        yield from _pieces(part)
        yield part.tail or ""
