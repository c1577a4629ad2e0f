"""Exports where the records are: asks what leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.started import StartedExports
from crmdesk.ui.records.defaults import NAME
from crmdesk.ui.records.table_face import TableFace

if TYPE_CHECKING:
    from crmdesk.ui.exports.dialog import ExportDialog


class ExportPart(QObject):
    """The exports of the Records page.

    Signals:
        failed: an error that the page has to show.
    """

    failed = Signal(object)

    def __init__(self, desk: Desk, face: TableFace, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._face, self._page = desk, face, page
        self._started = StartedExports(desk, page)
        self._started.failed.connect(self.failed)
        self.dialog: ExportDialog | None = None
        face.export_asked.connect(self.ask)

    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Export, where the person may and there is something in the table."""
        return {"export": self.ask} if self._face.exportable else {}

    @Slot()
    def ask(self) -> None:
        """Open the dialog for the table as it stands."""
        # Imported when it is wanted: the window opens sooner.
        from crmdesk.ui.exports.dialog import ExportDialog
        from crmdesk.ui.exports.scope import scopes_of

        own = self._face.object_type
        shown = [column.key for column in self._face.table.columns if column.key != NAME]
        names = [name for name in own.display_properties if name in own.by_name]
        dialog = ExportDialog(
            self._face.showing, scopes_of(self._face), [*names, *shown], self._page.window()
        )
        dialog.created.connect(self._started.follow)
        self.dialog = dialog
        dialog.open()
