"""Exports where the records are: asks what leaves, starts it, and offers the file when done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from crmdesk.core.exports.model import Export, ExportState
from crmdesk.core.jobs.job import Job, JobState
from crmdesk.ui import words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled, say
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
        self._mine: dict[str, str] = {}
        self.dialog: ExportDialog | None = None
        face.export_asked.connect(self.ask)
        desk.jobs.ended.connect(self._ended)

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
        dialog.created.connect(self._created)
        self.dialog = dialog
        dialog.open()

    def _created(self, found: Export) -> None:
        link = f"exports/{found.id}"
        show = say("Show it")
        if found.state is ExportState.PENDING_APPROVAL:
            text = filled(say("“%1” is made once a Super Admin approves it."), found.name)
            self._desk.toast(say("Waiting for approval"), text, show, lambda: self._desk.go(link))
            return
        if found.job_id is None:
            return
        self._mine[found.job_id] = found.id
        text = filled(say("“%1” goes on in the background."), found.name)
        self._desk.toast(say("Export started"), text, show, lambda: self._desk.go(link))
        self._desk.start_job(found.job_id)

    @Slot(object)
    def _ended(self, job: Job) -> None:
        export_id = self._mine.pop(job.id, None)
        if export_id is None:
            return
        desk = self._desk
        found = desk.workspace.exports.show(desk.actor, export_id)
        if job.state is not JobState.SUCCEEDED:
            why = "" if job.error is None else job.error.message
            title = say("Export cancelled" if job.state is JobState.CANCELLED else "Export failed")
            desk.toast(title, why or say("Nothing of it was kept."))
            return
        text = say("%Ln record{|s} in %1.", found.records or 0)
        desk.toast(
            say("Export finished"),
            filled(text, words.size(found.bytes)),
            say("Save a copy"),
            lambda: self._save(found),
        )

    def _save(self, found: Export) -> None:
        from crmdesk.ui.exports.saving import ExportSaving

        saving = ExportSaving(self._desk, self._page, from_list=False)
        saving.failed.connect(self.failed)
        saving.download(found)
