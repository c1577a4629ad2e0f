"""The longest waits of the whole window over many contacts, and while jobs run beside it.

``python -m benchmarks.do_window ROWS ROUNDS`` prints one line of JSON for each step. It works in
a copy of the workspace, since the jobs write.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from benchmarks import data, desk
from benchmarks.pulse import Pulse, Waits, rest, run_until
from crmdesk.core.jobs.job import FINAL
from crmdesk.core.transfer.model import ImportRequest
from crmdesk.ui.garbage import GarbageCollection
from crmdesk.ui.look import Look
from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.signed_in import SignedInWindow
from crmdesk.ui.theme.apply import apply_theme
from crmdesk.ui.window_state import WindowState
from tests.builders import Desk

SIZE = (1280, 800)
TABS = ("backup", "restore", "imports", "audit", "settings", "records")
SETTLED_S, SCROLL_STEPS, WHEEL = 0.4, 60, 3
_IMPORTED = ("email", *list(data.TYPES)[:8])
Step = Callable[[], object]


class Bench:
    """A signed-in window, and what people do in it."""

    def __init__(self, app: QApplication, opened: Desk, home: Path) -> None:
        settings = QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)
        self.app, self.desk = app, opened
        look = Look(app, settings)
        self.shown = SignedInWindow(opened.workspace, opened.admin, WindowState(settings), look, [])
        self.pulse = Pulse()
        self._loads = 0
        self.shown.window.resize(*SIZE)
        self.shown.window.show()
        self.shown.start()
        self.shown.go("records/contacts")
        self.records = self.shown.window.page
        self.table = self.records.face.table
        self.table.counted.connect(self._count)
        run_until(lambda: self.table.count > 0)

    def _count(self, _rows: object) -> None:
        self._loads += 1

    def during(self, step: Step, seconds: float = SETTLED_S) -> Waits:
        """The longest waits of a step and of the moment after it."""
        self.pulse.begin()
        step()
        rest(seconds)
        return self.pulse.waits()

    def loading(self, step: Step) -> Waits:
        """The longest waits until a step's rows are on show."""
        before = self._loads
        self.pulse.begin()
        step()
        run_until(lambda: self._loads > before)
        rest(0.05)
        return self.pulse.waits()

    def scroll(self) -> Waits:
        """Turn the wheel through rows nobody has seen, then go to the middle and back."""
        bar = self.table.view.verticalScrollBar()
        self.pulse.begin()
        for turn in range(SCROLL_STEPS):
            bar.setValue(turn * WHEEL)
            rest(0.001)
        bar.setValue(bar.maximum() // 2)
        rest(0.05)
        bar.setValue(0)
        rest(0.05)
        return self.pulse.waits()

    def tabs(self) -> Waits:
        """Visit every tab."""
        worst = Waits()
        for tab in TABS:
            worst = worst.or_worse(self.during(lambda tab=tab: self.shown.go(tab), 0.2))
        return worst

    def beside(self, job_id: str) -> Waits:
        """Scroll, sort and change tabs while a worker does a job, until it has ended."""
        self.pulse.begin()
        worst = self.during(lambda: self.shown.desk.start_job(job_id), 0.1)
        while self._job_state(job_id) not in FINAL:
            worst = worst.or_worse(self.scroll())
            worst = worst.or_worse(self.during(lambda: self.shown.go("imports"), 0.1))
            worst = worst.or_worse(self.during(lambda: self.shown.go("records"), 0.1))
        state = self._job_state(job_id)
        if state != "succeeded":
            raise SystemExit(f"the job {state}")
        # The pages read what the job changed.
        return worst.or_worse(self.during(lambda: None, 1.0))

    def _job_state(self, job_id: str) -> str:
        return self.desk.workspace.jobs.job(self.desk.admin, job_id).state


def steps(bench: Bench) -> dict[str, Callable[[], Waits]]:
    """What is measured in a window at rest."""
    table, filters, records = bench.table, bench.records.face.filters, bench.records
    word = Condition("text_5", Ask.CONTAINS, ("sales",))
    numbers = Condition("whole_1", Ask.BETWEEN, ("100", "50000"))
    return {
        "at rest": lambda: bench.during(lambda: None, 1.0),
        "change of tab, each of six": bench.tabs,
        "scroll": bench.scroll,
        "open a record": lambda: bench.during(lambda: records.open_record(table.ids[0])),
        "close it": lambda: bench.during(records.escape),
        "open an entry of the log": lambda: _open_entry(bench),
        "sort by a text": lambda: bench.loading(lambda: table.press_sort("text_3")),
        "sort by a number": lambda: bench.loading(lambda: table.press_sort("decimal_0")),
        "filter by a word": lambda: bench.loading(lambda: filters.set_condition(word)),
        "filter by a range too": lambda: bench.loading(lambda: filters.set_condition(numbers)),
        "clear the filters": lambda: bench.loading(filters.clear),
        "search": lambda: bench.loading(lambda: filters.search.setText("sales")),
        "clear the search": lambda: bench.loading(filters.search.clear_search),
        "dark, and light again": lambda: _themes(bench),
    }


def _at_rest(bench: Bench, rounds: int) -> dict[str, Waits]:
    """The worst of several rounds; each step begins where the one before it ended."""
    worst: dict[str, Waits] = {}
    for _ in range(rounds):
        for name, step in steps(bench).items():
            worst[name] = step().or_worse(worst.get(name, Waits()))
    return worst


def _open_entry(bench: Bench) -> Waits:
    bench.shown.go("audit")
    page = bench.shown.window.page
    run_until(lambda: page.table.count > 0)
    worst = bench.during(lambda: page.open_entry(page.table.ids[0]))
    page.close_panel()
    bench.shown.go("records")
    return worst


def _themes(bench: Bench) -> Waits:
    dark = bench.during(lambda: apply_theme(bench.app, "dark"))
    return dark.or_worse(bench.during(lambda: apply_theme(bench.app, "light")))


def jobs(bench: Bench, folder: Path, rows: int) -> dict[str, Callable[[], str]]:
    """Ways to queue each job; what a person waits for before it, e.g. the plan, is not timed."""
    workspace, admin = bench.desk.workspace, bench.desk.admin

    def backup() -> str:
        return str(workspace.backups.show(admin, workspace.backups.create(admin)).job_id)

    def restore() -> str:
        plan = bench.desk.plan(folder / "backup.zip", "contacts", data.PLAN_COLUMNS)
        restore_id = workspace.restores.start(
            admin,
            plan.id,
            accept_changes=True,
            accept_irreversible=True,
            step_up_id=bench.desk.allow(plan),
        )
        return str(workspace.restores.show(admin, restore_id).job_id)

    def importing() -> str:
        given = folder / "new.csv"
        _write_new(given, max(rows // 5, 1))
        request = ImportRequest(
            str(given), "contacts", {name: name for name in _IMPORTED}, key="email"
        )
        return str(workspace.imports.show(admin, workspace.imports.start(admin, request)).job_id)

    return {
        "while a backup runs": backup,
        "while a restore of 5 % runs": restore,
        "while an import of a fifth runs": importing,
    }


def _write_new(target: Path, rows: int) -> None:
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_IMPORTED)
        for number in range(rows):
            address = f"new.{number}@example.org"
            writer.writerow([address, *(f"Value {number}" for _ in _IMPORTED[1:])])


def main(rows: int, rounds: int) -> None:
    """Measure, and print."""
    app = QApplication(["crmdesk"])
    apply_theme(app, "light")
    # As the program does.
    GarbageCollection(app)
    folder = desk.copied(desk.desk_folder(rows))
    opened = desk.opened(folder)
    try:
        with tempfile.TemporaryDirectory() as home:
            bench = Bench(app, opened, Path(home))
            bench.tabs()
            for name, worst in _at_rest(bench, rounds).items():
                _print(name, worst)
            for name, queue in jobs(bench, folder, rows).items():
                job_id = queue()
                began = time.perf_counter()
                worst = bench.beside(job_id)
                _print(name, worst, time.perf_counter() - began)
            bench.shown.rest()
            bench.shown.queries.shutdown(5.0)
    finally:
        opened.workspace.close()
        shutil.rmtree(folder)


def _print(name: str, waits: Waits, seconds: float | None = None) -> None:
    line = {"name": name, **asdict(waits), "lasted": seconds}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.flush()
    # Widgets in Python's hands at the end of a process are taken down in no good order.
    os._exit(0)
