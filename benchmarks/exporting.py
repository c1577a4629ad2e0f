"""Exports: a tenth of the contacts as CSV."""

from __future__ import annotations

from shlex import quote

from benchmarks import data, desk, peers
from benchmarks.measure import Contestant
from benchmarks.waiting_job import worker

TITLE = "Export: a tenth of the contacts × 60 columns as CSV"
NOTE = (
    "Ours: the whole worker process (counted, labels looked up, file synced and digested, audit "
    "entry). The peer neither syncs nor logs. No index serves the filter. Of ours a third of a "
    "second is the start of Python with its imports, whatever the size: most of it at 200,000; "
    "looking for the records and printing them, each by two processors, take the rest."
)
_TENTH = "substr(whole_9, -1) = '1' AND archived_at IS NULL"


def contestants(rows: int) -> list[Contestant]:
    """Ours first."""
    return [
        ours("CRM Desk", rows, "csv", "tenth"),
        shell("sqlite3 -csv with the same WHERE", rows, _TENTH, "1 (aim 2)"),
    ]


def shell(name: str, rows: int, condition: str, target: str = "") -> Contestant:
    """An export by SQLite's own shell."""
    names = ",".join(column.column_name for column in data.shape().columns)
    query = quote(f"SELECT {names} FROM {data.TABLE} NOT INDEXED WHERE {condition} ORDER BY id")
    database, file = quote(str(data.contacts(rows))), quote(str(data.FOLDER / "peer-export.csv"))
    return Contestant(name, f"sqlite3 -csv -header {database} {query} > {file}", target=target)


def ours(name: str, rows: int, file_format: str, share: str = "all") -> Contestant:
    """An export by the product, each time of a fresh copy of a workspace."""
    folder = quote(str(desk.desk_folder(rows)))
    copy = quote(str(data.FOLDER / "export-run"))
    python = quote(peers.our_python())
    fresh = f"rm -rf {copy} && cp -r {folder} {copy}"
    return Contestant(
        name,
        worker(data.FOLDER / "export-run"),
        prepare=f"{fresh} && {python} -m benchmarks.do_export {copy} {file_format} {share}",
    )
