"""Exports: all contacts as a workbook."""

from __future__ import annotations

from shlex import quote

from benchmarks import data, peers
from benchmarks.exporting import ours
from benchmarks.measure import Contestant

TITLE = "Export: contacts × 60 columns as a workbook"
NOTE = "Ours: the whole job as a process, see CSV. The peer neither syncs nor logs."


def contestants(rows: int) -> list[Contestant]:
    """Ours first, then the peer that can run here."""
    found = [ours("CRM Desk", rows, "xlsx")]
    if openpyxl := peers.python_with("openpyxl"):
        database, target = data.contacts(rows), data.FOLDER / "peer-export.xlsx"
        words = [openpyxl, "benchmarks/peer_openpyxl.py", str(database), str(target)]
        command = " ".join(map(quote, [*words, data.csv_query()]))
        # Its time grows with the records; of a million of them it would take a quarter of an hour.
        most = 200_000
        found.append(
            Contestant("openpyxl, write-only", command, most_rows=most, target="2 (aim 4)")
        )
    return found
