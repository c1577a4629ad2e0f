"""The end of the recycle bin: records that have lain in it for its days are deleted for good."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.clock import from_text, to_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import settings
from crmdesk.core.records.schema import ObjectType, load_object_types
from crmdesk.core.reserve import cures_a_full_disk
from crmdesk.core.settings import Settings

_LAST_START = "recycle_bin.last_start"
_NOTED_EVERY = timedelta(minutes=1)


class RecycleBinExpiry:
    """Purges what is past its time; unlike a person's purge it leaves no tombstone."""

    def __init__(self, database: Database, audit_log: AuditLog, settings_service: Settings) -> None:
        self._database = database
        self._audit_log = audit_log
        self._settings = settings_service

    @cures_a_full_disk
    def sweep(self) -> int:
        """Purge records that were past their time at the last start already.

        A clock set ahead by mistake costs nothing if it is put right before the next start:
        what counts is the earlier of the two starts' times.

        Returns:
            How many records are gone.
        """
        with self._database.read() as tx:
            last = _last_start(tx)
            due = None if last is None else self._cutoff(tx, last)
            waiting = [
                found for found in load_object_types(tx) if due is not None and _any(tx, found, due)
            ]
            is_noted = last is not None and abs(tx.now - last) < _NOTED_EVERY
        # One command after the other need not all write, nor wait for whoever does.
        if is_noted and not waiting:
            return 0
        with self._database.write() as tx:
            removed = sum(self._purge(tx, found, str(due)) for found in waiting)
            tx.execute(delete(settings).where(settings.c.key == _LAST_START))
            tx.execute(insert(settings).values(key=_LAST_START, value=json.dumps(tx.now_text)))
        return removed

    def _cutoff(self, tx: Tx, last: datetime) -> str:
        earlier = min(last, tx.now)
        days = self._settings.number(tx, "recycle_bin.days")
        return to_text(earlier - timedelta(days=days))

    def _purge(self, tx: Tx, object_type: ObjectType, due: str) -> int:
        # Imported here: every start looks, and few find anything.
        from crmdesk.core.changes.change_set import Source, open_change_set
        from crmdesk.core.records.purging import purge_rows

        table = quoted(object_type.table)
        condition = "archived_at IS NOT NULL AND archived_at <= ?"
        ids = [row[0] for row in tx.sql(f"SELECT id FROM {table} WHERE {condition}", (due,))]
        purge_rows(tx, object_type, ids, open_change_set(tx, SYSTEM, Source.RECYCLING_BIN))
        self._audit_log.erase(tx, object_type.name, ids)
        self._audit_log.log(
            tx,
            SYSTEM,
            kinds.crm_object(object_type.name, Action.PURGE),
            object_type=object_type.name,
            subjects=len(ids),
            details={"days": self._settings.number(tx, "recycle_bin.days")},
        )
        return len(ids)


def _last_start(tx: Tx) -> datetime | None:
    stored = tx.scalar(select(settings.c.value).where(settings.c.key == _LAST_START))
    return None if stored is None else from_text(json.loads(stored))


def _any(tx: Tx, object_type: ObjectType, due: str) -> bool:
    row = tx.sql(
        f"SELECT 1 FROM {quoted(object_type.table)} "
        "WHERE archived_at IS NOT NULL AND archived_at <= ? LIMIT 1",
        (due,),
    ).fetchone()
    return row is not None
