"""Calls of imported logs that change something, as in ``logged_calls``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.builders import Desk

Act = Callable[[], object]


def _file(desk: Desk) -> Path:
    path = desk.folder.parent / "security.csv"
    path.write_text("Time,Type,User email\n2025-07-14 09:12,EXPORT,a@n.example\n", encoding="utf-8")
    return path


def _taken(desk: Desk) -> Act:
    job_id = desk.workspace.imported_logs.start(desk.admin, _file(desk))
    return lambda: desk.workspace.run_job(job_id)


def _removed(desk: Desk) -> Act:
    log_id, _ = desk.take_log(_file(desk))
    assert log_id is not None
    return lambda: desk.workspace.imported_logs.remove(desk.admin, log_id)


IMPORTED_LOGS: dict[str, Callable[[Desk], Act]] = {
    "imported_logs.remove": _removed,
    "run an import of a log": _taken,
}
