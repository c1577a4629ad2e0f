"""Merging on the page: the dialogs, and what the page is told when two records are one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.changes.change_set import Change
from crmdesk.core.records.merges import Merged
from crmdesk.core.records.record import Record
from crmdesk.ui.desk import Desk
from crmdesk.ui.records.merging import MergeDialog, MergeWithDialog, merge_toast, take_back
from crmdesk.ui.records.showing import Showing


class MergePart(QObject):
    """Opens the dialogs of merging.

    Args:
        desk: the services.
        showing: the object on show.
        may_leave: whether an edit is in the way, which is then said.
        page: the page; dialogs open over its window.

    Signals:
        merged: the :class:`Change`, and the id of the record that is left.
    """

    merged = Signal(object, int)

    def __init__(
        self,
        desk: Desk,
        showing: Callable[[], Showing],
        may_leave: Callable[[], bool],
        page: QWidget,
    ) -> None:
        super().__init__(page)
        self._desk, self._showing, self._may_leave, self._page = desk, showing, may_leave, page

    def merge_one(self, record: Record | None) -> None:
        """Ask which record another one is merged with, then how."""
        if record is None or not self._may_leave():
            return
        showing = self._showing()
        name = showing.name(record.values)
        dialog = MergeWithDialog(showing, record.id, name, self._page.window())
        dialog.chosen.connect(lambda other: self.merge([record.id, other]))
        dialog.open()

    def merge(self, ids: Sequence[int]) -> None:
        """Show two records side by side and merge them."""
        if len(ids) == 2 and self._may_leave():
            dialog = MergeDialog(self._showing(), ids[0], ids[1], self._page.window())
            dialog.merged.connect(self._done)
            dialog.open()

    def take_back(self, change_id: int) -> None:
        """Undo a merge, unless an edit is in the way."""
        if self._may_leave():
            take_back(self._desk, change_id, self._page)

    def _done(self, merged: Merged) -> None:
        merge_toast(self._desk, merged, self._page)
        change = Change(merged.object_type, (merged.winner_id, merged.loser_id))
        self.merged.emit(change, merged.winner_id)
