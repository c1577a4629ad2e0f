"""A report of the log has one row for an entry, whatever somebody wrote into it."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from python_calamine import CalamineWorkbook

from crmdesk.core.audit import kinds
from crmdesk.core.exports.model import ExportFormat, Naming
from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest
from tests.builders import Desk
from tests.faults.conftest import Record, effort
from tests.faults.hostile_texts import KEPT, formulas, generated

TRIALS = effort(50, 4_000)
LOG = ReportRequest(AuditLogReport(), headers=Naming.NAME, choices=Naming.NAME)
FORGED = (
    "a\r\nb",
    "a\nb",
    "\r",
    "\x85",
    "\u2028",
    "\u2029",
    "\x0b\x0c\x1c\x1d\x1e",
    "\x1b[2J\x1b[1;31mowned",
    "\x9b31m",
    "\u202egnp.exe\u202c",
    "\u2066\u2067\u2069\u200f\u061c",
    "\U000e0041\ufeff",
    '"}\n{"id": 1, "action": "delete", "user": "ingrid@northwind.example"}',
    '","2026-01-01","forged"\r\n"2026-01-01","Backup deleted"',
    "\\u202e\\n\\",
    "</row><row><c>forged</c></row>",
)


def texts() -> list[str]:
    """Forgeries and the long one in any case, of the others as many as there is time for."""
    others = [*KEPT, *formulas(), *generated(TRIALS, 7)]
    random.Random(7).shuffle(others)
    return [*FORGED, "long\u202e\n" * effort(3_000, 150_000), *others[: TRIALS - len(FORGED) - 1]]


def logged(desk: Desk, hostile: Sequence[str]) -> None:
    """One entry for each text, which stands wherever somebody's words may stand."""
    with desk.workspace.database.write() as tx:
        for text in hostile:
            place = replace(desk.admin.place, host=text[:5_000], agent=text[:5_000])
            desk.workspace.audit_log.log(
                tx,
                replace(desk.admin, place=place, full_name=text[:5_000], email=text[:5_000]),
                kinds.SETTING_CHANGED,
                object_type="setting",
                object_id=text[:5_000],
                link=f"settings/{text[:50]}",
                details={"old": text, text[:5_000]: [text[:5_000]]},
            )


def saved(desk: Desk, file_format: ExportFormat, target: Path) -> Path:
    reports, exports = desk.workspace.reports, desk.workspace.exports
    export_id = reports.create(desk.admin, replace(LOG, format=file_format))
    desk.workspace.run_job(str(exports.show(desk.admin, export_id).job_id))
    return exports.download(desk.admin, export_id, target / f"log.{file_format.value}")


def test_one_entry_is_one_row_in_every_format(desk: Desk, tmp_path: Path, record: Record) -> None:
    hostile = texts()
    logged(desk, hostile)
    reader = desk.workspace.audit_reader
    newest = reader.events(desk.admin, limit=len(hostile)).events
    meant = [dict(event.detail) for event in newest]
    every = reader.events(desk.admin).total

    text = saved(desk, ExportFormat.CSV, tmp_path).read_bytes().decode()
    # Whatever a reader takes for the end of a line: there is one at the end of each row.
    assert len(text.splitlines()) == every + 1
    csv.field_size_limit(1 << 24)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(row["id"]) for row in rows[: len(newest)]] == [event.id for event in newest]
    assert [json.loads(row["detail"]) for row in rows[: len(newest)]] == meant

    # The exports themselves are entries, and newer than what was read before.
    lines = saved(desk, ExportFormat.JSONL, tmp_path).read_bytes().decode().splitlines()
    objects = {each["id"]: each for each in map(json.loads, lines)}
    assert len(lines) == len(objects) > every
    assert [objects[event.id]["detail"] for event in newest] == meant

    book = CalamineWorkbook.from_path(str(saved(desk, ExportFormat.XLSX, tmp_path)))
    sheet = book.get_sheet_by_index(0).to_python()
    ids = [row[sheet[0].index("id")] for row in sheet[1:]]
    assert ids == sorted(ids, reverse=True)
    assert {event.id for event in newest} <= {int(number) for number in ids}
    shown = text + "".join(lines) + "".join(str(cell) for row in sheet for cell in row)
    assert not set(shown) & set("\x1b\x9b\x85\u2028\u2029\u202e\u2066\u061c\ufeff")
    record(len(hostile), f"{len(hostile):,} texts, as many rows in CSV, JSON and a workbook")
