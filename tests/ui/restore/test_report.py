"""The report of a restore: every value as CSV, or a PDF to file."""

from __future__ import annotations

from pathlib import Path

from tests.builders import Desk
from tests.ui.restore.conftest import Open


def test_the_report_is_saved_as_pdf_or_csv_by_its_name(
    open_page: Open, desk: Desk, tmp_path: Path
) -> None:
    ann = desk.contact(firstname="Ann", lastname="<b>Devon</b>")
    backup = desk.backup()
    desk.edit(ann, firstname="Anne")
    done = desk.restore(backup, "contacts", ["firstname"])
    work = open_page(desk)
    work.page.open_link(f"restore/{done.id}")
    run = work.page.summary
    work.wait(lambda: run._shown is not None)

    run.save_report(tmp_path / "report.pdf")
    run.save_report(tmp_path / "report.csv")

    work.wait(lambda: (tmp_path / "report.pdf").exists() and (tmp_path / "report.csv").exists())
    work.wait(lambda: (tmp_path / "report.pdf").read_bytes()[:5] == b"%PDF-")
    assert "Anne" in (tmp_path / "report.csv").read_text()
    assert desk.audit_actions()[-2:] == [("DATA_RESTORE_REPORT", "ok")] * 2
