"""The window of one signed-in person: its pages, and everything that keeps it fresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from crmdesk.core.access.actor import Actor, SignInType
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import NotSignedIn
from crmdesk.core.jobs.job import Job
from crmdesk.core.workspace import Workspace
from crmdesk.ui.actions import Actions, ActionSpec, MenuName
from crmdesk.ui.desk import Desk, Ways
from crmdesk.ui.drill_watch import DrillWatch
from crmdesk.ui.frame.page import Page
from crmdesk.ui.frame.values import (
    Account,
    FrameContent,
    FrameHooks,
    PaletteSource,
    Tab,
    WorkspaceChoice,
)
from crmdesk.ui.frame_feed import FrameFeed
from crmdesk.ui.idle import IdleWatch
from crmdesk.ui.job_words import job_name
from crmdesk.ui.jobs import JobWatcher
from crmdesk.ui.leaving import Leaving
from crmdesk.ui.lock_notice import LockNotice, LockWatch
from crmdesk.ui.long_lived import LongLived
from crmdesk.ui.look import Look
from crmdesk.ui.mail_watch import MailWatch
from crmdesk.ui.main_window import MainWindow
from crmdesk.ui.queries import Queries
from crmdesk.ui.seal_watch import SealWatch
from crmdesk.ui.tell import tell
from crmdesk.ui.window_state import WindowState

# The first word of a link, and the tab that opens it.
_TABS_OF_LINKS = {
    "records": "records",
    "backups": "backup",
    "backup": "backup",
    "restore": "restore",
    "restores": "restore",
    "exports": "transfer",
    "imports": "transfer",
    "import": "transfer",
    "audit": "audit",
    "settings": "settings",
}


class SignedInWindow(QObject):
    """Puts the main window together and takes it apart.

    Signals:
        signed_out: the person asked to sign out.
        session_over: the session ended, was locked, or lasted too long.
        idle: nobody was there for as long as the workspace allows.
        workspace_wanted: key of another workspace, or empty for choosing one.
        view_wanted: e-mail address of a user as whom to look.
        viewing_stopped: enough was seen as another user.
        closed: the window is gone.
    """

    signed_out = Signal()
    session_over = Signal(object)
    idle = Signal()
    workspace_wanted = Signal(str)
    view_wanted = Signal(str)
    viewing_stopped = Signal()
    closed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        actor: Actor,
        state: WindowState,
        look: Look,
        workspaces: Sequence[WorkspaceChoice],
        parent: QObject | None = None,
        start_job: Callable[[str], object] | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace, self._actor, self._look = workspace, actor, look
        self._choices = workspaces
        self._over = False
        self.queries = Queries(self, workspace.database.can_write)
        self._actions = Actions()
        self.jobs = JobWatcher(workspace, actor, self.queries, start_job, self)
        self.desk = Desk(
            workspace=workspace,
            actor=actor,
            queries=self.queries,
            jobs=self.jobs,
            state=state,
            actions=self._actions,
            ways=self._ways(),
        )
        self.window = MainWindow(self._content(), self._actions, self.queries, state)
        self.leaving = Leaving(self.window, self.queries)
        self.feed = FrameFeed(self.desk, self.window)
        self.lock_notice = LockNotice(self.desk)
        self.window.show_above_pages(self.lock_notice)
        if actor.viewer is not None:
            self._show_viewing(actor.full_name)
        self._locks = LockWatch(self.desk, self.lock_notice, self)
        self._drills = DrillWatch(self.desk, self)
        self._mail = MailWatch(self.desk, start_job or workspace.start_worker, self)
        self._seals = SealWatch(self.desk, workspace.seals.keep, self)
        self._idle = IdleWatch(self._idle_limit, self._touch, self)
        self._idle.idle.connect(self.idle)
        self.window.closed.connect(self.closed)
        self._long_lived = LongLived(self)
        self.window.page_built.connect(self._long_lived.built)
        self.window.closed.connect(self._long_lived.let_go)
        self.jobs.ended.connect(self._anchor)
        self._register_actions()

    def start(self) -> None:
        """Begin to watch jobs, inbox and idleness; also after unlocking."""
        self._over = False
        self._long_lived.built()
        self.jobs.watch()
        self.feed.start()
        self._locks.start()
        # Beside a window that looks as somebody else, one's own goes on with the rest.
        if self._actor.viewer is None:
            self._drills.start()
            self._mail.start()
            self._seals.start()
            self._idle.start()

    def rest(self) -> None:
        """Watch nothing: the window is locked or closing."""
        self.jobs.rest()
        self.feed.rest()
        self._locks.rest()
        self._drills.rest()
        self._mail.rest()
        self._seals.rest()
        self._idle.rest()

    def go(self, link: str) -> bool:
        """Open a link such as ``backups/<id>``; False for one that leads nowhere."""
        key = _TABS_OF_LINKS.get(link.partition("/")[0], "")
        self.window.go_to(key)
        page = self.window.page
        found = page is not None and self.window.place == key
        if found and page is not None:
            page.open_link(link)
        return found

    # -- what the window is made of ----------------------------------------------------------
    def _ways(self) -> Ways:
        return Ways(
            go=self.go,
            toast=self._on_window("show_toast"),
            changed=self._on_window("take_change"),
            draft=self._on_window("set_draft"),
            follow=self._on_window("follow_page"),
            session_ended=self._session_ended,
            view_as=self.view_wanted.emit,
        )

    def _on_window(self, name: str) -> Callable[..., object]:
        """A method of the window, which builds its first page before it is ours to call."""

        def call(*words: object) -> object:
            window = getattr(self, "window", None)
            return None if window is None else getattr(window, name)(*words)

        return call

    def _content(self) -> FrameContent:
        is_admin = self.desk.may(Permission.SUPER_ADMIN)
        account = Account(
            self._actor.full_name,
            self._actor.email,
            self.tr("Super Admin") if is_admin else self.tr("User"),
            _sign_in_words(self._actor),
        )
        hooks = FrameHooks(
            open_workspace=self._want_workspace,
            add_workspace=lambda: self._want_workspace(""),
            cancel_job=self._cancel_job,
            open_notice=self._open_notice,
            act_on_notice=self._act_on_notice,
            read_all_notices=self._read_all_notices,
            set_theme=self._look.set_theme,
            sign_out=self._sign_out,
            help=lambda _place: self.window.open_keys(),
            closing=self.rest,
        )
        return FrameContent(
            self._choices,
            account,
            self._tabs(),
            settings=self._settings_page,
            theme=self._look.theme,
            hooks=hooks,
            palette=self._palette_sources(),
        )

    def _tabs(self) -> list[Tab]:
        may = self.desk.may
        admin = may(Permission.SUPER_ADMIN)
        tabs = (
            (True, Tab("records", self.tr("Records"), "database", self._records)),
            (admin, Tab("backup", self.tr("Backup"), "archive", self._backup)),
            (admin, Tab("restore", self.tr("Restore"), "archive-restore", self._restore)),
            (
                may(Permission.IMPORT) or may(Permission.EXPORT),
                Tab("transfer", self.tr("Import & Export"), "arrow-down-up", self._transfer),
            ),
            (admin, Tab("audit", self.tr("Audit Logs"), "scroll-text", self._audit)),
        )
        return [tab for allowed, tab in tabs if allowed]

    # A page is imported when it is first looked at: the window opens sooner.

    def _records(self) -> Page:
        from crmdesk.ui.records.page import RecordsPage

        return RecordsPage(self.desk)

    def _backup(self) -> Page:
        from crmdesk.ui.backup.page import BackupPage

        return BackupPage(self.desk)

    def _restore(self) -> Page:
        from crmdesk.ui.restore.page import RestorePage

        return RestorePage(self.desk)

    def _transfer(self) -> Page:
        from crmdesk.ui.transfer.tab import ImportExportPage

        return ImportExportPage(self.desk)

    def _audit(self) -> Page:
        from crmdesk.ui.audit.page import AuditPage

        return AuditPage(self.desk)

    def _settings_page(self) -> Page:
        from crmdesk.ui.settings.page import SettingsPage

        return SettingsPage(self.desk, self._look)

    def _palette_sources(self) -> Sequence[PaletteSource]:
        from crmdesk.ui.audit.palette import entry_sources
        from crmdesk.ui.palette_places import place_sources
        from crmdesk.ui.records.palette import record_sources

        desk = self.desk
        return [*place_sources(desk), *record_sources(desk), *entry_sources(desk)]

    def _register_actions(self) -> None:
        lock = ActionSpec("lock", self.tr("Lock"), MenuName.FILE, ("Ctrl+L",), "lock", group=8)
        self._actions.register(lock, self.idle.emit)
        if not self.desk.may(Permission.SUPER_ADMIN):
            return
        for spec, link in (
            (
                ActionSpec(
                    "create_backup",
                    self.tr("Create backup"),
                    MenuName.FILE,
                    ("Ctrl+Shift+B",),
                    "archive",
                    group=2,
                ),
                "backups/new",
            ),
            (
                ActionSpec(
                    "restore_from",
                    self.tr("Restore from a backup"),
                    MenuName.FILE,
                    ("Ctrl+Shift+R",),
                    "archive-restore",
                    group=2,
                ),
                "restore/new",
            ),
        ):
            self._actions.register(spec, partial(self.go, link))

    def _show_viewing(self, name: str) -> None:
        from crmdesk.ui.looking_only import WRITING_ACTIONS, LookingOnly
        from crmdesk.ui.viewing import ViewingBanner

        reason = self.tr("Not while you see CRM Desk as %1").replace("%1", name)
        self._looking_only = LookingOnly(self.window, reason)
        self._actions.hold(WRITING_ACTIONS, reason)
        self.viewing_banner = ViewingBanner(name)
        self.viewing_banner.acted.connect(self.viewing_stopped)
        self.window.show_above_pages(self.viewing_banner)
        title = self.tr("%1 as seen by %2").replace("%1", self.window.windowTitle())
        self.window.setWindowTitle(title.replace("%2", name))

    # -- what happens ------------------------------------------------------------------------
    def _session_ended(self, error: NotSignedIn) -> None:
        # Several searches may fail at once; one answer is enough.
        if not self._over:
            self._over = True
            self.rest()
            self.session_over.emit(error)

    def _idle_limit(self) -> float:
        return 60.0 * self._workspace.settings.number(None, "session.idle_minutes")

    def _touch(self) -> None:
        self.desk.run_write(
            self,
            lambda: self._workspace.sign_in.touch(self._actor),
            lambda _nothing: None,
            lambda _error: None,
            missed=False,
        )

    def _want_workspace(self, key: str) -> None:
        self.leaving.ask(partial(self.workspace_wanted.emit, key))

    def _sign_out(self) -> None:
        out = self.signed_out if self._actor.viewer is None else self.viewing_stopped
        self.leaving.ask(out.emit)

    def _open_notice(self, notice_id: int) -> None:
        self.feed.open_notice(notice_id)

    def _act_on_notice(self, notice_id: int) -> None:
        self.feed.act_on_notice(notice_id)

    def _read_all_notices(self) -> None:
        self.feed.read_all()

    def _cancel_job(self, job_id: str) -> None:
        self.desk.cancel_job(self, job_id, self.tell)

    def tell_interrupted(self, jobs: Sequence[Job]) -> None:
        """Say which jobs were found without a process when the workspace was opened."""
        for job in jobs:
            title = self.tr("%1 was interrupted").replace("%1", job_name(job.kind))
            text = self.tr("It was begun at %1. Nothing of it was kept. Try again.")
            self.desk.toast(title, text.replace("%1", self.desk.exact(job.created_at)))

    def _anchor(self) -> None:
        """Sign the log's head once a worker, which has no keyring, has ended."""
        if self._actor.viewer is not None:
            return
        anchors = self._workspace.anchors
        self.desk.run_write(
            self,
            anchors.anchor_to_keyring,
            lambda _problem: None,
            lambda _error: None,
            missed=False,
        )

    def tell(self, error: Exception) -> None:
        """Show an error that no page could show."""
        tell(error, self.window)


def _sign_in_words(actor: Actor) -> str:
    app = QApplication.instance()
    assert app is not None  # noqa: S101 - for the type checker
    kinds = {
        SignInType.PASSWORD.value: app.translate("SignIn", "Signed in with a password"),
        SignInType.PASSWORD_AND_CODE.value: app.translate(
            "SignIn", "Signed in with a password and a code"
        ),
        SignInType.RECOVERY_CODE.value: app.translate("SignIn", "Signed in with a recovery code"),
        SignInType.SSO.value: app.translate("SignIn", "Signed in with single sign-on"),
        SignInType.REMEMBERED.value: app.translate("SignIn", "Stayed signed in"),
    }
    return kinds.get(actor.sign_in_type, "")
