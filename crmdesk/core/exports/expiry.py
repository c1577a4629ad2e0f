"""When an export's time is over: noted at one start, and its file removed at a later one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select, update

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.tables import exports
from crmdesk.core.exports.vault_files import exports_in, remove_files_of
from crmdesk.core.files.partial import remove_stray_partials
from crmdesk.core.reserve import cures_a_full_disk
from crmdesk.core.settings import Settings

_ASKED_AT_ONCE = 500


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
            gone = _without_file(tx, sorted(exports_in(self._vault)))
        remove_files_of(self._vault, gone)
        removed = 0
        for export_id in due:
            with self._database.write() as tx:
                removed += self._expire(tx, export_id)
        return removed

    def _lapsed(self, tx: Tx, only: str | None = None) -> dict[str, bool]:
        """Exports whose time is over, or one of them, and whether an earlier start has seen that.

        Args:
            only: id of the one that is asked for.
        """
        keep = timedelta(days=self._settings.number(tx, "exports.keep_days"))
        lapsed = select(exports.c.id, exports.c.expiry_seen_at, exports.c.finished_at).where(
            exports.c.file_name.is_not(None),
            exports.c.expired_at.is_(None),
            exports.c.expires_at <= to_text(tx.steady_now),
        )
        rows = tx.execute(lapsed if only is None else lapsed.where(exports.c.id == only))
        # Also by the clock as it is now, so that one set ahead and put right costs no file.
        return {
            row.id: row.expiry_seen_at is not None
            for row in rows
            if from_text(row.finished_at) + keep <= tx.now
        }

    def _expire(self, tx: Tx, export_id: str) -> bool:
        found = self._lapsed(tx, export_id)
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


def _without_file(tx: Tx, present: Sequence[str]) -> set[str]:
    """Which have no file any more, or never got one: removing it may have been cut off.

    Args:
        present: exports that have something in the vault, a few of all that ever were.
    """
    never_made = exports.c.file_name.is_(None) & exports.c.finished_at.is_not(None)
    over = exports.c.expired_at.is_not(None) | never_made
    found: set[str] = set()
    for start in range(0, len(present), _ASKED_AT_ONCE):
        these = exports.c.id.in_(present[start : start + _ASKED_AT_ONCE])
        found.update(tx.execute(select(exports.c.id).where(these, over)).scalars())
    return found
