"""How well the data is protected, above the list."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from crmdesk.core.backup.model import BackupHealth, HealthLevel, HealthReason
from crmdesk.ui import words
from crmdesk.ui.backup.words import say
from crmdesk.ui.desk import Desk
from crmdesk.ui.widgets.banner import Banner, BannerTone

_LOOK = {
    HealthLevel.OK: (BannerTone.OK, "shield-check"),
    HealthLevel.WARN: (BannerTone.WARN, "shield-alert"),
    HealthLevel.DANGER: (BannerTone.DANGER, "shield-x"),
    HealthLevel.NEVER: (BannerTone.WARN, "shield-alert"),
}

_NO_BACKUP_HELPS = frozenset({HealthReason.LITTLE_ROOM, HealthReason.DRILL_LATE})


class HealthBanner(Banner):
    """Stays while its cause lasts."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(BannerTone.OK, " ", large=True, parent=parent)
        self._desk = desk

    def show_health(self, health: BackupHealth) -> None:
        """Show it in words."""
        tone, icon = _LOOK[health.level]
        self.set_state(tone, self._heading_of(health), self._sentence_of(health), icon=icon)

    def _heading_of(self, health: BackupHealth) -> str:
        if health.level is HealthLevel.OK:
            return say("Your data is protected")
        if health.last_completed_at is None:
            return say("Never backed up")
        return _trouble(health) or say("Last backup %1").replace(
            "%1", words.ago(health.last_completed_at)
        )

    def _sentence_of(self, health: BackupHealth) -> str:
        desk = self._desk
        if health.last_completed_at is None:
            return say("Nothing could be brought back if values were lost now.")
        text = say("Last backup completed %1.").replace("%1", desk.exact(health.last_completed_at))
        if health.last_verified_at is not None:
            checked = say("Last check %1: %2.").replace("%1", desk.exact(health.last_verified_at))
            result = say("good") if health.last_verified_ok else say("failed")
            text = f"{text} {checked.replace('%2', result)}"
        if health.last_drill_at is not None:
            drilled = say("Last drill %1: %2.").replace("%1", desk.exact(health.last_drill_at))
            result = say("good") if health.last_drill_ok else say("failed")
            text = f"{text} {drilled.replace('%2', result)}"
        if HealthReason.DRILL_LATE in health.reasons:
            text = f"{text} {say('Start one from the menu of a backup.')}"
        if HealthReason.LITTLE_ROOM in health.reasons:
            room = say("%1 are free on the disk of the vault.")
            text = f"{text} {room.replace('%1', words.size(health.free_bytes))}"
        if _calls_for_backup(health):
            text = f"{text} {say('Create a backup to protect what changed since.')}"
        return text


def _trouble(health: BackupHealth) -> str:
    """What is worse than the age of the last backup, the worst first; "" where nothing is."""
    if health.last_verified_ok is False:
        return say("The last check failed")
    if not health.backups:
        return say("No backup can be restored")
    if health.last_drill_ok is False:
        return say("The last restore drill failed")
    if health.failures:
        return say("The last {backup|%Ln backups} failed", health.failures)
    if set(health.reasons) <= _NO_BACKUP_HELPS:
        room = HealthReason.LITTLE_ROOM in health.reasons
        return say("The disk has little room left") if room else say("A restore drill is overdue")
    return ""


def _calls_for_backup(health: BackupHealth) -> bool:
    """Whether a new backup is the cure; a full disk and an overdue drill have others."""
    return bool(set(health.reasons) - _NO_BACKUP_HELPS)
