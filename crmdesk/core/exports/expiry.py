"""When an export's time is over: noted at one start, and its file removed at a later one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.exports.vault_files import remove_files_of
from crmdesk.core.files.partial import remove_stray_partials
from crmdesk.core.reserve import cures_a_full_disk
from crmdesk.core.settings import Settings


class ExportExpiry:
    """Keeps the vault of exports to what can still be downloaded."""

    def __init__(
        self, database: Database, audit_log: AuditLog, settings: Settings, vault: Path
    ) -> None:
        self._database = database
        self._audit_log = audit_log
        self._settings = settings
        self._vault = vault

    @cures_a_full_disk
    def sweep(self) -> int:
        """Remove files whose time is over, and what a crash left; returns how many.

        A file goes at the second start that finds it lapsed: a clock that is set ahead by
        mistake costs nothing if it is put right. It cannot be downloaded from the first on.
        """
        remove_stray_partials(self._vault)
        with self._database.read() as tx:
            due = self._lapsed(tx)
            gone = _without_file(tx)
        remove_files_of(self._vault, gone)
        removed = 0
        for export_id in due:
            with self._database.write() as tx:
                removed += self._expire(tx, export_id)
        return removed

    def _lapsed(self, tx: Tx) -> dict[str, bool]:
        """Exports whose time is over, and whether an earlier start has seen that."""
        keep = timedelta(days=self._settings.number(tx, "exports.keep_days"))
        rows = tx.execute(
            select(exports.c.id, exports.c.expiry_seen_at, exports.c.finished_at).where(
                exports.c.file_name.is_not(None),
                exports.c.expired_at.is_(None),
                exports.c.expires_at <= to_text(tx.steady_now),
            )
        )
        # Also by the clock as it is now, so that one set ahead and put right costs no file.
        return {
            row.id: row.expiry_seen_at is not None
            for row in rows
            if from_text(row.finished_at) + keep <= tx.now
        }

    def _expire(self, tx: Tx, export_id: str) -> bool:
        found = self._lapsed(tx)
        if export_id not in found:
            return False
        mine = exports.c.id == export_id
        if not found[export_id]:
            tx.execute(update(exports).where(mine).values(expiry_seen_at=tx.now_text))
            return False
        row = tx.execute(select(exports).where(mine)).one()
        tx.execute(update(exports).where(mine).values(expired_at=tx.now_text))
        self._audit_log.log(
            tx,
            SYSTEM,
            kinds.EXPORT_EXPIRED,
            object_type=row.object_name,
            object_id=export_id,
            link=f"exports/{export_id}",
            details={"name": row.name, "records": row.records},
        )
        tx.after_commit(lambda: (self._vault / row.file_name).unlink(missing_ok=True))
        return True


def _without_file(tx: Tx) -> set[str]:
    """Exports that have no file any more, or never got one: removing it may have been cut off."""
    never_made = exports.c.file_name.is_(None) & exports.c.finished_at.is_not(None)
    over = exports.c.expired_at.is_not(None) | never_made
    return set(tx.execute(select(exports.c.id).where(over)).scalars())
