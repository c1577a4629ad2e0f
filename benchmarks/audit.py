"""The audit log at full length: pages, filters, counts, words, figures, and the cost of writing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.audit_data import RARE, audit_folder
from benchmarks.desk import opened
from crmdesk.core.audit import kinds
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.db.driver import sqlite3
from tests.builders import Desk

TITLE = "Audit log: finding entries"
NOTE = (
    "So many entries of 200 people in three years. Processor milliseconds. “Page” is the 60 newest "
    "entries that pass, read whole, as a change of filters shows them before anything is counted; "
    "“next” is such a page from the middle of the log on. “List” is what comes behind it, off the "
    "window's thread: every entry that passes, counted and ready to be jumped into. “First” is the "
    "first time in a process, “again” any later one. “Rows” is a page of 60 at the top and in the "
    "middle of such a list, read while the window waits. The floor is the bare driver on the same "
    "file, which counts what passes, once. What is searched by was made by the first reader, in "
    "8 µs an entry and 18 µs for its words. Counts by facet are those of any later time: the "
    "sums of whole pieces of the log are remembered, once a twentieth of a second went by for them."
)
COLUMNS = {
    "name": "",
    "many": "entries",
    "page": "page, first, ms",
    "page_again": "page, again, ms",
    "page_next": "page, next, ms",
    "page_target": "a page, at most",
    "first": "list, first, ms",
    "again": "list, again, ms",
    "top": "rows at the top, ms",
    "middle": "rows in the middle, ms",
    "floor": "the driver counts, ms",
}
COMMAND = "python3 dev.py bench --only audit --rows 10000000"
_OSLO = ZoneInfo("Europe/Oslo")
_PAGE = 60
_PAGE_TARGET = "5 (aim 1)"
_WRITES = 101


def measure(rows: int, rounds: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Medians of processor time, but for what is said to be the first."""
    folder = audit_folder(rows)
    desk = opened(folder)
    # What is searched by is made when the first reader comes, and then kept up.
    desk.workspace.audit_reader.ids(desk.admin, AuditFilters(texts=("nothing",)))
    desk.workspace.audit_reader.first_page(desk.admin)
    table = []
    for name, filters, sql in _filters():
        table.append(_list(desk, name, filters, sql, rounds))
        say(f"  {table[-1]}")
    for name, act in _figures(desk):
        table.append({"name": name, "again": _median_ms(act, rounds)})
        say(f"  {table[-1]}")
    table.append(_written(desk))
    say(f"  {table[-1]}")
    desk.workspace.close()
    return [dict.fromkeys(COLUMNS) | line | {"command": COMMAND} for line in table]


def _filters() -> Iterator[tuple[str, AuditFilters, str]]:
    """What is looked for, and SQL for the same; none where the driver has no words."""
    now = datetime.now(UTC)
    month = now - timedelta(days=400), now - timedelta(days=370)
    yield "everything", AuditFilters(), "1"
    yield "a category", AuditFilters(categories=("login",)), "category = 'login'"
    yield "an action", AuditFilters(actions=("update",)), "action = 'update'"
    yield "a subcategory", AuditFilters(subcategories=("DEALS",)), "subcategory = 'DEALS'"
    yield "who did most", AuditFilters(user_ids=(2,)), "user_id = 2"
    yield "who did least", AuditFilters(user_ids=(201,)), "user_id = 201"
    yield "names that begin so", AuditFilters(by=("person1",)), ""
    yield "an address", AuditFilters(addresses=("192.0.2.17",)), "address = '192.0.2.17'"
    yield "a record", AuditFilters(object_types=("contacts",), object_ids=("4711",)), ""
    yield (
        "thirty days of last year",
        AuditFilters(since=month[0], until=month[1]),
        f"at BETWEEN '{month[0]:%Y-%m-%dT%H:%M:%S}' AND '{month[1]:%Y-%m-%dT%H:%M:%S}'",
    )
    yield (
        "two common ones that never meet",
        AuditFilters(categories=("login",), actions=("update",)),
        "category = 'login' AND action = 'update'",
    )
    yield (
        "three filters, seven values",
        AuditFilters(
            categories=("crm_object", "property_value"),
            actions=("delete", "create"),
            user_ids=(2, 3, 4),
        ),
        "category IN ('crm_object', 'property_value') AND action IN ('delete', 'create') "
        "AND user_id IN (2, 3, 4)",
    )
    yield (
        "all but a category and a person",
        AuditFilters(without=Choices(categories=("property_value",), user_ids=(2,))),
        "category <> 'property_value' AND user_id IS NOT 2",
    )
    yield "people only", AuditFilters(people_only=True), ""
    yield "a rare word", AuditFilters(texts=(RARE.split(" ")[0],)), ""
    yield "a rare phrase and a category", AuditFilters(("login",), texts=(RARE,)), ""
    yield "a word of a number in 1,000", AuditFilters(texts=("Street 4711",)), ""
    yield "a word of every fourth entry", AuditFilters(texts=("harbour",)), ""
    yield "a common phrase and a person", AuditFilters(texts=("harbour quay",), user_ids=(9,)), ""


def _list(desk: Desk, name: str, filters: AuditFilters, sql: str, rounds: int) -> dict[str, Any]:
    reader = desk.workspace.audit_reader
    page = partial(reader.first_page, desk.admin, filters, _PAGE)
    ids = partial(reader.ids, desk.admin, filters)
    pages = {"page": _ms(page), "page_again": _median_ms(page, rounds)}
    before = desk.sql("SELECT max(id) / 2 FROM audit_events")[0][0]
    pages["page_next"] = _median_ms(lambda: page(before), rounds)
    first = _ms(ids)
    again = _median_ms(ids, rounds)
    found = ids()
    middle = len(found) // 2
    line = {"name": name, "many": f"{len(found):,}", "first": first, "again": again}
    line |= pages | {"page_target": _PAGE_TARGET}
    if found:
        line["top"] = _median_ms(lambda: reader.rows(desk.admin, found[:_PAGE]), rounds)
        places = iter(range(middle, len(found), 997))
        line["middle"] = _median_ms(lambda: _page_at(desk, found, next(places, 0)), rounds)
    if sql:
        count = f"SELECT count(*) FROM audit_events NOT INDEXED WHERE {sql}"
        bare = sqlite3.connect(desk.workspace.database.path)
        line["floor"] = _ms(lambda: bare.execute(count).fetchone())
        bare.close()
    return line


def _page_at(desk: Desk, found: Any, place: int) -> None:
    desk.workspace.audit_reader.rows(desk.admin, found[place : place + _PAGE])


def _figures(desk: Desk) -> Iterator[tuple[str, Callable[[], object]]]:
    reader, admin = desk.workspace.audit_reader, desk.admin
    now = datetime.now(UTC)
    login = AuditFilters(categories=("login",))
    month = AuditFilters(people_only=True, last_days=30)
    year = AuditFilters(since=now - timedelta(days=365), until=now)
    yield "histogram of three years by month", lambda: reader.histogram(admin, login, _OSLO)
    yield "histogram of a year by day", lambda: reader.histogram(admin, year, _OSLO, 366)
    yield "histogram of thirty days", lambda: reader.histogram(admin, month, _OSLO)
    yield "counts by facet, everything", lambda: reader.facets(admin)
    yield "counts by facet, thirty days", lambda: reader.facets(admin, month)
    yield "a page of 100 with its count, category", lambda: reader.events(admin, login)


def _written(desk: Desk) -> dict[str, Any]:
    """A change with its entry, and without: what nobody is spared."""
    database, log = desk.workspace.database, desk.workspace.audit_log
    change = "UPDATE obj_contacts SET phone = '1' WHERE id = 1"

    def audited() -> None:
        with database.write() as tx:
            tx.sql(change)
            log.log(tx, desk.admin, kinds.property_value("contacts"), details={"phone": "1"})

    def bare() -> None:
        with database.write() as tx:
            tx.sql(change)

    name = "a change and its entry, and the change alone, in transactions"
    both = {"again": _median_ms(audited, _WRITES), "floor": _median_ms(bare, _WRITES)}
    return {"name": name} | both


def _ms(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return round((time.process_time() - began) * 1000, 2)


def _median_ms(act: Callable[[], object], rounds: int) -> float:
    return round(median(_ms(act) for _ in range(rounds)), 2)
