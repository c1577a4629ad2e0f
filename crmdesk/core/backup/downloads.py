"""What follows when a copy of a backup leaves: an entry, and word to whoever wants to hear."""

from __future__ import annotations

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.backup.model import Backup
from crmdesk.core.db.engine import Database
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.notify.large import LargeFile, tell_large_file


def count_download(
    database: Database, audit_log: AuditLog, inbox: Inbox, actor: Actor, backup: Backup
) -> None:
    """Log a copy and tell of it, in one transaction: just before it gets its name."""
    link = f"backups/{backup.id}"
    with database.write() as tx:
        audit_log.log(
            tx,
            actor,
            kinds.BACKUP_DOWNLOADED,
            object_type="backup",
            object_id=backup.id,
            link=link,
            details={"bytes": backup.bytes},
        )
        file = LargeFile(
            NotificationKind.LARGE_DOWNLOAD,
            name=backup.file_name,
            user=actor.full_name,
            records=backup.records,
            source_name="a backup",
            sensitive=backup.sensitive,
            link=link,
        )
        tell_large_file(tx, inbox, file)
