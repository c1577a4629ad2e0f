"""Deletes records for good, set by set: a purge may be of hundreds of thousands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.access.actor import Actor
from crmdesk.core.audit import kinds
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import RecordChange, Source, open_change_set
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.scrub import ask_for_scrubbing
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_counts import neighbours, recount_all
from crmdesk.core.records.association_rows import purge_kept_links
from crmdesk.core.records.merge_rows import forget_kept_aliases, merged_into
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.records.segment_members import forget_kept_members
from crmdesk.core.records.single_rows import tombstone_hash
from crmdesk.core.restore.plan_dropping import drop_plans_of

#: Ids that the entry names one by one; the history of the purge has the others.
_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Purger:
    """What a person's purge does within a transaction.

    Args:
        tombstone_key: 32 bytes; purged e-mail addresses are remembered only as its keyed hash.
        staging: the folder of plans, which hold values of the records they would write.
    """

    audit_log: AuditLog
    tombstone_key: bytes
    staging: Path

    def purge(
        self,
        tx: Tx,
        actor: Actor,
        object_type: ObjectType,
        record_ids: Sequence[int],
        job_id: str | None = None,
    ) -> list[int]:
        """Delete existing records, and those merged into them, under one entry of the log.

        Returns:
            The ids of everything that is gone.
        """
        gone = sorted({*record_ids, *merged_into(tx, object_type, record_ids)})
        if not gone:
            return gone
        self._write_tombstones(tx, object_type, gone)
        self.audit_log.erase(tx, object_type.name, gone)
        change_id = open_change_set(tx, actor, Source.DELETE_OBJECTS, job_id=job_id)
        purge_rows(tx, object_type, gone, change_id)
        drop_plans_of(tx, self.staging, object_type, gone)
        person = object_type.name == "contacts"
        self.audit_log.log(
            tx,
            actor,
            kinds.GDPR_DELETE if person else kinds.crm_object(object_type.name, Action.PURGE),
            object_type=object_type.name,
            object_id=gone[0] if len(gone) == 1 else None,
            job_id=job_id,
            subjects=len(gone),
            details={"record_ids": gone[:_NAMED]},
        )
        return gone

    def _write_tombstones(self, tx: Tx, object_type: ObjectType, record_ids: Iterable[int]) -> None:
        """Remember the addresses of persons, so that an import cannot bring them back unseen."""
        email = object_type.by_name.get("email")
        if object_type.name != "contacts" or email is None:
            return
        keep_ids(tx, record_ids)
        held = tx.sql(
            f"SELECT {quoted(email.column)} FROM main.{quoted(object_type.table)} "
            f"WHERE id IN (SELECT id FROM temp.picked) AND {quoted(email.column)} IS NOT NULL"
        )
        write_tombstones(tx, self.tombstone_key, object_type, [str(row[0]) for row in held])


def write_tombstones(tx: Tx, key: bytes, object_type: ObjectType, addresses: Iterable[str]) -> None:
    """Remember addresses by their keyed hashes alone: imports refuse records that have them."""
    now = tx.now_text
    tx.driver.executemany(
        "INSERT OR IGNORE INTO main.tombstones (email_hash, object_type_id, purged_at) "
        "VALUES (?, ?, ?)",
        [(tombstone_hash(key, address), object_type.id, now) for address in addresses],
    )


def purge_rows(tx: Tx, object_type: ObjectType, record_ids: Sequence[int], change_id: int) -> None:
    """Delete records with their values' history, associations, aliases and memberships.

    What is left is a line of history under ``change_id`` that they were purged.
    """
    around = neighbours(tx, object_type, record_ids)
    keep_ids(tx, record_ids)
    for table in ("value_history", "source_records"):
        tx.sql(
            f"DELETE FROM main.{table} WHERE object_type_id = ? "
            "AND record_id IN (SELECT id FROM temp.picked)",
            (object_type.id,),
        )
    _forget_in_plans(tx, object_type)
    purge_kept_links(tx, object_type)
    forget_kept_aliases(tx, object_type)
    forget_kept_members(tx, object_type)
    tx.sql(f"DELETE FROM main.{quoted(object_type.table)} WHERE id IN (SELECT id FROM temp.picked)")
    tx.sql(
        "INSERT INTO main.record_history (change_id, object_type_id, record_id, kind) "
        "SELECT ?, ?, id, ? FROM temp.picked ORDER BY id",
        (change_id, object_type.id, RecordChange.PURGE.value),
    )
    recount_all(tx, around)
    ask_for_scrubbing(tx)


def _forget_in_plans(tx: Tx, object_type: ObjectType) -> None:
    """Take kept records out of the examples of plans, which last a day and hold their values."""
    for part in ("samples", "skips"):
        tx.sql(
            "UPDATE main.plans SET summary = json_set(summary, ?, json((SELECT "
            "json_group_array(json(s.value)) FROM json_each(summary, ?) s "
            "WHERE s.value ->> 'record_id' NOT IN (SELECT id FROM temp.picked)))) "
            "WHERE summary ->> 'object_name' = ? AND summary -> ? IS NOT NULL",
            (f"$.{part}", f"$.{part}", object_type.name, part),
        )
    tx.sql(
        "UPDATE main.plans SET summary = json_set(summary, '$.names', json('[]')) "
        "WHERE summary ->> 'object_name' = ? AND summary -> 'names' IS NOT NULL",
        (object_type.name,),
    )
