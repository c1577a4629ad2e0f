"""The first page of the lists of exports and imports, beside the bare driver."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from benchmarks.desk import kept_desk, opened
from crmdesk.core.clock import to_text
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.exports.model import ExportFilter, ExportOrder
from crmdesk.core.transfer.listing import ImportFilter, ImportOrder
from tests.builders import Desk

TITLE = "Lists of exports and imports: until the first page can be shown"
NOTE = (
    "So many exports and imports of 20 people in 58 days. Processor milliseconds in the window's "
    "process: the numbers of all lines in their order, off the window's thread, and the sixty in "
    "sight. The floor beside them is the bare driver, which fetches the same numbers in the same "
    "order, and for the figures above the list the sum that one `GROUP BY` gives."
)
COLUMNS = {"name": "", "ours": "processor ms", "floor": "bare driver, ms", "ratio": "× the driver"}
COMMAND = "python3 dev.py bench --only lists"
_PAGE, _PEOPLE, _SECONDS = 60, 20, 58 * 86_400


def measure(rows: int, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Ours and the floor in turns; medians of processor time."""
    desk = opened(kept_desk(f"lists-{rows}", lambda made: _fill(made, rows)))
    bare = sqlite3.connect(desk.workspace.database.path)
    table = []
    for name, ours, sql in _measured(desk):
        taken: dict[str, list[float]] = {"ours": [], "floor": []}
        for _ in range(rounds):
            taken["ours"].append(_processor_ms(ours))
            taken["floor"].append(_processor_ms(partial(_fetch, bare, sql)))
        own, floor = median(taken["ours"]), median(taken["floor"])
        say(f"  {name}: {own:.0f} ms, the driver {floor:.0f} ms")
        line = {"name": name, "ours": round(own, 1), "floor": round(floor, 1)}
        table.append({**line, "ratio": round(own / max(floor, 0.1), 1), "command": COMMAND})
    bare.close()
    desk.workspace.close()
    return table


def _measured(desk: Desk) -> Iterator[tuple[str, Callable[[], object], str]]:
    """What is measured: its name, how we do it, and the driver's SQL."""
    exports, imports = desk.workspace.exports, desk.workspace.import_listing
    actor = desk.admin

    def exports_page(order: ExportOrder, wanted: ExportFilter) -> None:
        exports.numbered(actor, exports.numbers(actor, wanted, order)[:_PAGE])

    def imports_page(order: ImportOrder, wanted: ImportFilter) -> None:
        imports.numbered(actor, imports.numbers(actor, wanted, order)[:_PAGE])

    everything, named = ExportFilter(), ExportFilter(name="export 77")
    select = "SELECT rowid FROM exports{} ORDER BY {} DESC, created_at DESC, id DESC"
    yield (
        "exports, newest first",
        partial(exports_page, ExportOrder.DATE, everything),
        "SELECT rowid FROM exports ORDER BY created_at DESC, id DESC",
    )
    yield (
        "exports by records",
        partial(exports_page, ExportOrder.RECORDS, everything),
        select.format("", "records"),
    )
    yield (
        "exports whose name has a word",
        partial(exports_page, ExportOrder.DATE, named),
        "SELECT rowid FROM exports WHERE instr(lower(name), 'export 77') ORDER BY created_at DESC",
    )
    yield (
        "imports, newest first",
        partial(imports_page, ImportOrder.DATE, ImportFilter()),
        "SELECT rowid FROM imports ORDER BY created_at DESC, id DESC",
    )
    yield (
        "the figures above the list",
        partial(desk.workspace.export_overviews.show, actor),
        "SELECT substr(created_at, 1, 10), user_id, count(*), sum(records) FROM exports "
        "WHERE state = 'succeeded' AND source = 'object' GROUP BY 1, 2",
    )


def _processor_ms(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return (time.process_time() - began) * 1000


def _fetch(bare: sqlite3.Connection, sql: str) -> None:
    for _row in bare.execute(sql):
        pass


def _fill(desk: Desk, rows: int) -> None:
    now = datetime.now(UTC)
    for number in range(_PEOPLE):
        desk.user(f"Person{number} Example")
    step = timedelta(seconds=_SECONDS / rows)
    times = (to_text(now - number * step) for number in range(rows))
    lines = [
        (f"{number:016x}", f"Export {number}", at, number % _PEOPLE + 1, number * 37 % 20_000)
        for number, at in enumerate(times)
    ]
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            "INSERT INTO exports (id, name, created_at, user_id, records, source, source_name, "
            "object_name, format, state, actor, request) VALUES (?, ?, ?, ?, ?, 'object', "
            "'Contacts', 'contacts', 'csv', 'succeeded', '{}', '{}')",
            lines,
        )
        tx.driver.executemany(
            "INSERT INTO imports (id, name, created_at, user_id, row_count, kind, object_name, "
            "state) VALUES (?, ?, ?, ?, ?, 'import', 'contacts', 'succeeded')",
            lines,
        )
