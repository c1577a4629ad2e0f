"""Reading records: lists of ids, pages, single records, history."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select, desc, select

from crmdesk.core.access.actor import Actor
from crmdesk.core.access.guard import Guard
from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit import kinds
from crmdesk.core.audit.log import AuditLog
from crmdesk.core.changes.change_set import RecordChange
from crmdesk.core.clock import from_text
from crmdesk.core.db.engine import Database, Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.db.tables import change_sets, properties, property_history, record_history, users
from crmdesk.core.records.association_timeline import association_entries
from crmdesk.core.records.choices import Owner
from crmdesk.core.records.filters import RecordQuery
from crmdesk.core.records.filters_sql import order
from crmdesk.core.records.first_values import first_value, making_of
from crmdesk.core.records.record import (
    MASKED,
    Deletion,
    HistoryEntry,
    Record,
    read_deletions,
    read_record,
    read_rows,
)
from crmdesk.core.records.schema import ObjectType, Property, load_object_type
from crmdesk.core.records.segment_rows import query_conditions, refuse_sensitive
from crmdesk.core.records.single import owners


class RecordReader:
    """What people see of the records. Sensitive values come masked until they are revealed."""

    def __init__(self, database: Database, guard: Guard, audit_log: AuditLog) -> None:
        self._database = database
        self._guard = guard
        self._audit_log = audit_log

    def ids(self, actor: Actor, query: RecordQuery, limit: int | None = None) -> array[int]:
        """Ids of every record that the query finds, or the first few; 8 bytes each."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, query.object_type)
            _refuse_sensitive(object_type, query)
            where, values = query_conditions(tx, object_type, query)
            cursor = tx.sql(
                f"SELECT id FROM {quoted(object_type.table)} WHERE {where} "
                f"ORDER BY {order(object_type, query)} LIMIT ?",
                [*values, -1 if limit is None else limit],
            )
            cursor.arraysize = 10_000
            found = array("q")
            while batch := cursor.fetchmany():
                found.extend([row[0] for row in batch])
            return found

    def count(self, actor: Actor, query: RecordQuery) -> int:
        """How many records the query finds."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, query.object_type)
            _refuse_sensitive(object_type, query)
            where, values = query_conditions(tx, object_type, query)
            name = quoted(object_type.table)
            row = tx.sql(f"SELECT count(*) FROM {name} WHERE {where}", values).fetchone()
            return int(row[0])

    def rows(
        self, actor: Actor, object_name: str, ids: Sequence[int], columns: Sequence[str]
    ) -> dict[int, tuple[str | None, ...]]:
        """Values of some columns by record id; a page of a table. Unknown ids are left out."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            chosen = [object_type.property(name) for name in columns]
            found = read_rows(tx, object_type, ids, chosen)
        hidden = [place for place, column in enumerate(chosen) if column.sensitive]
        if not hidden:
            return found
        return {record_id: _masked_row(row, hidden) for record_id, row in found.items()}

    def deletions(self, actor: Actor, object_name: str, ids: Sequence[int]) -> dict[int, Deletion]:
        """When records went to the recycle bin and who did it; live ids are left out."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return read_deletions(tx, load_object_type(tx, object_name), ids)

    def owners(self, actor: Actor) -> tuple[Owner, ...]:
        """Everybody who may own a record; an owner value is their id."""
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            return owners(tx)

    def get(self, actor: Actor, object_name: str, record_id: int) -> Record:
        """One record, live or in the recycle bin, its sensitive values masked.

        Raises:
            UserError: ``object_unknown``, ``record_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            return masked(object_type, read_record(tx, object_type, record_id))

    def reveal(
        self, actor: Actor, object_name: str, record_id: int, property_names: Sequence[str]
    ) -> Mapping[str, str | None]:
        """Show sensitive values of one record; it is logged who saw which.

        Raises:
            PermissionDenied: the actor may not see sensitive values.
        """
        self._guard.require(actor, Permission.VIEW_SENSITIVE)
        with self._database.write() as tx:
            object_type = load_object_type(tx, object_name)
            record = read_record(tx, object_type, record_id)
            names = [object_type.property(name).name for name in property_names]
            self._audit_log.log(
                tx,
                actor,
                kinds.SENSITIVE_REVEALED,
                object_type=object_name,
                object_id=record_id,
                details={"properties": names},
            )
            return {name: record.values[name] for name in names}

    def history(
        self, actor: Actor, object_name: str, record_id: int, property_name: str | None = None
    ) -> list[HistoryEntry]:
        """What happened to a record, newest first; sensitive values masked.

        Args:
            property_name: only the values of this property; else associations too.

        Raises:
            UserError: ``object_unknown``, ``property_unknown``.
        """
        self._guard.require(actor, Permission.USE_RECORDS)
        with self._database.read() as tx:
            object_type = load_object_type(tx, object_name)
            only = None if property_name is None else object_type.property(property_name)
            entries = value_history(tx, object_type, record_id, only)
            if only is None:
                entries += _record_history(tx, object_type, record_id)
                entries += association_entries(tx, object_type, record_id)
        return sorted(entries, key=lambda entry: entry.change_id, reverse=True)


def _refuse_sensitive(object_type: ObjectType, query: RecordQuery) -> None:
    names = [condition.property for group in query.groups for condition in group]
    refuse_sensitive(object_type, [*names, *([query.sort] if query.sort else [])])


def masked(object_type: ObjectType, record: Record) -> Record:
    """The record with its sensitive values hidden."""
    hidden = {
        column.name: MASKED
        for column in object_type.properties
        if column.sensitive and record.values[column.name] is not None
    }
    return replace(record, values={**record.values, **hidden}) if hidden else record


def _masked_row(row: tuple[str | None, ...], hidden: list[int]) -> tuple[str | None, ...]:
    return tuple(
        MASKED if place in hidden and value is not None else value
        for place, value in enumerate(row)
    )


def value_history(
    tx: Tx,
    object_type: ObjectType,
    record_id: int,
    only: Property | None,
    *,
    reveals: bool = False,
) -> list[HistoryEntry]:
    """Every change of a record's values, newest first.

    Args:
        only: only the values of this property; then also the one its record was made with, as an
            entry of kind ``create``.
        reveals: sensitive values as they are, for whoever was found to be allowed them.
    """

    def shown(value: str | None, sensitive: bool | int) -> str | None:
        return MASKED if sensitive and not reveals and value is not None else value

    entries = [
        replace(
            _entry(row, "value"),
            property=row.name,
            old=shown(row.old, row.is_sensitive),
            new=shown(row.new, row.is_sensitive),
        )
        for row in tx.execute(_value_statement(object_type, record_id, only))
    ]
    first = None if only is None else first_value(tx, object_type, record_id, only)
    if only is not None and first is not None:
        made = making_of(tx, object_type, record_id, only)
        if made is not None:
            shown_first = shown(first, only.sensitive)
            kind = RecordChange.CREATE.value
            entries.append(replace(_entry(made, kind), property=only.name, new=shown_first))
    return entries


def _entry(row: Row[Any], kind: str) -> HistoryEntry:
    """An entry of a change set, as yet of no property."""
    return HistoryEntry(
        change_id=row.id,
        at=from_text(row.at),
        property=None,
        kind=kind,
        old=None,
        new=None,
        source=row.source,
        source_label=row.source_label,
        user_id=row.user_id,
        user_name=row.full_name or "",
        job_id=row.job_id,
    )


def _value_statement(object_type: ObjectType, record_id: int, only: Property | None) -> Select[Any]:
    statement = (
        select(
            property_history.c.old,
            property_history.c.new,
            properties.c.name,
            properties.c.is_sensitive,
            change_sets,
            users.c.full_name,
        )
        .join(change_sets, change_sets.c.id == property_history.c.change_id)
        .join(properties, properties.c.id == property_history.c.property_id)
        .outerjoin(users, users.c.id == change_sets.c.user_id)
        .where(
            property_history.c.object_type_id == object_type.id,
            property_history.c.record_id == record_id,
        )
        .order_by(desc(property_history.c.change_id))
    )
    if only is None:
        return statement
    return statement.where(property_history.c.property_id == only.id)


def _record_history(tx: Tx, object_type: ObjectType, record_id: int) -> list[HistoryEntry]:
    statement = (
        select(record_history.c.kind, change_sets, users.c.full_name)
        .join(change_sets, change_sets.c.id == record_history.c.change_id)
        .outerjoin(users, users.c.id == change_sets.c.user_id)
        .where(
            record_history.c.object_type_id == object_type.id,
            record_history.c.record_id == record_id,
        )
    )
    return [_entry(row, row.kind) for row in tx.execute(statement)]
