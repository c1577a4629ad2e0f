"""Changing records one by one: add, edit, delete to the recycle bin, bring back, purge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import (
    Change,
    RecordChange,
    Source,
    open_change_set,
    write_cells,
    write_record_change,
)
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import tombstones
from crmdesk.core.errors import UserError
from crmdesk.core.records.association_counts import follow_activities, recount_around
from crmdesk.core.records.bin_time import refuse_past_time
from crmdesk.core.records.create_forms import refuse_unfilled
from crmdesk.core.records.first_values import first_value, making_of
from crmdesk.core.records.merge_rows import merged_into, refuse_merged
from crmdesk.core.records.purging import Purger
from crmdesk.core.records.reader import masked
from crmdesk.core.records.record import Record, read_record
from crmdesk.core.records.record_entries import RecordEntries
from crmdesk.core.records.recycle_bin_model import PurgePlan
from crmdesk.core.records.recycle_bin_plan import count_purge
from crmdesk.core.records.schema import ObjectType, load_object_type
from crmdesk.core.records.single import checked_values
from crmdesk.core.records.single_rows import (
    changed_cells,
    for_each,
    ids_in_state,
    insert_record,
    refuse_clearing_required,
    refuse_edit,
    refuse_taken,
    tombstone_hash,
    update_record,
)
from crmdesk.core.reserve import cures_a_full_disk


class RecordEditor:
    """Single edits: the same comparison, history and checks as every job, on one row."""

    def __init__(
        self, database: Database, guard: Guard, audit_log: AuditLog, purger: Purger
    ) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log
        self._entries = RecordEntries(audit_log)
        self._purger = purger

    def add(
        self,
        actor: Actor,
        object_name: str,
        values: Mapping[str, str],
        source: Source = Source.CRM_UI,
        *,
        by_form: bool = False,
    ) -> Record:
        """Create a record from typed texts; blanks are no value.

        Args:
            by_form: a person filled in the dialog, whose required fields must be filled in.

        Raises:
            UserError: ``value_invalid`` with the property, ``property_required``,
                ``value_not_unique``, ``email_purged``, ``property_calculated``.
        """
        self._require_writable(actor, object_name, values)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            canonical = checked_values(tx, object_type, values, current={})
            self._refuse_missing(object_type, canonical)
            if by_form:
                refuse_unfilled(tx, object_type, canonical)
            self._refuse_tombstone(tx, object_type, canonical)
            refuse_taken(tx, object_type, canonical, None)
            record_id = insert_record(tx, object_type, canonical)
            change_id = open_change_set(tx, actor, source)
            write_record_change(tx, change_id, object_type, [record_id], RecordChange.CREATE)
            record = read_record(tx, object_type, record_id)
            self._entries.record(tx, actor, object_type, record, Action.CREATE)
        return masked(object_type, record)

    def update(
        self,
        actor: Actor,
        object_name: str,
        record_id: int,
        values: Mapping[str, str],
        expected_version: int | None = None,
        source: Source = Source.CRM_UI,
    ) -> Record:
        """Write typed texts into a record; a blank clears.

        Args:
            expected_version: the version the editor saw; another one is refused, so that two
                editors never overwrite each other unseen.

        Raises:
            UserError: as :meth:`add`, ``record_changed``, ``record_in_recycle_bin``.
        """
        self._require_writable(actor, object_name, values)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            record = read_record(tx, object_type, record_id)
            refuse_edit(object_type, record, expected_version)
            canonical = checked_values(tx, object_type, values, current=record.values)
            cells = changed_cells(object_type, record, canonical)
            refuse_clearing_required(cells)
            written = {cell.property.name: cell.new for cell in cells}
            self._refuse_tombstone(tx, object_type, written)
            refuse_taken(tx, object_type, written, record_id)
            if cells:
                change_id = open_change_set(tx, actor, source)
                write_cells(tx, change_id, object_type, record_id, cells)
                update_record(tx, object_type, record_id, cells)
                follow_activities(tx, object_type, change_id)
                revised = source is Source.ACTIVITY_LOG_REVERT
                self._entries.values(tx, actor, object_type, record, cells, revised=revised)
            return masked(object_type, read_record(tx, object_type, record_id))

    def put_back(
        self,
        actor: Actor,
        object_name: str,
        record_id: int,
        property_name: str,
        change_id: int,
        *,
        before: bool = False,
    ) -> Record:
        """Give a property a value again that its history holds.

        Args:
            change_id: the change that wrote the value, or the one that made the record.
            before: the value that stood before that change instead.

        Raises:
            UserError: ``change_unknown``, and as :meth:`update`: an option or an owner may be
                gone, a unique value taken.
        """
        self._require_writable(actor, object_name, {property_name: ""})
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            found = object_type.property(property_name)
            row = tx.sql(
                f"SELECT {'old' if before else 'new'} FROM property_history WHERE change_id = ? "
                "AND object_type_id = ? AND record_id = ? AND property_id = ?",
                (change_id, object_type.id, record_id, found.id),
            ).fetchone()
            made = making_of(tx, object_type, record_id, found) if row is None else None
            if made is not None and made.id == change_id and not before:
                row = (first_value(tx, object_type, record_id, found),)
        if row is None:
            raise UserError(
                "change_unknown", "There is no such change.", "Look at the history again."
            )
        values = {property_name: row[0] or ""}
        return self.update(actor, object_name, record_id, values, source=Source.ACTIVITY_LOG_REVERT)

    @cures_a_full_disk
    def archive(self, actor: Actor, object_name: str, record_ids: Sequence[int]) -> Change:
        """Delete records to the recycle bin; ids that are not live are ignored.

        Raises:
            PermissionDenied: the actor may not delete records.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            live = ids_in_state(tx, object_type, record_ids, archived=False)
            if not live:
                return Change(object_name, ())
            change_id = open_change_set(tx, actor, Source.DELETE_OBJECTS)
            for_each(
                tx,
                f"UPDATE {quoted(object_type.table)} SET archived_at = ?, archived_by = ?, "
                "version = version + 1 WHERE id = ?",
                [(tx.now_text, actor.user_id, record_id) for record_id in live],
            )
            write_record_change(tx, change_id, object_type, live, RecordChange.ARCHIVE)
            recount_around(tx, object_type, live)
            self._entries.records(tx, actor, object_type, live, Action.DELETE)
        return Change(object_name, tuple(live), change_id)

    def unarchive(self, actor: Actor, object_name: str, record_ids: Sequence[int]) -> Change:
        """Bring records back from the recycle bin.

        Raises:
            UserError: ``value_not_unique`` when a live record holds a unique value by now,
                ``record_merged`` when one was merged into another, ``bin_time_over`` after the
                days of the recycle bin; then none comes back.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            binned = ids_in_state(tx, object_type, record_ids, archived=True)
            if not binned:
                return Change(object_name, ())
            refuse_merged(tx, object_type, binned)
            refuse_past_time(tx, object_type, binned)
            for record_id in binned:
                record = read_record(tx, object_type, record_id)
                refuse_taken(tx, object_type, record.values, record_id)
                tx.sql(
                    f"UPDATE {quoted(object_type.table)} SET archived_at = NULL, "
                    "archived_by = NULL, version = version + 1 WHERE id = ?",
                    (record_id,),
                )
            change_id = open_change_set(tx, actor, Source.RECYCLING_BIN)
            write_record_change(tx, change_id, object_type, binned, RecordChange.UNARCHIVE)
            recount_around(tx, object_type, binned)
            self._entries.records(tx, actor, object_type, binned, Action.RESTORE)
        return Change(object_name, tuple(binned), change_id)

    def purge_plan(self, actor: Actor, object_name: str, record_ids: Sequence[int]) -> PurgePlan:
        """What :meth:`purge` would take away, in numbers."""
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            known = ids_in_state(tx, object_type, record_ids, archived=None)
            parts = set(merged_into(tx, object_type, known)).difference(known)
            gone = {object_type: sorted({*known, *parts})} if known else {}
            return count_purge(tx, gone, len(parts))

    @cures_a_full_disk
    def purge(self, actor: Actor, object_name: str, record_ids: Sequence[int]) -> Change:
        """Delete records for good, so that no restore can bring them back.

        Live records and those in the recycle bin; unknown ids are ignored. Records that were
        merged into them go with them. Their history goes
        too, and the values in the audit entries about them; the entries stay. A contact's e-mail
        address stays only as a keyed hash, so that an import cannot bring the person back unseen.

        Raises:
            PermissionDenied: the actor may not delete records.
        """
        self._guard.require(actor, Permission.DELETE_RECORDS)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            known = ids_in_state(tx, object_type, record_ids, archived=None)
            gone = self._purger.purge(tx, actor, object_type, known)
        return Change(object_name, tuple(gone))

    # -- within ------------------------------------------------------------------------------
    def _require_writable(self, actor: Actor, object_name: str, values: Mapping[str, str]) -> None:
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
        if any(object_type.property(name).sensitive for name in values):
            self._guard.require(actor, Permission.EDIT_SENSITIVE)

    def _refuse_tombstone(
        self, tx: Tx, object_type: ObjectType, values: Mapping[str, str | None]
    ) -> None:
        email = values.get("email")
        if object_type.name != "contacts" or not email:
            return
        digest = tombstone_hash(self._purger.tombstone_key, email)
        if tx.scalar(select(tombstones.c.purged_at).where(tombstones.c.email_hash == digest)):
            raise UserError(
                "email_purged",
                "This contact was deleted for good and cannot be added again.",
                "Use another e-mail address if the person agreed to be in the CRM.",
            )

    def _refuse_missing(self, object_type: ObjectType, values: Mapping[str, str | None]) -> None:
        for column in object_type.writable:
            if column.required and values.get(column.name) is None:
                raise UserError(
                    "property_required",
                    f"{column.label} is required.",
                    "Fill it in.",
                    property=column.name,
                )
