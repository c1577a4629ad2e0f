"""The whole audit log as a report."""

from __future__ import annotations

from shlex import quote

from benchmarks import data, peers
from benchmarks.audit_data import audit_folder
from benchmarks.measure import Contestant

TITLE = "Audit log: a report of all of it"
NOTE = (
    "Every entry of the measured log with its 25 columns, from the whole process to the file on "
    "the disk. CSV comes in parts of a million rows in a zip, and a workbook in sheets. The peer "
    "is the bare driver with the csv module: rows as the tables have them, details as they are "
    "kept, nothing named, masked or guarded."
)


def contestants(rows: int) -> list[Contestant]:
    """Each format, and the peer."""
    folder = quote(str(audit_folder(rows)))
    target = quote(str(data.FOLDER / "report"))
    ours = f"{quote(peers.our_python())} -m benchmarks.do_report {folder} {target}"
    return [
        Contestant("CRM Desk, CSV", f"{ours} csv"),
        Contestant("CRM Desk, JSON lines", f"{ours} jsonl"),
        Contestant("CRM Desk, workbook", f"{ours} xlsx"),
        Contestant("stdlib sqlite3 + csv", f"{ours} peer"),
    ]
