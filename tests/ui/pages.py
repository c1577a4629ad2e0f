"""What a page under test stands on: a real workspace, real threads, and ways that are written down.

A job runs in a thread of the test's process, through the same code as in a worker's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from crmdesk.core.access.actor import Actor
from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.core.workspace import Workspace
from crmdesk.ui.actions import Actions
from crmdesk.ui.desk import Desk, Ways
from crmdesk.ui.jobs import JobWatcher
from crmdesk.ui.language import install_language
from crmdesk.ui.queries import Queries
from crmdesk.ui.window_state import WindowState


@dataclass
class Told:
    """What the page asked of its window, in order."""

    links: list[str] = field(default_factory=list)
    toasts: list[tuple[str, str, str, Callable[[], object] | None]] = field(default_factory=list)
    changes: list[object] = field(default_factory=list)
    drafts: dict[str, bool] = field(default_factory=dict)
    ended: list[NotSignedIn] = field(default_factory=list)


class PageStand:
    """A :class:`crmdesk.ui.desk.Desk` for a page, without the rest of the window."""

    def __init__(self, workspace: Workspace, actor: Actor, folder: Path) -> None:
        app = QApplication.instance() or QApplication([])
        install_language(app)
        self.told = Told()
        self.queries = Queries(may_write=workspace.database.can_write)
        self.workers: list[threading.Thread] = []
        self.workspace = workspace
        self.jobs = JobWatcher(workspace, actor, self.queries, self._start)
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        told = self.told
        self.desk = Desk(
            workspace=workspace,
            actor=actor,
            queries=self.queries,
            jobs=self.jobs,
            state=WindowState(settings),
            actions=Actions(),
            ways=Ways(
                go=told.links.append,
                toast=lambda *words: told.toasts.append(words),
                changed=told.changes.append,
                draft=told.drafts.__setitem__,
                follow=lambda: None,
                session_ended=told.ended.append,
                view_as=told.links.append,
            ),
        )
        self.jobs.watch()

    def close(self) -> None:
        """End the threads, so that the workspace can be closed."""
        self.jobs.rest()
        self.queries.shutdown(5.0)
        for worker in self.workers:
            worker.join(20.0)

    def _start(self, job_id: str) -> None:
        worker = threading.Thread(target=self._work, args=(job_id,), daemon=True)
        self.workers.append(worker)
        worker.start()

    def _work(self, job_id: str) -> None:
        try:
            self.workspace.run_job(job_id)
        except UserError:
            # Told by the job's row, which is what the window reads.
            return
