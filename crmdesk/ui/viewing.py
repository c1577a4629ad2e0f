"""Looking as another user would: a second window in the place of one's own, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

from crmdesk.ui.start.ways_in import Run
from crmdesk.ui.widgets.banner import Banner, BannerTone

if TYPE_CHECKING:
    from crmdesk.core.access.actor import Actor
    from crmdesk.core.workspace import Workspace
    from crmdesk.ui.signed_in import SignedInWindow

Enter = Callable[["Workspace", "Actor"], "SignedInWindow"]


class ViewingBanner(Banner):
    """The line that stays under the tabs for as long as one looks as somebody else."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        say = QCoreApplication.translate
        super().__init__(
            BannerTone.WARN,
            say("ViewingBanner", "You see CRM Desk as %1").replace("%1", name),
            say(
                "ViewingBanner",
                "Nothing can be changed or started. The log has when you began.",
            ),
            say("ViewingBanner", "Stop viewing"),
            icon="eye",
            parent=parent,
        )
        self.setObjectName("viewing_banner")
        self.button.setObjectName("stop_viewing")
        self.become_strip()


class Viewing(QObject):
    """Leads from one's own window to that of another user, and back.

    One's own window is hidden and goes on: it notices that nobody is there, has mail sent, and
    keeps the session alive.

    Args:
        parent: the application.
        enter: makes a window of a workspace for an actor.
        run: runs a function off the GUI thread, one after the other.
    """

    def __init__(self, parent: QObject, enter: Enter, run: Run) -> None:
        super().__init__(parent)
        self._enter, self._run = enter, run
        self._own: SignedInWindow | None = None
        self._asked: object | None = None
        self.shown: SignedInWindow | None = None

    def begin(self, own: SignedInWindow, email: str) -> None:
        """Show the window of another user in the place of one's own."""
        from crmdesk.core.viewed_workspace import ViewedWorkspace

        usual, viewer = own.desk.workspace, own.desk.actor
        asked = self._asked = object()

        def begun() -> tuple[Workspace, Actor]:
            actor = usual.viewing.start(viewer, email)
            return ViewedWorkspace(usual, actor), actor

        def show(answer: tuple[Workspace, Actor]) -> None:
            if self._asked is asked:
                self._asked = None
                self._show(own, *answer)
            else:
                # Locked or left meanwhile, or asked for another user: that one ends this looking.
                self._run(answer[0].close, lambda _nothing: None, lambda _error: None)

        def failed(error: Exception) -> None:
            if self._asked is asked:
                own.tell(error)

        self._run(begun, show, failed)

    def _show(self, own: SignedInWindow, workspace: Workspace, actor: Actor) -> None:
        window = self._enter(workspace, actor)
        self._own, self.shown = own, window
        window.viewing_stopped.connect(self.stop)
        window.closed.connect(self.stop)
        window.window.setGeometry(own.window.geometry())
        window.window.show()
        own.window.hide()
        window.start()

    def stop(self) -> None:
        """Show one's own window again, and close the other; nothing where there is none."""
        own, window = self._own, self.shown
        self._own = self.shown = self._asked = None
        if own is None or window is None:
            return
        viewed, usual, viewer = window.desk.workspace, own.desk.workspace, own.desk.actor
        own.window.setGeometry(window.window.geometry())
        own.window.show()
        own.window.activateWindow()
        window.rest()
        window.window.close()
        window.window.deleteLater()
        window.deleteLater()

        def ended() -> None:
            viewed.close()
            usual.viewing.stop(viewer)

        # One whose session is over has ended it by that; the next start of the program logs it.
        self._run(ended, lambda _nothing: None, lambda _error: None)
