"""What notifications are about: the few kinds of kinds that a list is narrowed by."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from crmdesk.core.notify.inbox import NotificationKind


class NotificationTopic(StrEnum):
    """What a person looks for in the list."""

    BACKUPS = "backups"
    RESTORES = "restores"
    IMPORTS = "imports"
    EXPORTS = "exports"
    RECORDS = "records"
    SECURITY = "security"
    COMMENTS = "comments"


TOPIC_OF: Final[Mapping[NotificationKind, NotificationTopic]] = {
    NotificationKind.BACKUP_DONE: NotificationTopic.BACKUPS,
    NotificationKind.BACKUP_FAILED: NotificationTopic.BACKUPS,
    NotificationKind.VERIFY_FAILED: NotificationTopic.BACKUPS,
    NotificationKind.DRILL_FAILED: NotificationTopic.BACKUPS,
    NotificationKind.RESTORE_DONE: NotificationTopic.RESTORES,
    NotificationKind.RESTORE_FAILED: NotificationTopic.RESTORES,
    NotificationKind.RESTORE_UNDONE: NotificationTopic.RESTORES,
    NotificationKind.IMPORT_DONE: NotificationTopic.IMPORTS,
    NotificationKind.IMPORT_FAILED: NotificationTopic.IMPORTS,
    NotificationKind.IMPORT_UNDONE: NotificationTopic.IMPORTS,
    NotificationKind.LOG_IMPORT_DONE: NotificationTopic.IMPORTS,
    NotificationKind.LOG_IMPORT_FAILED: NotificationTopic.IMPORTS,
    NotificationKind.EXPORT_DONE: NotificationTopic.EXPORTS,
    NotificationKind.EXPORT_FAILED: NotificationTopic.EXPORTS,
    NotificationKind.EXPORT_WAITING: NotificationTopic.EXPORTS,
    NotificationKind.EXPORT_REJECTED: NotificationTopic.EXPORTS,
    NotificationKind.LARGE_EXPORT: NotificationTopic.EXPORTS,
    NotificationKind.LARGE_DOWNLOAD: NotificationTopic.EXPORTS,
    NotificationKind.BULK_DONE: NotificationTopic.RECORDS,
    NotificationKind.BULK_FAILED: NotificationTopic.RECORDS,
    NotificationKind.TWO_FACTOR_RESET: NotificationTopic.SECURITY,
    NotificationKind.RECOVERY_KEY_RENEWED: NotificationTopic.SECURITY,
    NotificationKind.MENTION: NotificationTopic.COMMENTS,
}


def kinds_about(topic: NotificationTopic | None) -> tuple[NotificationKind, ...]:
    """The kinds about a topic; none, which asks for all, without one."""
    return tuple(kind for kind, about in TOPIC_OF.items() if about is topic)
