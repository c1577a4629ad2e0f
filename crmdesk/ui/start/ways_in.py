"""The ways to an open workspace, and what is in the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from crmdesk.core.errors import UserError
from crmdesk.ui.frame.values import WorkspaceChoice
from crmdesk.ui.start.window import OpeningPage, StartWindow

if TYPE_CHECKING:
    from crmdesk.core.backup.rebuild import Rebuilt
    from crmdesk.ui.start.create import CreatePage
    from crmdesk.ui.start.restore import RestorePage
    from crmdesk.ui.start.steps import Begun
    from crmdesk.ui.start.trouble import RecoverPage

_SEEN_AT_LATEST_MS = 500

# Function, what takes its answer, what takes its error.
Run = Callable[[Callable[[], Any], Callable[[Any], object], Callable[[Exception], object]], None]


class WaysIn(QObject):
    """Shows the pages of the start window until a workspace is open.

    Args:
        start: the window.
        run: runs a function off the GUI thread, one after the other.
        leave: closes the workspace that is open, with its window.
        report: keeps what is needed to find a fault.

    Signals:
        opened: the workspace, as :class:`~crmdesk.ui.start.steps.Opened`.
        begun: a new workspace whose recovery key was kept, and whether to fill it.
    """

    opened = Signal(object)
    begun = Signal(object, bool)

    def __init__(
        self,
        start: StartWindow,
        run: Run,
        leave: Callable[[], object],
        report: Callable[[BaseException], object],
    ) -> None:
        super().__init__(start)
        self._start, self._run, self._leave, self._report = start, run, leave, report
        self._first_opened = False
        self.folder: Path | None = None
        # Where the way back from the welcome page leads.
        self._came_from: Path | None = None
        self._passphrase: str | None = None
        self.first_code: tuple[str, str] | None = None
        start.workspace_chosen.connect(lambda folder: self.open_folder(Path(folder)))
        start.other_wanted.connect(self.welcome)

    def begin(self, folder: Path | None = None) -> None:
        """Show the first window, then open a workspace: the named one, else the last one."""
        self._first_opened = False
        page = OpeningPage(self.tr("Opening the workspace"))
        # Whatever comes next imports a good deal, and the window would stay away meanwhile.
        page.seen.connect(partial(self._open_first, folder))
        QTimer.singleShot(_SEEN_AT_LATEST_MS, self, partial(self._open_first, folder))
        self._start.show_page(page)
        self._start.show()

    def _open_first(self, folder: Path | None) -> None:
        from crmdesk.core.known_workspaces import KnownWorkspaces

        if self._first_opened:
            return
        self._first_opened = True
        wanted = folder or KnownWorkspaces().last()
        if wanted is None:
            self.welcome()
        else:
            self.open_folder(wanted)

    def welcome(self) -> None:
        """Show the ways in."""
        from crmdesk.core.known_workspaces import KnownWorkspaces
        from crmdesk.ui.start.welcome import WelcomePage

        if self.folder is not None:
            self._came_from = self.folder
        self.folder = None
        if self._came_from is None:
            self._came_from = KnownWorkspaces().last()
        page = WelcomePage(back=self._came_from is not None)
        page.chosen.connect(self._choose_way)
        self._start.show_page(page)

    def open_folder(self, folder: Path, passphrase: str | None = None) -> None:
        """Open a workspace; whoever is in another one stays signed in there until it is open."""
        self._leave()
        self.folder, self._passphrase = folder, passphrase
        self._start.show_page(OpeningPage(self.tr("Opening the workspace")))
        self._start.show()
        self._run(
            lambda: steps().open_workspace(folder, passphrase), self.opened.emit, self._trouble
        )

    def _choose_way(self, way: str) -> None:
        if way in ("create", "sample"):
            self._create(sample=way == "sample")
        elif way == "welcome":
            self.welcome()
        elif way == "restore":
            self._restore()
        elif way == "back" and self._came_from is not None:
            self.open_folder(self._came_from)
        elif way == "again" and self.folder is not None:
            self.open_folder(self.folder, self._passphrase)
        elif way == "recover" and self.folder is not None:
            self._recover(self.folder)
        else:
            self._choose_folder(self._recover if way == "recover" else self.open_folder)

    def _choose_folder(self, then: Callable[[Path], object]) -> None:
        dialog = QFileDialog(self._start, self.tr("Choose the folder of a workspace"))
        dialog.setObjectName("choose_workspace")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: then(Path(path)))
        dialog.open()

    def _trouble(self, error: Exception) -> None:
        from crmdesk.ui.start.trouble import PassphrasePage, TroublePage

        folder = self.folder or Path()
        name = steps().name_of(folder)
        if isinstance(error, UserError) and error.code.startswith("keyring_passphrase"):
            asking = PassphrasePage(name, error)
            asking.sent.connect(lambda: self.open_folder(folder, asking.passphrase.text()))
            self._start.show_page(asking, self.choices())
            return
        if not isinstance(error, UserError):
            self._report(error)
        page = TroublePage(name, error)
        page.chosen.connect(self._choose_way)
        self._start.show_page(page, self.choices())

    # -- creating and recovering -------------------------------------------------------------
    def _create(self, *, sample: bool) -> None:
        from crmdesk.ui.start.create import CreatePage

        page = CreatePage(sample=sample)
        page.left.connect(self.welcome)
        page.sent.connect(lambda: self._send_create(page))
        self._start.show_page(page)

    def _send_create(self, page: CreatePage) -> None:
        wish = page.wish()
        page.set_busy(self.tr("Creating..."))
        self._run(
            lambda: steps().create(wish),
            lambda begun: self._keep_key(begun, sample=wish.sample),
            page.show_error,
        )

    def _keep_key(self, begun: Begun, *, sample: bool) -> None:
        from crmdesk.ui.start.recovery_key_page import RecoveryKeyPage

        self.folder = begun.opened.workspace.folder
        page = RecoveryKeyPage(begun.opened.workspace, begun.recovery_key)

        def confirm() -> None:
            page.set_busy(self.tr("Opening..."))
            self._run(
                lambda: steps().confirm_key(begun),
                lambda _nothing: self.begun.emit(begun, sample),
                page.show_error,
            )

        page.sent.connect(confirm)
        self._start.show_page(page)

    def _recover(self, folder: Path) -> None:
        from crmdesk.ui.start.trouble import RecoverPage

        self.folder = folder
        page = RecoverPage(steps().name_of(folder))
        page.left.connect(self.welcome)
        page.sent.connect(lambda: self._send_recover(folder, page))
        self._start.show_page(page)

    def _send_recover(self, folder: Path, page: RecoverPage) -> None:
        key, email, code = page.key.toPlainText(), page.email.text().strip(), page.code
        passphrase = page.passphrase_given
        page.set_busy(self.tr("Recovering..."))
        self._run(
            lambda: steps().recover(folder, key, email, code, passphrase),
            lambda _nothing: self.open_folder(folder, passphrase),
            page.show_error,
        )

    # -- restoring -----------------------------------------------------------------------------
    def _restore(self) -> None:
        from crmdesk.ui.start.restore import RestorePage

        page = RestorePage()
        page.left.connect(self.welcome)
        page.sent.connect(lambda: self._send_restore(page))
        self._start.show_page(page)

    def _send_restore(self, page: RestorePage) -> None:
        page.set_busy(self.tr("Checking the file..."))
        wish = page.wish()
        self._run(
            lambda: steps().restore(wish),
            lambda rebuilt: self._restored(rebuilt, wish.passphrase),
            page.show_error,
        )

    def _restored(self, rebuilt: Rebuilt, passphrase: str | None) -> None:
        from crmdesk.ui.start.restore import RestoredPage

        page = RestoredPage(rebuilt)

        def go_on() -> None:
            self.first_code = (rebuilt.email, rebuilt.one_time_code)
            self.open_folder(rebuilt.folder, passphrase)

        page.sent.connect(go_on)
        self._start.show_page(page)

    def take_first_code(self) -> tuple[str, str] | None:
        """E-mail and one-time code of whoever has just restored the workspace, once."""
        taken, self.first_code = self.first_code, None
        return taken

    def choices(self, opened: str = "") -> list[WorkspaceChoice]:
        """The known workspaces; the one in question is current.

        Args:
            opened: name of the one that is open. A demonstration is not remembered, and still
                has a name.
        """
        from crmdesk.core.known_workspaces import KnownWorkspaces

        known = {each.folder: each.name for each in KnownWorkspaces().list()}
        if opened and self.folder is not None:
            others = {folder: name for folder, name in known.items() if folder != self.folder}
            known = {self.folder: opened, **others}
        return [
            WorkspaceChoice(str(folder), name, str(folder), current=folder == self.folder)
            for folder, name in known.items()
        ]


def steps() -> Any:
    """The functions that need the core, which takes a third of a second to import."""
    from crmdesk.ui.start import steps as found

    return found
