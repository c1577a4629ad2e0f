"""Scrolling a table: time per frame over millions of ids, and time to show a new list.

    python benchmarks/scroll.py [ROWS] [FRAMES]

Frames are painted by the software painter into the window's own store: what is measured is
our work per frame, not the display's, in processor time, since other programs share the machine.
Every frame is painted whole; a real scroll bar moves the old picture and paints less. Three
walks: wheel (3 rows a step), page by page, and jumps to random places, where no page of rows
is ever found in the cache.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import PySide6
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from crmdesk.ui.tables.cells import Align, Cell, Column, Lead, Row, RowAction, TableQuery, Tone
from crmdesk.ui.tables.model import PagedModel
from crmdesk.ui.tables.view import RowTable
from crmdesk.ui.theme.apply import apply_theme

ROWS = 10_000_000
FRAMES = 600
SIZE = (1048, 620)
STAGES = (("Customer", Tone.OK), ("Lead", Tone.INFO), ("Opportunity", Tone.WARN))
ACTIONS = (RowAction("edit", "Edit contact"),)


class Numbers:
    """Rows made from their id, as cheap as a read by id can be."""

    columns = (
        Column("name", "Name", 200, stretch=True),
        Column("company", "Company", 160),
        Column("stage", "Stage", 130),
        Column("owner", "Owner", 120),
        Column("value", "Value", 100, align=Align.END),
        Column("modified", "Last modified", 130),
    )

    def ids(self, _query: TableQuery) -> array[int]:
        return array("q", range(ROWS))

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        return [self._row(row_id) for row_id in ids]

    @staticmethod
    def _row(row_id: int) -> Row:
        stage, tone = STAGES[row_id % 3]
        name = f"Person {row_id:,}"
        return Row(
            row_id,
            {
                "name": Cell(name, avatar=f"{row_id % 97} Person"),
                "company": Cell(f"Company {row_id % 4001}"),
                "stage": Cell(stage, badge=tone),
                "owner": Cell("Sanne de Vries"),
                "value": Cell(f"{row_id % 90_000:,}"),
                "modified": Cell("20 Nov 2026", quiet=True),
            },
        )


def frames(table: RowTable, places: Iterator[int], count: int) -> list[float]:
    """Milliseconds per frame: move the scroll bar, paint what that leaves to paint."""
    bar, viewport, taken = table.verticalScrollBar(), table.viewport(), []
    for _ in range(count):
        place = next(places)
        begun = time.thread_time()
        bar.setValue(place)
        viewport.repaint()
        taken.append((time.thread_time() - begun) * 1000)
    return taken


def walk(step: int) -> Iterator[int]:
    place = 0
    while True:
        place = (place + step) % max(1, ROWS - 100)
        yield place


def jumps() -> Iterator[int]:
    chance = random.Random(7)
    while True:
        yield chance.randrange(max(1, ROWS - 100))


def tell(name: str, taken: Sequence[float]) -> None:
    ordered = sorted(taken)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)]
    print(f"{name:<28} median {at[0]:6.2f} ms   p99 {at[1]:6.2f} ms   worst {ordered[-1]:6.2f} ms")


def reset(app: QApplication, table: RowTable, model: PagedModel, ids: array[int]) -> float:
    """Milliseconds to put a whole new list in place and paint it."""
    begun = time.thread_time()
    model.set_ids(ids)
    app.sendPostedEvents()
    table.viewport().repaint()
    return (time.thread_time() - begun) * 1000


def main() -> None:
    global ROWS  # noqa: PLW0603 - the one knob of a script
    ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    count = int(sys.argv[2]) if len(sys.argv) > 2 else FRAMES
    app = QApplication(sys.argv[:1])
    apply_theme(app, "light")
    source = Numbers()
    model = PagedModel(source)
    table = RowTable(model, lead=Lead.CHECK, actions_of=lambda _row: ACTIONS)
    table.resize(*SIZE)
    table.show()
    if not QTest.qWaitForWindowExposed(table):
        raise SystemExit("the window was never exposed, so nothing would be painted")
    ids = source.ids(TableQuery())
    print(f"{platform.platform()}, Python {platform.python_version()}, Qt {PySide6.__version__}")
    print(f"{ROWS:,} rows, {len(source.columns)} columns, {SIZE[0]} x {SIZE[1]}, {count} frames")
    resets = [reset(app, table, model, ids) for _ in range(9)]
    print(f"{'new list and paint':<28} median {statistics.median(resets):6.2f} ms")
    walks: dict[str, Callable[[], Iterator[int]]] = {
        "wheel, 3 rows a step": lambda: walk(3),
        "page by page": lambda: walk(16),
        "jumps, nothing cached": jumps,
    }
    for name, make in walks.items():
        frames(table, make(), 20)
        tell(name, frames(table, make(), count))


if __name__ == "__main__":
    main()
