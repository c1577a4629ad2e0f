"""How long the window ever keeps a person waiting: the Records tab over many contacts.

    python benchmarks/window.py [ROWS] [ROUNDS]

A timer asks to be called every 5 ms; its worst delay is the longest time in which the window
could neither paint nor take a key. Each step ends when its rows are on show. Beside the wall
clock stands the same for a bare timer, since other programs share the machine.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import PySide6
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.desk import desk_folder, opened
from crmdesk.ui.records.conditions import Ask, Condition
from crmdesk.ui.records.page import RecordsPage
from crmdesk.ui.theme.apply import apply_theme
from tests.ui.pages import PageStand

BEAT_MS, REST_S = 5, 1.0
SIZE = (1280, 711)
Step = Callable[[], object]


class Beat:
    """A 5 ms timer that remembers its longest delay, in milliseconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def begin(self) -> None:
        """Measure anew."""
        self.worst, self._last = 0.0, time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.worst = max(self.worst, (now - self._last) * 1000 - BEAT_MS)
        self._last = now


def run_until(loaded: Callable[[], bool]) -> None:
    """Let events run until something is so."""
    loop = QEventLoop()
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: loop.quit() if loaded() else None)
    timer.start()
    loop.exec()


class Bench:
    """The page, and a count of the loads it finished."""

    def __init__(self, page: RecordsPage) -> None:
        self.page, self.beat, self._loads = page, Beat(), 0
        page.face.table.counted.connect(self._count)

    def _count(self, _rows: object) -> None:
        self._loads += 1

    def rest(self, seconds: float) -> float:
        """Worst delay while nothing is asked of the window."""
        until = time.perf_counter() + seconds
        self.beat.begin()
        run_until(lambda: time.perf_counter() > until)
        return self.beat.worst

    def load(self, step: Step) -> tuple[float, float]:
        """Milliseconds until a step's rows are on show, and the worst delay on the way."""
        before, begun = self._loads, time.perf_counter()
        self.beat.begin()
        step()
        run_until(lambda: self._loads > before)
        return (time.perf_counter() - begun) * 1000, self.beat.worst

    def settle(self, step: Step, seconds: float = 0.3) -> tuple[float, float]:
        """Milliseconds a step keeps the thread for, and the worst delay until it is at rest."""
        begun = time.perf_counter()
        self.beat.begin()
        step()
        taken = (time.perf_counter() - begun) * 1000
        until = time.perf_counter() + seconds
        run_until(lambda: time.perf_counter() > until)
        return taken, self.beat.worst


def loads(page: RecordsPage) -> dict[str, Step]:
    """Steps that read the whole list anew."""
    table, filters = page.face.table, page.face.filters
    return {
        "switch to an empty object": lambda: page.show_place("deals"),
        "switch back to contacts": lambda: page.show_place("contacts"),
        "newest first": lambda: table.sort_by(None),
        "sort by a text": lambda: table.press_sort("text_3"),
        "sort by a number": lambda: table.press_sort("decimal_0"),
        "filter by a word": lambda: filters.set_condition(
            Condition("text_5", Ask.CONTAINS, ("sales",))
        ),
        "filter by a range too": lambda: filters.set_condition(
            Condition("whole_1", Ask.BETWEEN, ("100", "50000"))
        ),
        "clear both filters": filters.clear,
        "refresh": page.refresh,
    }


def jump(page: RecordsPage) -> None:
    """Go to the middle of the list and back, reading rows nobody has seen."""
    bar = page.face.table.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    page.face.table.view.viewport().repaint()
    bar.setValue(0)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    app = QApplication(sys.argv[:1])
    apply_theme(app, "light")
    desk = opened(desk_folder(rows))
    print(f"{platform.platform()}, Python {platform.python_version()}, Qt {PySide6.__version__}")
    print(f"{rows:,} contacts, {SIZE[0]} x {SIZE[1]}, worst of {rounds} rounds, milliseconds")
    with tempfile.TemporaryDirectory() as home:
        stand = PageStand(desk.workspace, desk.admin, Path(home))
        page = RecordsPage(stand.desk)
        page.resize(*SIZE)
        page.show()
        bench = Bench(page)
        run_until(lambda: page.face.table.count > 0)
        print(f"{'':<28} {'until shown':>12} {'worst gap':>10}")
        print(f"{'at rest':<28} {'':>12} {bench.rest(REST_S):>10.1f}")
        for name, step in loads(page).items():
            taken = [bench.load(step) for _ in range(rounds)]
            report(name, taken)
        first = page.face.table.ids[0]
        report("open a record", [bench.settle(lambda: page.open_record(first))])
        report("jump to the middle", [bench.settle(lambda: jump(page)) for _ in range(rounds)])
        stand.close()
    desk.workspace.close()


def report(name: str, taken: list[tuple[float, float]]) -> None:
    """One line."""
    print(f"{name:<28} {max(t for t, _ in taken):>12.0f} {max(g for _, g in taken):>10.1f}")


if __name__ == "__main__":
    main()
