"""How each setting is called on its page; what it does is said by its declaration in the core."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from crmdesk.core.setting_declarations import Edition, Section, Setting
from crmdesk.core.setting_values import FOLLOWS_EDITION


@dataclass(frozen=True, slots=True)
class SettingWords:
    """How a field speaks.

    Attributes:
        title: of the field.
        unit: after the field.
        scale: how many of what is saved one of the unit is.
        help: below the field, where the declaration's own speaks of what is saved, not shown.
    """

    title: str
    unit: str = ""
    scale: int = 1
    help: str = ""


def setting_words(setting: Setting) -> SettingWords:
    """The words of a setting; one that has none yet is called by its key."""
    days, hours, minutes = _say("days"), _say("hours"), _say("minutes")
    table = {
        "workspace.name": SettingWords(_say("Name")),
        "workspace.time_zone": SettingWords(_say("Time zone")),
        "workspace.currency": SettingWords(_say("Currency")),
        "workspace.edition": SettingWords(_say("Edition")),
        "workspace.content_edition": SettingWords(_say("Content activity in reports of the log")),
        "workspace.site_country": SettingWords(_say("Country in the audit log")),
        "workspace.site_region": SettingWords(_say("Region in the audit log")),
        "backup.min_interval": SettingWords(
            _say("Time between two backups"),
            help=_say("Choose, or type a number of hours from 0 to 8,760."),
        ),
        "backup.keep_days": SettingWords(_say("Keep a backup for"), days),
        "backup.drill_days": SettingWords(_say("Restore drill every"), days),
        "backup.import_files": SettingWords(_say("Imported files in complete backups")),
        "backup.second_folder": SettingWords(_say("Second folder")),
        "restore.undo_days": SettingWords(_say("A restore can be undone for"), days),
        "import.undo_days": SettingWords(_say("An import can be undone for"), days),
        "exports.keep_days": SettingWords(_say("Keep an export for"), days),
        "exports.approval": SettingWords(_say("Exports wait for approval")),
        "exports.approval_records": SettingWords(
            _say("Without approval up to"),
            _say("records"),
            help=_say("Exports with sensitive values always wait. Super Admins never do."),
        ),
        "recycle_bin.days": SettingWords(_say("Keep deleted records for"), days),
        "import.max_bytes": SettingWords(
            _say("Largest file to import"),
            _say("MiB"),
            scale=1 << 20,
            help=_say("A larger one is refused before it is read."),
        ),
        "session.idle_minutes": SettingWords(_say("Lock the window after"), minutes),
        "session.absolute_hours": SettingWords(_say("Sign in again after"), hours),
        "security.step_up_downloads": SettingWords(_say("Code before sensitive downloads")),
        "secrets.store": SettingWords(_say("Where the key of the workspace lies")),
    }
    return table.get(setting.key, SettingWords(setting.key))


def choice_words(choice: str) -> str:
    """The word of one choice."""
    table = {
        Edition.STARTER.value: _say("Starter"),
        Edition.PROFESSIONAL.value: _say("Professional"),
        Edition.ENTERPRISE.value: _say("Enterprise"),
        "keyring": _say("The keyring of this computer"),
        "file": _say("An encrypted file"),
    }
    return table.get(choice, choice)


def interval_words(hours: str) -> str:
    """The words of a time between two backups, as it is saved: hours, or "edition"."""
    table = {
        FOLLOWS_EDITION: _say("As the edition says"),
        "24": _say("24 hours"),
        "168": _say("A week"),
        "0": _say("No limit"),
    }
    return table.get(hours, hours)


@dataclass(frozen=True, slots=True)
class CardWords:
    """One card of a page: its title, its line, and the keys of the settings on it."""

    title: str
    line: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionWords:
    """A page of settings: its title, its line, and the cards on it."""

    title: str
    line: str
    cards: tuple[CardWords, ...]


def section_words(section: Section) -> SectionWords:
    """How the settings of a section are put into cards."""
    title, cards = {
        Section.WORKSPACE: (_say("Workspace"), _workspace_cards),
        Section.BACKUP: (_say("Backup & Restore"), _backup_cards),
        Section.DATA: (_say("Records"), _data_cards),
        Section.TRANSFER: (_say("Import & Export"), _transfer_cards),
        Section.SECURITY: (_say("Security"), _security_cards),
    }[section]
    logged = _say("Settings of this workspace. Changes are written to the audit log.")
    return SectionWords(title, logged, cards())


def _workspace_cards() -> tuple[CardWords, ...]:
    return (
        CardWords(
            _say("Name and edition"),
            _say("The edition decides how often a backup may be made and what the log shows."),
            ("workspace.name", "workspace.edition", "workspace.content_edition"),
        ),
        CardWords(
            _say("Dates and amounts"),
            _say("How everybody in this workspace sees them."),
            ("workspace.time_zone", "workspace.currency"),
        ),
        CardWords(
            _say("Place"),
            _say("Written into each entry of the audit log as the place of this site."),
            ("workspace.site_country", "workspace.site_region"),
        ),
    )


def _backup_cards() -> tuple[CardWords, ...]:
    return (
        CardWords(
            _say("Making backups"),
            _say("How soon the next one may be made, and where a copy goes."),
            ("backup.min_interval", "backup.second_folder", "backup.import_files"),
        ),
        CardWords(
            _say("Keeping backups"),
            _say("The newest completed backup is never removed."),
            ("backup.keep_days", "backup.drill_days"),
        ),
        CardWords(
            _say("Restores"),
            _say("Until then each restore can be taken back."),
            ("restore.undo_days",),
        ),
    )


def _data_cards() -> tuple[CardWords, ...]:
    return (
        CardWords(
            _say("Deleted records"),
            _say("They wait in the recycle bin until they are gone for good."),
            ("recycle_bin.days",),
        ),
    )


def _transfer_cards() -> tuple[CardWords, ...]:
    return (
        CardWords(
            _say("Imports and exports"),
            _say("Limits for files that come in and go out."),
            ("import.max_bytes", "import.undo_days", "exports.keep_days"),
        ),
        CardWords(
            _say("Approval of exports"),
            _say("Somebody who may approve exports decides before anything is written."),
            ("exports.approval", "exports.approval_records"),
        ),
    )


def _security_cards() -> tuple[CardWords, ...]:
    return (
        CardWords(
            _say("Sessions"),
            _say("When the window locks, and when everybody signs in again."),
            ("session.idle_minutes", "session.absolute_hours"),
        ),
        CardWords(
            _say("Downloads"),
            _say("A file with sensitive values leaves this workspace only with a code."),
            ("security.step_up_downloads",),
        ),
        CardWords(
            _say("Keys"),
            _say("The workspace's key encrypts secrets and signs backups and the log."),
            ("secrets.store",),
        ),
    )


def _say(text: str) -> str:
    return QCoreApplication.translate("Settings", text)
