"""Backup of all contacts into one zip."""

from __future__ import annotations

from shlex import quote

from benchmarks import data, peers
from benchmarks.measure import Contestant

TITLE = "Backup: contacts × 60 properties into one zip"
NOTE = (
    "Ours: the whole command with imports, snapshot, sync to disk, reading back and verifying (the "
    "sync goes on beside the reading; the packed bytes are compared by SHA-256, and two threads "
    "unpack every piece and compare it by length and CRC-32 with what was printed); “engine alone” "
    "ends before both. All others neither sync nor verify."
)


def contestants(rows: int) -> list[Contestant]:
    """Ours first, then the peers that can run here."""
    database = quote(str(data.contacts(rows)))
    target = quote(str(data.FOLDER / "peer.zip"))
    query = quote(data.csv_query())
    python = quote(peers.our_python())
    ours = (
        f"{python} -m benchmarks.ours do_backup {database} {quote(str(data.FOLDER / 'ours.zip'))}"
    )
    shell = f"rm -f {target}; sqlite3 -csv -header {database} {query} | zip -q -%d {target} -"
    found = [
        Contestant("CRM Desk, isal level 2, verified", ours),
        Contestant("CRM Desk, engine alone, isal level 2", f"{ours} --engine-only"),
        Contestant("sqlite3 -csv | zip -1", shell % 1, target="1.8 (aim 3)"),
        Contestant("sqlite3 -csv | zip -6", shell % 6, most_rows=200_000),
        Contestant(
            "stdlib sqlite3 + csv + zipfile, level 6",
            f"{python} -m benchmarks.peer_csv_zipfile {database} {target} {query}",
            most_rows=200_000,
            target="5 (aim 10)",
        ),
    ]
    if program := peers.compiled_c(data.FOLDER):
        deflate = f"{python} -m isal.igzip -2 -c > {target}"
        piped = f"{quote(program)} {database} {query} | {deflate}"
        found.append(Contestant("plain C program | isal level 2", piped, target="0.83 (aim 1)"))
    if (pandas := peers.python_with("pandas")) and rows <= 200_000:
        command = f"{quote(pandas)} benchmarks/peer_pandas.py {database} {target} {query}"
        found.append(Contestant("pandas to_csv, zip level 6", command, target="10 (aim 20)"))
    return found
