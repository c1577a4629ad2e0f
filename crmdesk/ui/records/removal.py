"""Delete one record after asking, and bring it back from the toast that tells of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from crmdesk.core.changes.change_set import Change
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import message, sentence
from crmdesk.ui.records.dialogs import conflict_dialog, delete_dialog
from crmdesk.ui.records.showing import counted
from crmdesk.ui.widgets.dialog import Decision, DecisionDialog


class Removal(QObject):
    """Takes records to the recycle bin and back.

    Signals:
        written: the :class:`Change` of a write.
        link_asked: a link to show, e.g. the record that stands in the way.
    """

    written = Signal(object)
    link_asked = Signal(str)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self.dialog: DecisionDialog | None = None

    def delete(self, object_type: ObjectType, ids: Sequence[int], name: str) -> None:
        """Ask, then put records into the recycle bin; the toast can undo it."""
        days = self._desk.workspace.settings.number(None, "recycle_bin.days")
        dialog = delete_dialog(object_type, len(ids), name, days, self._window())
        dialog.decided.connect(partial(self._archive, dialog, object_type, list(ids), name))
        self._open(dialog)

    def restore(self, object_type: ObjectType, ids: Sequence[int], name: str) -> None:
        """Bring records back from the recycle bin; nothing is lost, so nothing is asked."""
        desk, own = self._desk, list(ids)

        def write() -> Change:
            return desk.workspace.editor.unarchive(desk.actor, object_type.name, own)

        def done(change: Change) -> None:
            self._told(self.tr("%1 restored"), object_type, change, name)

        desk.run_write(self, write, done, partial(self._not_restored, object_type))

    def _archive(
        self, dialog: DecisionDialog, object_type: ObjectType, ids: list[int], name: str
    ) -> None:
        desk = self._desk
        dialog.set_busy(self.tr("Deleting..."))

        def write() -> Change:
            return desk.workspace.editor.archive(desk.actor, object_type.name, ids)

        def done(change: Change) -> None:
            dialog.accept()
            undo = partial(self.restore, object_type, list(change.record_ids), name)
            text = self.tr("%1 deleted")
            self._told(text, object_type, change, name, self.tr("Undo"), undo)

        desk.run_write(dialog, write, done, lambda error: dialog.show_error(sentence(error)))

    def _told(
        self,
        text: str,
        object_type: ObjectType,
        change: Change,
        name: str,
        action: str = "",
        run: partial[None] | None = None,
    ) -> None:
        count = len(change.record_ids)
        title = text.replace("%1", counted(object_type, count))
        self.written.emit(change)
        self._desk.toast(title, name if count == 1 else "", action, run)

    def _not_restored(self, object_type: ObjectType, error: Exception) -> None:
        taken = isinstance(error, UserError) and error.code == "value_not_unique"
        if taken and isinstance(error, UserError):
            dialog = conflict_dialog(object_type, error.message, self._window())
            link = f"records/{object_type.name}/{error.values['record_id']}"
            dialog.decided.connect(partial(self.link_asked.emit, link))
        else:
            told = message(error)
            decision = Decision(
                title=self.tr("Restore from the recycle bin"),
                heading=self.tr("Not restored"),
                sentence=told.title,
                safe=self.tr("Close"),
                deed=self.tr("Go to the recycle bin"),
                icon="circle-alert",
            )
            dialog = DecisionDialog(decision, self._window())
            dialog.decided.connect(partial(self.link_asked.emit, "records/recycle-bin"))
        self._open(dialog)

    def _window(self) -> QWidget:
        return self._page.window()

    def _open(self, dialog: DecisionDialog) -> None:
        self.dialog = dialog
        dialog.open()
