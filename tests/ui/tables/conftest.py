"""Tables over rows in memory, shown for real."""

from __future__ import annotations

from array import array

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import UserError
from crmdesk.ui.queries import Queries
from crmdesk.ui.tables.cells import Align, Cell, Column, Lead, Row, RowAction, RowKind, TableQuery
from crmdesk.ui.tables.data_table import DataTable
from crmdesk.ui.theme.apply import apply_theme

COLUMNS = (
    Column("name", "Name", 200, stretch=True, least=120),
    Column("stage", "Stage", 120, sortable=False),
    Column("value", "Value", 100, rank=1, align=Align.END),
)


class People:
    """Ids from 1 on; "descending" turns them round; a filter keeps ids that are its multiples."""

    columns = COLUMNS

    def __init__(self, count: int) -> None:
        self.count = count
        self.broken = False
        self.gone: set[int] = set()
        self.unusable: set[int] = set()

    def ids(self, query: TableQuery) -> array[int]:
        if self.broken:
            raise UserError("busy", "A restore holds the database.", "Try again when it is done.")
        step = query.filter if isinstance(query.filter, int) else 1
        found = [n for n in range(1, self.count + 1) if n % step == 0]
        if query.sort is not None and query.sort.descending:
            found.reverse()
        return array("q", found)

    def rows(self, ids):
        return [self._row(row_id) for row_id in ids if row_id not in self.gone]

    def _row(self, row_id: int) -> Row:
        cells = {
            "name": Cell(f"Person {row_id}", avatar=f"Person {row_id}"),
            "value": Cell(f"{row_id:,}"),
        }
        if row_id in self.unusable:
            return Row(row_id, cells, RowKind.UNUSABLE, reason="Calculated")
        return Row(row_id, cells)


ACTIONS = (
    RowAction("restore", "Restore", "archive-restore", prominent=True),
    RowAction("pin", "Pin", reason="Only verified backups"),
    RowAction("delete", "Delete", "trash-2", danger=True, separated=True),
)


@pytest.fixture(autouse=True)
def look(qapp):
    assert isinstance(qapp, QApplication)
    apply_theme(qapp, "light")


@pytest.fixture
def people():
    return People(500)


@pytest.fixture
def queries(qapp):
    made = Queries()
    yield made
    assert made.shutdown(5.0)


@pytest.fixture
def table(qtbot, people, queries):
    """A table of 500 people with check boxes and row actions, loaded and in focus."""
    made = DataTable("Contacts", people, queries, lead=Lead.CHECK, actions_of=lambda _row: ACTIONS)
    qtbot.addWidget(made)
    made.resize(800, 400)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    with qtbot.waitSignal(made.counted):
        made.load()
    made.view.setFocus()
    return made
