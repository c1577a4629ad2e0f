"""Finding what a restore of 20 properties would change, where 2 % of the records changed."""

from __future__ import annotations

from shlex import quote

from benchmarks import data, peers
from benchmarks.measure import Contestant, run_once

TITLE = "Restore plan: 20 of 60 properties, 2 % of the contacts changed"
NOTE = "All read the same backup zip and find the same records; whole processes."


def contestants(rows: int) -> list[Contestant]:
    """Ours first; the backup all of them read is made beforehand."""
    python = quote(peers.our_python())
    zipped = data.FOLDER / f"contacts-{rows}.zip"
    database = quote(str(data.changed_contacts(rows)))
    origin = quote(str(data.contacts(rows)))
    run_once(f"{python} -m benchmarks.ours do_backup {origin} {quote(str(zipped))}")
    arguments = f"{database} {quote(str(zipped))} {','.join(data.PLAN_COLUMNS)}"
    return [
        Contestant("CRM Desk, bytes compared", f"{python} -m benchmarks.ours do_plan {arguments}"),
        Contestant(
            "csv + executemany into a staging table + SQL IS NOT",
            f"{python} -m benchmarks.peer_plan_staging {arguments}",
            target="2 (aim 3)",
        ),
        Contestant(
            "DictReader + one SELECT * per row, as scripts are written",
            f"{python} -m benchmarks.peer_plan_rows {arguments}",
            most_rows=200_000,
            target="8 (aim 20)",
        ),
        Contestant(
            "csv + one cached SELECT of the 20 columns per row",
            f"{python} -m benchmarks.peer_plan_selects {arguments}",
            most_rows=200_000,
        ),
    ]
