"""What one look at the vault brings, and what it says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from crmdesk.core.backup.model import Backup, BackupEstimate, BackupHealth
from crmdesk.core.jobs.job import OPEN, Job, JobState
from crmdesk.ui import words
from crmdesk.ui.backup.rows import row_id
from crmdesk.ui.backup.words import coming, say
from crmdesk.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class Vault:
    """The vault at one moment.

    Attributes:
        ended: jobs of cancelled backups by their id; they say how far each was.
    """

    backups: tuple[Backup, ...]
    health: BackupHealth
    estimate: BackupEstimate
    ended: Mapping[str, Job]

    def row(self, number: int) -> Backup | None:
        """The backup of a row of the table."""
        return next((backup for backup in self.backups if row_id(backup) == number), None)

    def named(self, backup_id: str) -> Backup | None:
        """The backup of an id."""
        return next((backup for backup in self.backups if backup.id == backup_id), None)

    def size_words(self) -> str:
        """How many backups there are, and how large they are together."""
        if not self.health.backups:
            return say("No backups in the vault")
        text = say("%Ln backup{|s} in the vault, %1", self.health.backups)
        return text.replace("%1", words.size(self.health.bytes))

    def why_not(self, zone: tzinfo) -> str:
        """Why no backup can be made now; empty when one can."""
        if any(backup.state in OPEN for backup in self.backups):
            return say("A backup is being made")
        possible = self.estimate.next_possible_at
        return (
            ""
            if possible is None
            else say("Next possible %1").replace("%1", coming(possible, zone))
        )


def read_vault(desk: Desk) -> Vault:
    """Look into the vault; takes milliseconds, so off the window's thread."""
    backups, jobs, actor = desk.workspace.backups, desk.workspace.jobs, desk.actor
    found = tuple(backups.list(actor))
    cancelled = [each for each in found if each.state is JobState.CANCELLED and each.job_id]
    ended = {str(each.job_id): jobs.job(actor, str(each.job_id)) for each in cancelled}
    return Vault(found, backups.health(actor), backups.estimate(actor), ended)
