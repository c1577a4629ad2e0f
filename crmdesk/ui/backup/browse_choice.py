"""Records ticked while a backup is browsed: they stay chosen from page to page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from crmdesk.core.backup.browsed import BrowsedRow
from crmdesk.ui.tables.data_table import DataTable


class RecordChoice(QObject):
    """The ticks of a table that shows one page at a time.

    Signals:
        changed: how many records are chosen now.
    """

    changed = Signal(int)

    def __init__(self, table: DataTable) -> None:
        super().__init__(table)
        self._table = table
        self._rows: dict[int, int] = {}
        self._chosen: dict[int, int] = {}
        self._turning = False
        table.ticks_changed.connect(self._take)
        table.counted.connect(self._tick_again)

    @property
    def record_ids(self) -> tuple[int, ...]:
        """Ids of the chosen records, in the order of the file."""
        return tuple(self._chosen[row] for row in sorted(self._chosen))

    def clear(self) -> None:
        """Choose nothing: other records are looked at."""
        self._chosen.clear()
        self._rows.clear()
        self.changed.emit(0)

    def turn(self, rows: Sequence[BrowsedRow]) -> None:
        """Another page comes into sight; call it before the table reads it."""
        self._turning = True
        self._rows = {
            row.row: int(row.record_id)
            for row in rows
            if row.record_id is not None and row.record_id.isdigit() and not row.damaged
        }

    @Slot(object)
    def _tick_again(self, _count: object) -> None:
        if not self._turning:
            return
        self._table.ticks.clear()
        self._table.ticks.put([row for row in self._rows if row in self._chosen], True)
        self._table.view.announce_ticks()
        self._turning = False

    @Slot(object)
    def _take(self, _count: object) -> None:
        if self._turning:
            return
        ticks = self._table.ticks
        for row, record_id in self._rows.items():
            if row in ticks:
                self._chosen[row] = record_id
            else:
                self._chosen.pop(row, None)
        self.changed.emit(len(self._chosen))
