"""Reads from a backup the records that are not live any more, and how they hung together."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from crmdesk.core.backup.compare_rows import BackupText, parse_rows, record_id_of
from crmdesk.core.backup.complete_parts import TABLES
from crmdesk.core.db.engine import Database
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.records.association_rows import End, Link
from crmdesk.core.records.schema import ObjectType, load_object_types
from crmdesk.core.restore.deleted_model import DeletedRequest
from crmdesk.core.restore.sources import TrustedBackup, restorable_objects

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """What the backup holds of deleted records.

    Attributes:
        values: by object and id, the values that are not blank.
        links: every association of the backup that touches one of them.
        chosen: those that were asked for; the others belong to them.
    """

    types: Mapping[int, ObjectType]
    values: Mapping[End, Values]
    links: tuple[Link, ...]
    chosen: frozenset[End]


def find_deleted(database: Database, backup: TrustedBackup, request: DeletedRequest) -> Found:
    """Read what is asked for, and where wanted what belongs to it."""
    with database.read() as tx:
        object_types = load_object_types(tx)
    restorable = {each.name for each in restorable_objects(backup, object_types) if each.restorable}
    types = {each.id: each for each in object_types if each.name in restorable}
    wanted = [each for each in types.values() if each.name == request.object_name]
    others = [each for each in types.values() if each.name != request.object_name]
    deleted: dict[End, Values] = {}
    for each in wanted:
        deleted |= _deleted(database, backup, each, request.record_ids)
    chosen = frozenset(deleted)
    if not backup.manifest.complete:
        return Found(types, deleted, (), chosen)
    known = dict(deleted)
    if request.related:
        for each in wanted:
            known |= _deleted(database, backup, each, None)
        for each in others:
            known |= _deleted(database, backup, each, None)
    links = list(_links(backup, types))
    reached = _reached(chosen, set(known), links) if request.related else set(chosen)
    touching = tuple(link for link in links if {link.first, link.second} & reached)
    return Found(types, {end: known[end] for end in reached}, touching, chosen)


def _deleted(
    database: Database,
    backup: TrustedBackup,
    object_type: ObjectType,
    record_ids: Sequence[int] | None,
) -> dict[End, Values]:
    entry = backup.manifest.entry(object_type.name)
    if entry is None:
        return {}
    with database.read() as tx:
        rows = tx.sql(f"SELECT id FROM {quoted(object_type.table)} WHERE archived_at IS NULL")
        live = {record_id for (record_id,) in rows}
    wanted = None if record_ids is None else frozenset(record_ids)
    found: dict[End, Values] = {}
    with closing(BackupText(backup.file, entry)) as text:
        for row in text.rest():
            record_id = record_id_of(row)
            if record_id in live or (wanted is not None and record_id not in wanted):
                continue
            cells = parse_rows(row)[0]
            found[End(object_type.id, record_id)] = {
                name: cell for name, cell in zip(entry.column_names, cells, strict=True) if cell
            }
        text.check_digest()
    return found


def _links(backup: TrustedBackup, types: Mapping[int, ObjectType]) -> Iterator[Link]:
    name = f"{TABLES}associations.jsonl"
    if backup.manifest.part(name) is None:
        return
    with backup.file.open_entry(name) as reading:
        text = io.TextIOWrapper(reading, encoding="utf-8", newline="\n")
        try:
            for line in text:
                row = json.loads(line)
                if row["from_type_id"] in types and row["to_type_id"] in types:
                    yield Link(
                        End(row["from_type_id"], row["from_id"]),
                        End(row["to_type_id"], row["to_id"]),
                        row["label_id"],
                    )
        finally:
            text.detach()


def _reached(chosen: frozenset[End], deleted: set[End], links: Sequence[Link]) -> set[End]:
    """The chosen, and every deleted record that hangs on them through deleted records alone."""
    beside: dict[End, list[End]] = {}
    for link in links:
        if link.first in deleted and link.second in deleted:
            beside.setdefault(link.first, []).append(link.second)
            beside.setdefault(link.second, []).append(link.first)
    reached, waiting = set(chosen), list(chosen)
    while waiting:
        for end in beside.get(waiting.pop(), ()):
            if end not in reached:
                reached.add(end)
                waiting.append(end)
    return reached
