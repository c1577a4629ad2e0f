"""What is done with views of the log: each asks what it has to know, writes, and tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from crmdesk.core.audit.view_model import AuditView, AuditViewDefinition
from crmdesk.core.links import DeepLink
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.view_dialogs import (
    SharingDialog,
    is_everyone,
    remove_dialog,
    rename_dialog,
    save_as_dialog,
)
from crmdesk.ui.desk import Desk
from crmdesk.ui.messages import sentence
from crmdesk.ui.records.name_dialog import NameDialog
from crmdesk.ui.widgets.dialog import DecisionDialog

_ALL_LOGS = -1


class ViewDeeds(QObject):
    """Over the window of a page.

    Signals:
        written: the views changed; carries the id of the one to go to.
        failed: an error that the page has to show.
    """

    written = Signal(int)
    failed = Signal(object)

    def __init__(self, desk: Desk, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._page = desk, page
        self.dialog: DecisionDialog | None = None

    def save(self, view: AuditView, definition: AuditViewDefinition) -> None:
        """Let a view show something else from now on."""
        desk = self._desk
        self._write(lambda: desk.workspace.audit_views.save(desk.actor, view.id, definition), view)

    def save_as(self, definition: AuditViewDefinition) -> None:
        """Ask for a name, and keep filters under it."""
        desk, dialog = self._desk, save_as_dialog(self._page.window())

        def add(name: str, sharing: str) -> None:
            views, shared = desk.workspace.audit_views, is_everyone(sharing)
            self._write_from(
                dialog, lambda: views.save_as(desk.actor, name, definition, shared=shared)
            )

        dialog.named.connect(add)
        self._open(dialog)

    def clone(self, view: AuditView, definition: AuditViewDefinition) -> None:
        """Make a private copy, changes that were not saved included."""
        desk = self._desk
        self._desk.run_write(
            self,
            lambda: desk.workspace.audit_views.clone(desk.actor, view.id, definition),
            self.written.emit,
            self.failed.emit,
        )

    def rename(self, view: AuditView) -> None:
        """Ask for another name."""
        desk, dialog = self._desk, rename_dialog(view, self._page.window())

        def rename(name: str, _choice: str) -> None:
            def write() -> int:
                desk.workspace.audit_views.rename(desk.actor, view.id, name)
                return view.id

            self._write_from(dialog, write)

        dialog.named.connect(rename)
        self._open(dialog)

    def share(self, view: AuditView) -> None:
        """Ask who sees it."""
        desk, dialog = self._desk, SharingDialog(view, self._page.window())

        def share(everyone: bool) -> None:
            def write() -> int:
                desk.workspace.audit_views.share(desk.actor, view.id, everyone=everyone)
                return view.id

            self._write_from(dialog, write)

        dialog.answered.connect(share)
        self._open(dialog)

    def remove(self, view: AuditView, then: int = _ALL_LOGS) -> None:
        """Ask once more, and delete it.

        Args:
            then: the view to go to.
        """
        desk, dialog = self._desk, remove_dialog(view, self._page.window())

        def write() -> int:
            desk.workspace.audit_views.remove(desk.actor, view.id)
            return then

        dialog.decided.connect(lambda: self._write_from(dialog, write))
        self._open(dialog)

    def reorder(self, view_ids: Sequence[int], view: AuditView) -> None:
        """Put the views after the three into this order, for oneself alone."""
        desk, order = self._desk, list(view_ids)
        self._write(lambda: desk.workspace.audit_views.reorder(desk.actor, order), view)

    def copy_link(self, view: AuditView) -> None:
        """Put a link that opens the view as it was saved on the clipboard."""
        desk = self._desk
        link = DeepLink(desk.workspace.id, f"audit/view/{view.id}")
        QGuiApplication.clipboard().setText(str(link))
        text = say("It opens this view in CRM Desk.")
        if not view.shared:
            text = say("It opens this view for you alone, until you share it.")
        desk.toast(say("Link copied"), text)

    def _write(self, act: Callable[[], object], view: AuditView) -> None:
        self._desk.run_write(self, act, lambda _done: self.written.emit(view.id), self.failed.emit)

    def _write_from(self, dialog: NameDialog | DecisionDialog, write: Callable[[], int]) -> None:
        dialog.set_busy(self.tr("Saving..."))

        def done(view_id: int) -> None:
            dialog.accept()
            self.written.emit(view_id)

        self._desk.run_write(dialog, write, done, lambda e: dialog.show_error(sentence(e)))

    def _open(self, dialog: DecisionDialog) -> None:
        self.dialog = dialog
        dialog.open()
