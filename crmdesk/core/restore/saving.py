"""Files about a restore that leave the workspace: what it wrote, and what it left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import EventKind
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database
from crmdesk.core.files.atomic import atomic_write
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.notify.large import LargeFile, tell_large_file
from crmdesk.core.restore.history import RestoreHistory
from crmdesk.core.restore.report import write_report
from crmdesk.core.restore.skips import skipped_path, skipped_records
from crmdesk.core.workspace_folder import refuse_inside


class RestoreFiles:
    """Saves them; each is in the audit log before it has its name, and told of when it is large.

    Args:
        vault: the folder of the lists of what was skipped.
    """

    def __init__(
        self,
        database: Database,
        audit_log: AuditLog,
        inbox: Inbox,
        history: RestoreHistory,
        vault: Path,
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._history = history
        self._vault = vault

    def save_skipped(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Copy the list of what was left alone.

        Raises:
            UserError: ``restore_unknown``, ``skipped_missing``, ``target_in_workspace``, or why
                the place cannot be written to.
        """
        refuse_inside(self._database.path.parent, target)
        with (
            self._history.skipped_file(restore_id).open("rb") as source,
            atomic_write(target) as file,
        ):
            shutil.copyfileobj(source, file)
            records = self._left_alone(restore_id)
            self._log(actor, kinds.RESTORE_SKIPPED_SAVED, restore_id, target, records)

    def save_report(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Write all that a restore did as one CSV.

        Raises:
            UserError: ``restore_unknown``, ``target_in_workspace``, or why the place cannot be
                written to.
        """
        refuse_inside(self._database.path.parent, target)
        records = self._reported(restore_id)
        with atomic_write(target) as file:
            write_report(self._database, restore_id, skipped_path(self._vault, restore_id), file)
            self._log(actor, kinds.RESTORE_REPORT_SAVED, restore_id, target, records)

    def log_report(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Tell the audit log of a report that a face prints itself; raises as the others do."""
        refuse_inside(self._database.path.parent, target)
        records = self._reported(restore_id)
        self._log(actor, kinds.RESTORE_REPORT_SAVED, restore_id, target, records)

    def _reported(self, restore_id: str) -> int:
        """How many records a report tells of; one that was written and left alone counts twice."""
        written = self._history.show(restore_id).records_changed
        return written + self._left_alone(restore_id)

    def _left_alone(self, restore_id: str) -> int:
        path = skipped_path(self._vault, restore_id)
        return skipped_records(path) if path.is_file() else 0

    def _log(
        self, actor: Actor, kind: EventKind, restore_id: str, target: Path, records: int
    ) -> None:
        link = f"restores/{restore_id}"
        with self._database.write() as tx:
            self._audit_log.log(
                tx,
                actor,
                kind,
                object_type="restore",
                object_id=restore_id,
                link=link,
                details={"file": target.name, "records": records},
            )
            saved = LargeFile(
                NotificationKind.LARGE_DOWNLOAD,
                name=target.name,
                user=actor.full_name,
                records=records,
                source_name="a restore",
                sensitive=(),
                link=link,
            )
            tell_large_file(tx, self._inbox, saved)
