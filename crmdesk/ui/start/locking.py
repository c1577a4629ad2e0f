"""The locked window: covered until its person gives the password."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from crmdesk.core.errors import NotSignedIn
from crmdesk.ui.start.window import StartWindow

if TYPE_CHECKING:
    from crmdesk.core.workspace import Workspace
    from crmdesk.ui.signed_in import SignedInWindow
    from crmdesk.ui.start.sign_in import LockedPage

Run = Callable[[Callable[[], Any], Callable[[Any], object], Callable[[Exception], object]], None]


class Lock(QObject):
    """Covers a signed-in window by the start window, with all its dialogs, and uncovers it.

    Args:
        app: whose windows are covered.
        start: the window that covers them.
        show_start: brings it to the front, in the place of what it covers.
        run: runs a function off the GUI thread, one after the other.

    Signals:
        lifted: the password was right; the window is in sight again.
        lost: the session is over; carries the error that says why.
        signed_out: the person chose to sign out instead.
    """

    lifted = Signal()
    lost = Signal(object)
    signed_out = Signal()

    def __init__(
        self, app: QApplication, start: StartWindow, show_start: Callable[[], object], run: Run
    ) -> None:
        super().__init__(start)
        self._app, self._start, self._show_start, self._run = app, start, show_start, run
        self._covered: list[QWidget] = []

    @property
    def locked(self) -> bool:
        """Whether a window is covered now."""
        return bool(self._covered)

    def cover(self, window: SignedInWindow, workspace: Workspace) -> None:
        """Lock a session, and show nothing of its window."""
        actor = window.desk.actor
        self._cover(window, workspace)
        self._run(lambda: workspace.sign_in.lock(actor), lambda _nothing: None, self.lost.emit)

    def give_up(self, window: SignedInWindow | None) -> None:
        """Close the dialogs that are covered; the window itself is closed by its owner."""
        for widget in self._covered:
            if widget is not (window.window if window else None):
                widget.close()
        self._covered = []

    def _cover(self, window: SignedInWindow, workspace: Workspace) -> None:
        from crmdesk.ui.start.sign_in import LockedPage

        actor = window.desk.actor
        page = LockedPage(workspace.file.name, actor.full_name, actor.email)
        page.sent.connect(lambda: self._unlock(page, window, workspace))
        page.signed_out.connect(self.signed_out)
        self._start.setGeometry(window.window.geometry())
        self._start.show_page(page)
        self._show_start()
        # Dialogs are windows of their own and would go on showing what they show.
        for widget in self._app.topLevelWidgets():
            if widget is self._start or not widget.isVisible():
                continue
            if isinstance(widget, QMenu):
                widget.close()
            elif isinstance(widget, QDialog) or widget is window.window:
                self._covered.append(widget)
        for widget in self._covered:
            widget.hide()

    def _unlock(self, page: LockedPage, window: SignedInWindow, workspace: Workspace) -> None:
        actor, password = window.desk.actor, page.password.text()
        page.set_busy(self.tr("Unlocking..."))

        def failed(error: Exception) -> None:
            if isinstance(error, NotSignedIn) and error.code == "session_ended":
                self.lost.emit(error)
            else:
                page.show_error(error)

        self._run(
            lambda: workspace.sign_in.unlock(actor, password),
            lambda _nothing: self._uncover(),
            failed,
        )

    def _uncover(self) -> None:
        covered, self._covered = self._covered, []
        for widget in sorted(covered, key=lambda each: isinstance(each, QDialog)):
            widget.show()
        self._start.hide()
        self.lifted.emit()
