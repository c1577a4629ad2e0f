"""The program's window: which page or window is in sight, and how one leads to the next.

The first window needs no core, no database and no keyring to be painted; these are imported by
the first function that needs them, off the GUI thread.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QApplication

from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.core.files.presence import typed_path
from crmdesk.ui.doorway import Doorway, shown_elsewhere
from crmdesk.ui.garbage import GarbageCollection
from crmdesk.ui.language import install_language
from crmdesk.ui.look import Look
from crmdesk.ui.queries import Queries
from crmdesk.ui.start.locking import Lock
from crmdesk.ui.start.ways_in import WaysIn, steps
from crmdesk.ui.start.window import OpeningPage, StartWindow
from crmdesk.ui.viewing import Viewing
from crmdesk.ui.window_state import WindowState

if TYPE_CHECKING:
    from crmdesk.core.access.actor import Actor
    from crmdesk.core.jobs.job import Job
    from crmdesk.core.workspace import Workspace
    from crmdesk.ui.signed_in import SignedInWindow
    from crmdesk.ui.start.sign_in import NewPasswordPage, SignInPage
    from crmdesk.ui.start.steps import Begun, Opened

_CLOSE_WAITS_S = 5.0


class Application(QObject):
    """Leads from the first window to a signed-in one, and back.

    Args:
        app: the one Qt application.
        settings: what is remembered on this computer.
        start_job: starts a worker; the usual process unless said otherwise.
    """

    def __init__(
        self,
        app: QApplication,
        settings: QSettings,
        start_job: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(app)
        self._app, self._start_job = app, start_job
        self.state, self.look = WindowState(settings), Look(app, settings)
        self._queries = Queries(self)
        self._opened: Opened | None = None
        self.signed_in: SignedInWindow | None = None
        self.doorway = Doorway(self._go, self)
        self._over = False
        self.start = StartWindow(self.state)
        self._lock = Lock(app, self.start, self._show_start, self._run)
        self._lock.lifted.connect(self._unlocked)
        self._lock.lost.connect(self._session_lost)
        self._lock.signed_out.connect(self.sign_out)
        self.viewing = Viewing(self, self._window_of, self._run)
        self._ways = WaysIn(self.start, self._run, self._close_workspace, report)
        self._ways.opened.connect(self._workspace_open)
        self._ways.begun.connect(self._first_entry)
        self.start.closed.connect(self._start_closed)

    def begin(self, folder: Path | None = None) -> None:
        """Show the first window, then open a workspace: the named one, else the last one."""
        self._ways.begin(folder)

    def _workspace_open(self, opened: Opened) -> None:
        self._opened = opened
        first = self._ways.take_first_code()
        if first is not None:
            self._choose_password(*first)
            self._show_start()
        elif opened.actor is not None:
            self._enter(opened.actor, opened.interrupted)
        else:
            reason = "" if opened.refusal is None else self._why(opened.refusal)
            self.sign_in_page(reason)

    def _first_entry(self, begun: Begun, sample: bool) -> None:
        from crmdesk.ui.access.enrolment_dialog import EnrolmentDialog

        self._opened = begun.opened
        assert begun.opened.actor is not None  # noqa: S101 - create() signs in
        window = self._enter(begun.opened.actor)
        if sample:
            from crmdesk.ui.start.sample import SampleFiller

            SampleFiller(window.desk, window).start()
        EnrolmentDialog(window.desk, window.window).open()

    # -- signing in and out ------------------------------------------------------------------
    def sign_in_page(self, reason: str = "") -> None:
        """Ask who is there."""
        from crmdesk.ui.start.sign_in import SignInPage

        opened = self._require_open()
        workspace = opened.workspace
        page = SignInPage(
            workspace.file.name,
            str(workspace.folder),
            opened.email,
            workspace.settings.number(None, "session.absolute_hours"),
            reason,
        )
        page.sent.connect(lambda: self._send_sign_in(page))
        self.start.show_page(page, self._ways.choices())
        self._show_start()

    def _send_sign_in(self, page: SignInPage) -> None:
        opened = self._require_open()
        email, password, code = page.email.text().strip(), page.password.text(), page.code
        stay = page.stay.is_checked()
        page.set_busy(self.tr("Signing in..."))

        def failed(error: Exception) -> None:
            if isinstance(error, NotSignedIn) and error.code == "password_to_set":
                self._choose_password(email, password)
            else:
                page.show_error(error)

        self._run(
            lambda: steps().sign_in(opened, email, password, code, stay=stay),
            lambda actor: self._enter(actor, opened.interrupted),
            failed,
        )

    def _choose_password(self, email: str, one_time_code: str) -> None:
        from crmdesk.ui.start.sign_in import NewPasswordPage

        opened = self._require_open()
        page = NewPasswordPage(opened.workspace.file.name, email)
        page.left.connect(self.sign_in_page)
        page.sent.connect(lambda: self._send_password(page, email, one_time_code))
        self.start.show_page(page, self._ways.choices())

    def _send_password(self, page: NewPasswordPage, email: str, one_time_code: str) -> None:
        opened, new = self._require_open(), page.pair.text()
        page.set_busy(self.tr("Setting the password..."))
        self._run(
            lambda: steps().set_first_password(opened, email, one_time_code, new),
            self._enter,
            page.show_error,
        )

    def _enter(self, actor: Actor, interrupted: Sequence[Job] = ()) -> SignedInWindow:
        opened = self._require_open()
        window = self._window_of(opened.workspace, actor)
        self._over = False
        self.signed_in = window
        window.signed_out.connect(self.sign_out)
        window.view_wanted.connect(lambda email: self.viewing.begin(window, email))
        window.closed.connect(self._window_closed)
        window.window.show()
        self.start.hide()
        window.start()
        window.tell_interrupted(interrupted)
        self.doorway.enter(opened.workspace.file.id)
        return window

    def _window_of(self, workspace: Workspace, actor: Actor) -> SignedInWindow:
        from crmdesk.ui.signed_in import SignedInWindow

        choices = self._ways.choices(workspace.file.name)
        window = SignedInWindow(
            workspace, actor, self.state, self.look, choices, self, self._start_job
        )
        window.session_over.connect(self._session_over)
        window.idle.connect(self.lock)
        window.workspace_wanted.connect(self._switch)
        return window

    def sign_out(self) -> None:
        """End the session and ask who is next."""
        opened, window = self._require_open(), self.signed_in
        if window is None:
            return
        actor = window.desk.actor
        self._leave()
        self.start.show_page(OpeningPage(self.tr("Signing out")))
        self._show_start()
        self._run(
            lambda: steps().sign_out(opened, actor),
            lambda _nothing: self.sign_in_page(),
            lambda _error: self.sign_in_page(),
        )

    # -- locking -----------------------------------------------------------------------------
    def lock(self) -> None:
        """Cover the window until its person gives the password."""
        self.viewing.stop()
        window, opened = self.signed_in, self._opened
        if window is not None and opened is not None and not self._lock.locked:
            window.rest()
            self._lock.cover(window, opened.workspace)

    def _unlocked(self) -> None:
        self._over = False
        if self.signed_in is not None:
            self.signed_in.start()
            self.signed_in.window.refresh()
            self.doorway.go_on()

    def _session_over(self, error: NotSignedIn) -> None:
        """A call was refused: idle for too long can be unlocked, anything else is over."""
        if error.code == "session_ended" and not self._over:
            self._over = True
            self.lock()
        else:
            self._session_lost(error)

    def _session_lost(self, error: Exception) -> None:
        if self.signed_in is None:
            return
        self._leave()
        self.sign_in_page(self._why(error))

    def _why(self, error: Exception) -> str:
        if isinstance(error, UserError) and error.code == "session_ended":
            return self.tr("The session was ended elsewhere, or lasted as long as it may.")
        if isinstance(error, UserError):
            return error.message
        return self.tr("The session could not go on.")

    def _go(self, place: str) -> bool:
        """Show a place in the window and bring it to the front; False while nobody is in it."""
        window = self.signed_in
        if window is None or self._lock.locked:
            self.start.activateWindow()
            return False
        self.viewing.stop()
        window.window.show()
        window.window.raise_()
        window.window.activateWindow()
        if not window.go(place):
            text = self.tr("Somebody with other rights made it, or it is of another version.")
            window.desk.toast(self.tr("This link leads to nothing you can see"), text)
        return True

    # -- leaving -----------------------------------------------------------------------------
    def _switch(self, folder: str) -> None:
        if not folder:
            self._close_workspace()
            self._show_start()
            self._ways.welcome()
        elif self._opened is None or Path(folder) != self._opened.workspace.folder:
            self._ways.open_folder(Path(folder))

    def _leave(self) -> None:
        """Take the signed-in window away; the workspace stays open."""
        self.viewing.stop()
        window, self.signed_in = self.signed_in, None
        self.doorway.leave()
        self._show_start()
        self._lock.give_up(window)
        if window is not None:
            window.leaving.free = True
            window.window.close()
            window.window.deleteLater()
            window.deleteLater()

    def _close_workspace(self) -> None:
        self._leave()
        opened, self._opened = self._opened, None
        if opened is not None:
            self._queries.run_write(
                self, lambda: steps().close(opened), lambda _nothing: None, report
            )

    def _show_start(self) -> None:
        if self.signed_in is not None and self.signed_in.window.isVisible():
            self.start.setGeometry(self.signed_in.window.geometry())
        self.start.show()
        self.start.activateWindow()

    def _window_closed(self) -> None:
        if self.signed_in is not None:
            self.signed_in = None
            self.quit()

    def _start_closed(self) -> None:
        if self.signed_in is not None:
            # Closing the locked page closes what it covers.
            self._leave()
        self.quit()

    def quit(self) -> None:
        """Close the workspace, end the threads, and leave."""
        opened, self._opened = self._opened, None
        if opened is not None:
            self._queries.run_write(
                self, lambda: steps().close(opened), lambda _nothing: None, report
            )
        self._queries.shutdown(_CLOSE_WAITS_S)
        self.start.hide()
        self._app.quit()

    # -- within ------------------------------------------------------------------------------
    def handle(self, error: BaseException) -> None:
        """Tell of an error nobody caught: known ones as a sentence, the rest as a fault."""
        window = self.signed_in
        if isinstance(error, NotSignedIn) and window is not None:
            self._session_over(error)
            return
        if not isinstance(error, UserError):
            report(error)
        if isinstance(error, Exception):
            from crmdesk.ui.tell import tell

            tell(error, self.start if window is None else window.window)

    def _run(
        self,
        function: Callable[[], Any],
        done: Callable[[Any], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """Ask the core off the GUI thread, one thing after the other."""
        self._queries.run_write(self, function, done, failed)

    def _require_open(self) -> Opened:
        if self._opened is None:
            raise UserError("workspace_closed", self.tr("No workspace is open."))
        return self._opened


def report(error: BaseException) -> None:
    """Keep what is needed to find a fault, without anybody's values."""
    from crmdesk.core.crash_log import write_crash_log

    write_crash_log(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Open the window.

    Args:
        argv: the command line; ``--workspace FOLDER`` opens that one, ``--place PLACE`` shows a
            place in it, in the window that is open already if there is one.

    Returns:
        The exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    app = QApplication.instance() or QApplication(["crmdesk"])
    assert isinstance(app, QApplication)  # noqa: S101 - for the type checker
    app.setApplicationName("crmdesk")
    app.setApplicationDisplayName("CRM Desk")
    app.setDesktopFileName("crmdesk")
    folder, place = _named_folder(arguments), _named_place(arguments)
    if folder is not None and place and shown_elsewhere(folder, place):
        return 0
    GarbageCollection(app)
    install_language(app)
    application = Application(app, QSettings("crmdesk", "crmdesk"))
    application.look.apply()
    application.doorway.place = place
    application.begin(folder)
    usual = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
        usual(kind, error, trace)
        application.handle(error)

    sys.excepthook = hook
    return app.exec()


def _named_folder(arguments: Sequence[str]) -> Path | None:
    for at, word in enumerate(arguments):
        if word in ("--workspace", "-w") and at + 1 < len(arguments):
            return typed_path(arguments[at + 1])
        if word.startswith("--workspace="):
            return typed_path(word.partition("=")[2])
    return None


def _named_place(arguments: Sequence[str]) -> str:
    at = arguments.index("--place") if "--place" in arguments else len(arguments)
    return "".join(arguments[at + 1 : at + 2])
