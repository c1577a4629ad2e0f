"""Every setting of a workspace, declared once: pages, command line and checks follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

Value = str | int | bool


class Edition(StrEnum):
    """What a workspace may do, as its Super Admin sets it."""

    STARTER = "starter"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"

    @property
    def shows_details(self) -> bool:
        """Whether entries of the log are shown with what changed, with session and job.

        Everything is recorded in every edition, and shown again once the edition is changed back.
        """
        return self is Edition.ENTERPRISE


class SettingType(StrEnum):
    """How a value is read and which control shows it."""

    TEXT = "text"
    INTEGER = "integer"
    FLAG = "flag"
    CHOICE = "choice"
    TIME_ZONE = "time_zone"
    CURRENCY = "currency"
    FOLDER = "folder"
    """An absolute path of an existing folder, or nothing."""
    INTERVAL = "interval"
    """Whole hours as text, or the word ``edition``."""


class Section(StrEnum):
    """The page of the settings on which it stands."""

    WORKSPACE = "workspace"
    BACKUP = "backup"
    DATA = "data"
    TRANSFER = "transfer"
    SECURITY = "security"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        minimum, maximum: of an integer, or of the length of a text; both inclusive.
        editable: whether it is changed here, or only by the command that its help names.
    """

    key: str
    type: SettingType
    default: Value
    help: str
    section: Section
    minimum: int = 0
    maximum: int = 0
    choices: tuple[str, ...] = ()
    editable: bool = True


_GIBIBYTE = 1 << 30

_ALL = (
    Setting(
        "workspace.name",
        SettingType.TEXT,
        "",
        "The name of the workspace.",
        Section.WORKSPACE,
        minimum=1,
        maximum=100,
    ),
    Setting(
        "workspace.time_zone",
        SettingType.TIME_ZONE,
        "UTC",
        "The zone that dates and times are shown in, e.g. Europe/Oslo.",
        Section.WORKSPACE,
    ),
    Setting(
        "workspace.currency",
        SettingType.CURRENCY,
        "EUR",
        "The currency of amounts, as three letters of ISO 4217.",
        Section.WORKSPACE,
    ),
    Setting(
        "workspace.edition",
        SettingType.CHOICE,
        Edition.ENTERPRISE.value,
        "How often a backup may be made, and which categories and details of the audit log are "
        "shown. All of it is recorded in every edition.",
        Section.WORKSPACE,
        choices=tuple(edition.value for edition in Edition),
    ),
    Setting(
        "workspace.content_edition",
        SettingType.FLAG,
        True,
        "Whether reports of the audit log hold content activity, which comes from imported logs.",
        Section.WORKSPACE,
    ),
    Setting(
        "workspace.site_country",
        SettingType.TEXT,
        "",
        "The country recorded with each action. Empty: from the device's settings.",
        Section.WORKSPACE,
        maximum=100,
    ),
    Setting(
        "workspace.site_region",
        SettingType.TEXT,
        "",
        "The region recorded with each action. Empty: from the device's settings.",
        Section.WORKSPACE,
        maximum=100,
    ),
    Setting(
        "backup.min_interval",
        SettingType.INTERVAL,
        "edition",
        "Hours between two backups. “edition”: 24 hours in Enterprise, a week in the others; "
        "0: no limit.",
        Section.BACKUP,
        maximum=8760,
    ),
    Setting(
        "backup.keep_days",
        SettingType.INTEGER,
        14,
        "Days that a backup can be downloaded and restored before it expires.",
        Section.BACKUP,
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "backup.drill_days",
        SettingType.INTEGER,
        7,
        "Days after which the newest backup is restored into a scratch file to prove it; 0: never.",
        Section.BACKUP,
        minimum=0,
        maximum=365,
    ),
    Setting(
        "backup.import_files",
        SettingType.FLAG,
        True,
        "Whether a complete backup also holds the files that were imported.",
        Section.BACKUP,
    ),
    Setting(
        "backup.second_folder",
        SettingType.FOLDER,
        "",
        "A folder, best on another disk, that each backup is copied to. Empty: none.",
        Section.BACKUP,
    ),
    Setting(
        "restore.undo_days",
        SettingType.INTEGER,
        90,
        "Days that a restore can be undone.",
        Section.BACKUP,
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "import.undo_days",
        SettingType.INTEGER,
        90,
        "Days that an import can be undone.",
        Section.TRANSFER,
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "exports.keep_days",
        SettingType.INTEGER,
        30,
        "Days that an export can be downloaded before it expires.",
        Section.TRANSFER,
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "exports.approval",
        SettingType.FLAG,
        False,
        "Exports of other users wait for a decision: large ones, and all with sensitive values.",
        Section.TRANSFER,
    ),
    Setting(
        "exports.approval_records",
        SettingType.INTEGER,
        1_000,
        "Exports of more records than this wait for a decision, where decisions are asked for.",
        Section.TRANSFER,
        minimum=0,
        maximum=1_000_000_000,
    ),
    Setting(
        "recycle_bin.days",
        SettingType.INTEGER,
        90,
        "Days that a deleted record can be brought back before it is gone for good.",
        Section.DATA,
        minimum=1,
        maximum=3650,
    ),
    Setting(
        "import.max_bytes",
        SettingType.INTEGER,
        2 * _GIBIBYTE,
        "The largest file that can be imported, in bytes.",
        Section.TRANSFER,
        minimum=1 << 20,
        maximum=64 * _GIBIBYTE,
    ),
    Setting(
        "session.idle_minutes",
        SettingType.INTEGER,
        30,
        "Minutes without a click or key after which the window locks.",
        Section.SECURITY,
        minimum=1,
        maximum=1440,
    ),
    Setting(
        "session.absolute_hours",
        SettingType.INTEGER,
        12,
        "Hours after which everyone signs in again.",
        Section.SECURITY,
        minimum=1,
        maximum=720,
    ),
    Setting(
        "security.step_up_downloads",
        SettingType.FLAG,
        False,
        "Ask for a two-factor code before a download with sensitive values.",
        Section.SECURITY,
    ),
    Setting(
        "secrets.store",
        SettingType.CHOICE,
        "keyring",
        "Where the workspace's key lies on this computer; changed by `crmdesk keyring use-file`.",
        Section.SECURITY,
        choices=("keyring", "file"),
        editable=False,
    ),
)

SETTINGS = MappingProxyType({setting.key: setting for setting in _ALL})
