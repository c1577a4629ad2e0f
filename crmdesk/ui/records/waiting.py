"""A write that has to wait for another program says so, and can be withdrawn meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QTimer

from crmdesk.core.jobs.job import JobKind
from crmdesk.ui.desk import Desk
from crmdesk.ui.queries import Write

NOTICEABLE_MS = 400


def tell_wait(desk: Desk, owner: QObject, write: Write, told: Callable[[str], object]) -> None:
    """Say what a write waits for when it has not begun after a moment.

    Args:
        owner: nothing is told once it is destroyed.
        told: takes the words, e.g. for the button that was pressed.
    """

    def look() -> None:
        if write.waiting:
            told(_reason(desk))

    timer = QTimer(owner, singleShot=True, interval=NOTICEABLE_MS)
    timer.timeout.connect(look)
    timer.timeout.connect(timer.deleteLater)
    timer.start()


def _reason(desk: Desk) -> str:
    kinds = {job.kind for job in desk.jobs.open_jobs}
    if kinds & {JobKind.RESTORE, JobKind.UNDO}:
        return QCoreApplication.translate("Records", "Waits for the restore")
    if JobKind.IMPORT in kinds:
        return QCoreApplication.translate("Records", "Waits for the import")
    return QCoreApplication.translate("Records", "Waits for another change")
