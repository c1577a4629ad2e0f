"""Writes a report of a whole log: ``-m benchmarks.do_report FOLDER FILE csv|jsonl|xlsx|peer``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path


def write(folder: str, target: str, file_format: str) -> None:
    """As the program's job writes it, without the row that tells of it."""
    from benchmarks.desk import opened
    from crmdesk.core.exports.csv_file import write_csv
    from crmdesk.core.exports.jsonl_file import write_jsonl
    from crmdesk.core.exports.model import ExportFormat
    from crmdesk.core.exports.report_making import opened_report
    from crmdesk.core.exports.report_model import AuditLogReport, ReportRequest
    from crmdesk.core.exports.xlsx_file import write_xlsx

    desk = opened(Path(folder))
    request = ReportRequest(AuditLogReport(), format=ExportFormat(file_format))
    here = desk.workspace
    with opened_report(here.database, here.guard, desk.admin, request) as (_, content):
        match request.format:
            case ExportFormat.CSV:
                write_csv(content, Path(target), name="log", bom=False, reported=_nothing)
            case ExportFormat.JSONL:
                write_jsonl(content, Path(target), reported=_nothing)
            case _:
                write_xlsx(content, Path(target), name="log", reported=_nothing)
    here.close()


def write_plain(folder: str, target: str) -> None:
    """What the driver and the csv module make of the two tables."""
    from crmdesk.core.db.driver import sqlite3

    rows = sqlite3.connect(Path(folder) / "workspace" / "crm.sqlite3").execute(
        "SELECT e.*, d.payload, u.email, u.full_name FROM audit_events e "
        "LEFT JOIN audit_details d ON d.event_id = e.id LEFT JOIN users u ON u.id = e.user_id "
        "ORDER BY e.id DESC"
    )
    with Path(target).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def _nothing(_rows: int) -> None:
    """Nobody watches."""


if __name__ == "__main__":
    if sys.argv[3] == "peer":
        write_plain(*sys.argv[1:3])
    else:
        write(*sys.argv[1:])
    Path(sys.argv[2]).unlink()
