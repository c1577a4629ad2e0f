"""The line that each backup has in the list of exports, for it holds what may leave.

The list is read by millions of lines, by the page, sorted and narrowed by the indexes of one
table, and counted in others: a line of its own, written with the backup's, costs a write of
microseconds and keeps all of that as it is. A union over two tables would sort them together at
each look.
"""

from __future__ import annotations

from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.records.single import workspace_zone

_OPEN = "('queued', 'running', 'cancelling')"
# Only what a backup can become is written again: who made it when is settled.
_LIST = f"""
INSERT INTO exports (id, job_id, source, source_name, name, object_name, format, state, created_at,
  finished_at, user_id, actor, request, records, bytes, sensitive, expired_at, error)
SELECT id, job_id, 'backup', 'Backup', ?, 'backup', 'csv', state, created_at,
  CASE WHEN state NOT IN {_OPEN} THEN coalesce(completed_at, ?) END, created_by, '{{}}', '{{}}',
  CASE WHEN state = 'succeeded' THEN records END, bytes, sensitive, expired_at, error
FROM backups WHERE id = ?
ON CONFLICT (id) DO UPDATE SET state = excluded.state, records = excluded.records,
  finished_at = coalesce(exports.finished_at, excluded.finished_at), bytes = excluded.bytes,
  sensitive = excluded.sensitive, expired_at = excluded.expired_at, error = excluded.error
"""


def list_backup(tx: Tx, backup_id: str) -> None:
    """Put a backup into the list of exports, or what became of it into the line it has there."""
    made = tx.sql("SELECT created_at FROM backups WHERE id = ?", (backup_id,)).fetchone()
    at = from_text(made[0]).astimezone(workspace_zone(tx))
    tx.sql(_LIST, (f"Backup of {at:%Y-%m-%d %H:%M}", tx.now_text, backup_id))
