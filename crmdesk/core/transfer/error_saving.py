"""An import's error file that leaves the workspace: on record, and told of when it is large."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.db.engine import Database
from crmdesk.core.files.copying import copy_file
from crmdesk.core.notify.inbox import Inbox, NotificationKind
from crmdesk.core.notify.large import LargeFile, tell_large_file
from crmdesk.core.transfer.history import ImportHistory
from crmdesk.core.transfer.model import Import
from crmdesk.core.workspace_folder import refuse_inside


class ErrorFiles:
    """Saves copies; each is in the audit log before it has its name."""

    def __init__(
        self, database: Database, audit_log: AuditLog, inbox: Inbox, history: ImportHistory
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._inbox = inbox
        self._history = history

    def save(self, actor: Actor, import_id: str, only: int | None, target: Path) -> None:
        """Copy the error file of an import.

        Args:
            only: the user whose imports alone may be seen; None for everybody's.

        Raises:
            UserError: ``import_unknown``, ``error_file_missing``, ``target_in_workspace``, or why
                the place cannot be written to.
        """
        refuse_inside(self._database.path.parent, target)
        found = self._history.show(import_id, only)
        source = self._history.error_file(import_id, only)
        copy_file(source, target, before_named=partial(self._account, actor, found, target))

    def _account(self, actor: Actor, found: Import, target: Path) -> None:
        link = f"imports/{found.id}"
        with self._database.write() as tx:
            self._audit_log.log(
                tx,
                actor,
                kinds.IMPORT_ERRORS_SAVED,
                object_type=found.object_name,
                object_id=found.id,
                link=link,
                details={"name": found.name, "rows": found.failed, "file": target.name},
            )
            file = LargeFile(
                NotificationKind.LARGE_DOWNLOAD,
                name=target.name,
                user=actor.full_name,
                records=found.failed,
                source_name="rows that an import refused",
                sensitive=(),
                link=link,
            )
            tell_large_file(tx, self._inbox, file)
