"""Exports: all contacts as CSV."""

from __future__ import annotations

from benchmarks.exporting import ours, shell
from benchmarks.measure import Contestant

TITLE = "Export: contacts × 60 columns as CSV"
NOTE = (
    "Ours: the whole job as a process, see the export of a tenth. The peer neither syncs nor logs."
)


def contestants(rows: int) -> list[Contestant]:
    """Ours first."""
    return [
        ours("CRM Desk", rows, "csv"),
        shell("sqlite3 -csv", rows, "archived_at IS NULL"),
    ]
