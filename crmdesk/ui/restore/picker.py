"""The list of backups one can restore from; unusable ones say why."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.restore.model import RestoreSource
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.restore.roomy_list import roomy_list
from crmdesk.ui.restore.words import source_reason
from crmdesk.ui.tables.cells import (
    Align,
    Cell,
    Column,
    Lead,
    Row,
    RowAction,
    RowHeight,
    RowKind,
    Tone,
)
from crmdesk.ui.tables.header import HEADER_HEIGHT
from crmdesk.ui.theme.apply import px

_ANY_HEIGHT = 16_777_215


class BackupPicker(QWidget):
    """Backups, newest first.

    Signals:
        chosen: reference of the usable backup that was pressed.
    """

    chosen = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._sources: list[RestoreSource] = []
        self._source, self.table = roomy_list(
            self,
            desk,
            self.tr("Backups to restore from"),
            self._columns(),
            self._actions_of,
            Lead.ICON,
        )
        self.table.opened.connect(self._choose)
        self.table.counted.connect(self.table.begin_at_first_row)
        self.table.action_chosen.connect(self._act)

    def _columns(self) -> tuple[Column, ...]:
        return (
            Column("as_of", self.tr("Data as of"), 300, sortable=False, stretch=True, least=200),
            Column("check", self.tr("Check"), 150, sortable=False),
            Column("rows", self.tr("Rows"), 110, rank=2, align=Align.END, sortable=False),
            Column("size", self.tr("Size"), 110, rank=1, align=Align.END, sortable=False),
            Column("room", "", 160, rank=3, sortable=False),
        )

    def fit(self, rows: int) -> None:
        """Be no higher than so many rows, so that what follows stands below them; 0: any height."""
        high = px(HEADER_HEIGHT) + rows * px(RowHeight.ROOMY)
        self.setMaximumHeight(high if rows else _ANY_HEIGHT)

    @property
    def usable(self) -> int:
        """How many can be restored from."""
        return sum(source.usable for source in self._sources)

    def show_sources(self, sources: Sequence[RestoreSource]) -> None:
        """Show these backups."""
        self._sources = list(sources)
        self._source.replace(self._row(n, source) for n, source in enumerate(sources))
        self.table.refresh()

    def _row(self, number: int, source: RestoreSource) -> Row:
        at = source.snapshot_at or source.created_at
        cells = {"as_of": Cell(self._desk.stamp(at), source.created_by)}
        if not source.usable:
            unusable = {"as_of": Cell(self._desk.stamp(at))}
            reason = source_reason(source.reason)
            return Row(number, unusable, RowKind.UNUSABLE, icon="archive-x", reason=reason)
        verified = source.verified_at is not None
        cells |= {
            "check": Cell(
                self.tr("Verified") if verified else self.tr("Not verified"),
                badge=Tone.OK if verified else Tone.NEUTRAL,
                icon="shield-check" if verified else "shield",
            ),
            "rows": Cell(words.number(source.records)),
            "size": Cell(words.size(source.bytes)),
        }
        return Row(number, cells, icon="archive", icon_tone=Tone.INFO)

    def _actions_of(self, row: Row) -> Sequence[RowAction]:
        if not row.usable:
            return ()
        text = self.tr("Choose data")
        return (RowAction("choose", text, "archive-restore", prominent=True),)

    @Slot(str, object)
    def _act(self, _key: str, row_id: int) -> None:
        self._choose(row_id)

    @Slot(object)
    def _choose(self, row_id: int) -> None:
        source = self._sources[row_id]
        if source.usable:
            self.chosen.emit(source.reference)
