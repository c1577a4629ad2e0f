"""The tab Audit Logs over a log of any length: what each act costs the window's thread.

    python -m benchmarks.do_audit_window ROWS

Prints a line of JSON for each act; see :mod:`benchmarks.audit_window`.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.audit_data import audit_folder
from benchmarks.desk import opened
from benchmarks.pulse import Pulse, rest, run_until
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui.audit.page import AuditPage
from crmdesk.ui.garbage import GarbageCollection
from crmdesk.ui.theme.apply import apply_theme
from tests.ui.pages import PageStand

_FRAMES = 300
_SIZE = (1280, 800)


def main() -> None:
    """Open the tab, change what it shows, and go through it."""
    app = QApplication(sys.argv[:1])
    apply_theme(app, "light")
    # As the program does: else Python's search for garbage comes in the middle of a frame.
    GarbageCollection(app)
    desk = opened(audit_folder(int(sys.argv[1])))
    # As a person's window does after its first search.
    desk.workspace.audit_reader.ids(desk.admin)
    with tempfile.TemporaryDirectory() as folder:
        stand = PageStand(desk.workspace, desk.admin, Path(folder))
        page = AuditPage(stand.desk)
        page.resize(*_SIZE)
        page.show()
        if not QTest.qWaitForWindowExposed(page):
            raise SystemExit("the window was never exposed, so nothing would be painted")
        run_until(lambda: page.table.count > 0)
        rest(1.0)
        gc.freeze()
        _acts(page)
        _frames(page)
        page.close()
        stand.close()
    desk.workspace.close()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _tell("peak memory of the process, MB", many=round(memory))


def _acts(page: AuditPage) -> None:
    """Filters one after the other, each until its rows and its figures stand."""
    pulse = Pulse()
    for name, filters in (
        ("everything", AuditFilters()),
        ("a category", AuditFilters(categories=("login",))),
        ("a category and an action", AuditFilters(categories=("crm_object",), actions=("delete",))),
        ("all but a person", AuditFilters(without=Choices(user_ids=(7,)))),
        ("a rare word", AuditFilters(texts=("xylophone",))),
        ("a word of every fourth entry", AuditFilters(texts=("harbour",))),
        ("two that never meet", AuditFilters(categories=("login",), actions=("update",))),
    ):
        _act(page, pulse, name, partial(page.filters.ask, AuditViewDefinition(filters)))


def _act(page: AuditPage, pulse: Pulse, name: str, begin: Callable[[], object]) -> None:
    counted: list[int] = []
    page.table.counted.connect(counted.append)
    rest(0.3)
    pulse.begin()
    began = time.perf_counter()
    begin()
    run_until(lambda: bool(counted), 30.0)
    shown = (time.perf_counter() - began) * 1000
    # The figures above the rows come after them.
    rest(1.5)
    waits = pulse.waits()
    page.table.counted.disconnect(counted.append)
    facts = {"shown": round(shown), "gap": round(waits.gap, 1), "slice": round(waits.slice, 1)}
    _tell(name, many=f"{page.table.count:,}", **facts)


def _frames(page: AuditPage) -> None:
    """Steps and jumps through all entries, every frame painted whole."""
    page.filters.clear()
    run_until(lambda: page.table.count > 1000)
    rest(1.0)
    view, chance = page.table.view, random.Random(7)
    bar, viewport = view.verticalScrollBar(), view.viewport()
    most, place = bar.maximum(), 0
    for name, step in (("wheel, 3 rows a step", 3), ("page by page", 16), ("jumps", 0)):
        taken = []
        for _ in range(_FRAMES):
            place = (place + step) % most if step else chance.randrange(most)
            begun = time.thread_time()
            bar.setValue(place)
            viewport.repaint()
            taken.append((time.thread_time() - begun) * 1000)
        taken.sort()
        _tell(f"a frame: {name}", median=round(taken[_FRAMES // 2], 1), p99=round(taken[-3], 1))


def _tell(name: str, **facts: object) -> None:
    sys.stdout.write(json.dumps({"name": name, **facts}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
