"""Mail that is due is sent by a process of its own: nobody here waits for a mail server."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from crmdesk.core.jobs.worker import Progress, Watcher
    from crmdesk.core.workspace import Workspace


def send_mail(workspace: Workspace) -> None:
    """Have due mail sent.

    What cannot be started now is found due by the next command, or by a window.
    """
    with suppress(UserError, OSError):
        workspace.send_mail()


class MailSender:
    """Has mail sent that a step of a job queued: a warning of a long export is for now.

    Args:
        watch: who else is told of each step.
    """

    def __init__(self, workspace: Workspace, watch: Watcher | None) -> None:
        self._workspace = workspace
        self._watch = watch
        self._phase = ""

    def __call__(self, progress: Progress) -> None:
        """Called by the job, a few times a second."""
        if progress.phase != self._phase:
            self._phase = progress.phase
            send_mail(self._workspace)
        if self._watch is not None:
            self._watch(progress)
