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
from crmdesk.core.restore.history import RestoreHistory
from crmdesk.core.restore.report import write_report
from crmdesk.core.restore.skips import skipped_path
from crmdesk.core.workspace_folder import refuse_inside


class RestoreFiles:
    """Saves them; each is in the audit log before it has its name.

    Args:
        vault: the folder of the lists of what was skipped.
    """

    def __init__(
        self, database: Database, audit_log: AuditLog, history: RestoreHistory, vault: Path
    ) -> None:
        self._database = database
        self._audit_log = audit_log
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
            self._log(actor, kinds.RESTORE_SKIPPED_SAVED, restore_id, target)

    def save_report(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Write all that a restore did as one CSV.

        Raises:
            UserError: ``restore_unknown``, ``target_in_workspace``, or why the place cannot be
                written to.
        """
        self._history.show(restore_id)
        refuse_inside(self._database.path.parent, target)
        with atomic_write(target) as file:
            write_report(self._database, restore_id, skipped_path(self._vault, restore_id), file)
            self._log(actor, kinds.RESTORE_REPORT_SAVED, restore_id, target)

    def log_report(self, actor: Actor, restore_id: str, target: Path) -> None:
        """Tell the audit log of a report that a face prints itself; raises as the others do."""
        self._history.show(restore_id)
        refuse_inside(self._database.path.parent, target)
        self._log(actor, kinds.RESTORE_REPORT_SAVED, restore_id, target)

    def _log(self, actor: Actor, kind: EventKind, restore_id: str, target: Path) -> None:
        with self._database.write() as tx:
            self._audit_log.log(
                tx,
                actor,
                kind,
                object_type="restore",
                object_id=restore_id,
                link=f"restores/{restore_id}",
                details={"file": target.name},
            )
