"""What a page of the window works with: the open workspace, who is signed in, and the ways out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.permissions import Permission
from crmdesk.core.errors import NotSignedIn
from crmdesk.core.workspace import Workspace
from crmdesk.ui import words
from crmdesk.ui.actions import Actions
from crmdesk.ui.jobs import JobWatcher
from crmdesk.ui.queries import Queries, Write
from crmdesk.ui.window_state import WindowState

T = TypeVar("T")
Failed = Callable[[Exception], Any]


@dataclass(frozen=True, slots=True)
class Ways:
    """What a page asks of the window it is in.

    Attributes:
        go: opens a link such as ``backups/<id>`` or ``records/contacts/12``.
        toast: title, text, word of the action, what the action does.
        changed: something changed in the data; every other page hears of it.
        draft: tab key and whether it holds an unfinished draft (the dot).
        follow: the page's commands changed (menus follow).
        session_ended: shows the sign-in or the locked page, with the reason.
        view_as: shows the window as the user with this e-mail address would see it.
    """

    go: Callable[[str], object]
    toast: Callable[[str, str, str, Callable[[], object] | None], object]
    changed: Callable[[object], object]
    draft: Callable[[str, bool], object]
    follow: Callable[[], object]
    session_ended: Callable[[NotSignedIn], object]
    view_as: Callable[[str], object]


@dataclass(slots=True)
class _ShownZone:
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a page needs, and nothing it could find by itself elsewhere."""

    workspace: Workspace
    actor: Actor
    queries: Queries
    jobs: JobWatcher
    state: WindowState
    actions: Actions
    ways: Ways
    _shown: _ShownZone = field(default_factory=_ShownZone, init=False, repr=False, compare=False)

    @property
    def zone(self) -> ZoneInfo:
        """The zone that times are shown in. Lists ask for it per row: it is kept."""
        return self._shown.zone or self.read_again()

    def read_again(self) -> ZoneInfo:
        """Settings may have changed, here or in another program."""
        zone = ZoneInfo(self.workspace.settings.text(None, "workspace.time_zone"))
        self._shown.zone = zone
        return zone

    def may(self, permission: Permission) -> bool:
        """Whether a control is worth showing; the service decides again, and logs a refusal."""
        return self.workspace.guard.allows(self.actor, permission)

    def moment(self, at: datetime, *, inside: bool = False) -> str:
        """A time in a list: "Today 09:41", "Yesterday", "20 Nov 2026"; small inside a line."""
        return words.moment(at, self.zone, inside=inside)

    def stamp(self, at: datetime) -> str:
        """A moment that tells rows apart: "Today 05:00", "20 Nov 2026, 05:00"."""
        return words.stamp(at, self.zone)

    def exact(self, at: datetime, *, seconds: bool = False) -> str:
        """A time in full: "22 Nov 2026, 05:00"."""
        return words.exact(at, self.zone, seconds=seconds)

    def run_query(
        self,
        owner: QObject,
        key: str,
        function: Callable[[], T],
        done: Callable[[T], Any],
        failed: Failed,
    ) -> None:
        """Search off the GUI thread; the newest call per owner and key is answered.

        An ended session is handled by the window; ``failed`` never sees it.
        """
        self.queries.run_query(owner, key, function, done, self._unless_signed_out(failed))

    def run_write(
        self,
        owner: QObject,
        function: Callable[[], T],
        done: Callable[[T], Any],
        failed: Failed,
        *,
        missed: bool = True,
    ) -> Write:
        """Write in the window's one writer thread, after all earlier writes.

        Args:
            missed: False for what nobody asked for: the window is closed without a question.
        """
        handled = self._unless_signed_out(failed)
        return self.queries.run_write(owner, function, done, handled, missed=missed)

    def run_aside(
        self,
        owner: QObject,
        function: Callable[[Callable[[], bool]], T],
        done: Callable[[T], Any],
        failed: Failed,
    ) -> threading.Event:
        """Read for a minute or more in a thread of its own; what it returns stops it once set."""
        return self.queries.run_aside(owner, function, done, self._unless_signed_out(failed))

    def start_job(self, job_id: str) -> None:
        """Start the worker process of a queued job; ``jobs.changed`` and ``jobs.ended`` tell."""
        self.jobs.start_job(job_id)

    def cancel_job(self, owner: QObject, job_id: str, failed: Failed) -> None:
        """Ask a job to stop; it ends when it has.

        The writer asks: that waits for whoever writes. A job that is stopped while it writes has
        given way within a second.

        Args:
            failed: takes why it was not asked, e.g. that it was too late.
        """
        ask = partial(self.workspace.jobs.request_cancel, self.actor, job_id)
        self.run_write(owner, ask, lambda _state: self.jobs.poll(), failed)

    def go(self, link: str) -> None:
        """Open a link such as ``backups/<id>``."""
        self.ways.go(link)

    def toast(
        self,
        title: str,
        text: str = "",
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        """Say that an act the person started is finished."""
        self.ways.toast(title, text, action, run)

    def changed(self, change: object) -> None:
        """Tell every page that data changed."""
        self.read_again()
        self.ways.changed(change)

    @staticmethod
    def window_of(page: QWidget) -> QWidget:
        """The window a page's dialogs open over."""
        return page.window()

    def _unless_signed_out(self, failed: Failed) -> Failed:
        def handle(error: Exception) -> None:
            if isinstance(error, NotSignedIn):
                self.ways.session_ended(error)
            else:
                failed(error)

        return handle
