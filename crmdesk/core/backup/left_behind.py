"""What a rebuilt workspace no longer has: files that were not in the backup it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.tables import backups, exports, imports
from crmdesk.core.jobs.job import JobState


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Files that the workspace had.

    Attributes:
        backups: earlier backups, whose rows stay and say that their files are missing.
        imported: imports whose file or whose list of refused rows is not there.
        exported: exports that could still be saved.
    """

    backups: int
    imported: int
    exported: int = 0

    @property
    def files(self) -> int:
        """All of them together."""
        return self.backups + self.imported + self.exported


def leave_behind(tx: Tx, carried: Sequence[str]) -> LeftBehind:
    """Forget the names of files that did not come along, so that no row names what is not there.

    Args:
        carried: names of the files of imports that did.
    """
    lost = {
        column: (column.is_not(None) & column.not_in(carried))
        for column in (imports.c.stored_file, imports.c.error_file)
    }
    either: ColumnElement[bool] = or_(*lost.values())
    imported = int(tx.scalar(select(func.count()).select_from(imports).where(either)))
    for column, is_lost in lost.items():
        tx.execute(update(imports).where(is_lost).values({column: None}))
    kept = (backups.c.state == JobState.SUCCEEDED.value) & backups.c.expired_at.is_(None)
    saved = exports.c.file_name.is_not(None) & exports.c.expired_at.is_(None)
    return LeftBehind(
        int(tx.scalar(select(func.count()).select_from(backups).where(kept))),
        imported,
        int(tx.scalar(select(func.count()).select_from(exports).where(saved))),
    )
