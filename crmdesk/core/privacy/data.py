"""What a person is given: all that is kept about them, as tables of text."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.core.clock import to_text
from crmdesk.core.db.engine import Tx
from crmdesk.core.errors import UserError
from crmdesk.core.files.source import TableSource, list_tables, open_table
from crmdesk.core.privacy.model import FileKind, HoldingFile, PersonFound
from crmdesk.core.privacy.person import Person, folded
from crmdesk.core.privacy.texts import entries_naming
from crmdesk.core.records.association_listing import list_associated
from crmdesk.core.records.reader import value_history
from crmdesk.core.records.record import read_record
from crmdesk.core.records.schema import load_object_types

Cells = tuple[object | None, ...]
_MOST_ASSOCIATED = 1_000_000


@dataclass(frozen=True, slots=True)
class DataTable:
    """One table of the file: its name without an ending, the names of its columns, its rows."""

    name: str
    columns: tuple[str, ...]
    rows: list[Cells] = field(default_factory=list)


def data_tables(
    tx: Tx, vault: Path, person: Person, found: PersonFound, stop: Callable[[], None]
) -> list[DataTable]:
    """Everything about a person.

    Names of colleagues are not among it: who typed a value is not data of whom it is about.
    """
    return [
        _values(tx, person),
        _history(tx, person),
        _associations(tx, person),
        _entries(tx, person),
        _import_rows(vault / "imports", person, found.files, stop),
    ]


def _values(tx: Tx, person: Person) -> DataTable:
    table = DataTable("records", ("record_id", "property", "label", "value"))
    for record_id in person.record_ids:
        record = read_record(tx, person.object_type, record_id)
        for name, value in record.values.items():
            if value is not None:
                label = person.object_type.by_name[name].label
                table.rows.append((record_id, name, label, value))
    return table


def _history(tx: Tx, person: Person) -> DataTable:
    table = DataTable("history", ("record_id", "at", "property", "old", "new", "source"))
    for record_id in person.record_ids:
        for entry in value_history(tx, person.object_type, record_id, None, reveals=True):
            row = (record_id, to_text(entry.at), entry.property, entry.old, entry.new, entry.source)
            table.rows.append(row)
    return table


def _associations(tx: Tx, person: Person) -> DataTable:
    columns = ("record_id", "object", "associated_id", "name", "labels", "since")
    table = DataTable("associations", columns)
    for record_id in person.record_ids:
        for other in load_object_types(tx):
            for each in list_associated(
                tx, person.object_type, record_id, other, limit=_MOST_ASSOCIATED, offset=0
            ):
                labels = "; ".join(each.labels)
                since = to_text(each.added_at)
                table.rows.append((record_id, other.name, each.id, each.name, labels, since))
    return table


def _entries(tx: Tx, person: Person) -> DataTable:
    """Entries about the records in full; of others only that there are, for they name more."""
    columns = ("entry", "at", "category", "subcategory", "action", "details")
    table = DataTable("log", columns)
    own = {str(each) for each in person.record_ids}
    for event_id in sorted({*_about_records(tx, person), *entries_naming(tx, person.addresses)}):
        *cells, object_type, object_id, payload = tx.sql(
            "SELECT e.id, e.at, e.category, e.subcategory, e.action, e.object_type, e.object_id, "
            "d.payload FROM main.audit_events e LEFT JOIN main.audit_details d "
            "ON d.event_id = e.id WHERE e.id = ?",
            (event_id,),
        ).fetchone()
        is_own = object_type == person.object_type.name and object_id in own
        table.rows.append((*cells, _details(payload) if is_own else None))
    return table


def _about_records(tx: Tx, person: Person) -> list[int]:
    found: list[int] = []
    for record_id in person.record_ids:
        rows = tx.sql(
            "SELECT id FROM main.audit_events WHERE object_type = ? AND object_id = ?",
            (person.object_type.name, str(record_id)),
        )
        found += [int(row[0]) for row in rows]
    return found


def _details(payload: str | None) -> str | None:
    if payload is None:
        return None
    facts: dict[str, Any] = json.loads(payload)
    kept = {name: each for name, each in facts.items() if not name.startswith("user_")}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


# -- files that were imported -----------------------------------------------------------------
def _import_rows(
    folder: Path, person: Person, files: Sequence[HoldingFile], stop: Callable[[], None]
) -> DataTable:
    table = DataTable("import_rows", ("import", "table", "row", "column", "value"))
    read: set[str] = set()
    for each in files:
        if each.kind is not FileKind.IMPORT or each.file in read:
            continue
        read.add(each.file)
        for source in _tables_of(folder / each.file):
            for line, column, value in _rows_about(source, person, stop):
                table.rows.append((each.name, source.entry or source.sheet, line, column, value))
    return table


def _tables_of(path: Path) -> Iterator[TableSource]:
    """Every table of a file; one that cannot be read any more has none."""
    try:
        names: Sequence[str | None] = [entry.name for entry in list_tables(path)]
    except UserError:
        names = (None,)
    for name in names or (None,):
        try:
            source = open_table(path, entry=name)
            if source.needs_sheet:
                yield from (source.choose_sheet(sheet) for sheet in source.sheets)
            else:
                yield source
        except UserError:
            continue


def _rows_about(
    source: TableSource, person: Person, stop: Callable[[], None]
) -> Iterator[tuple[int, str, str]]:
    """The cells of rows that have one of the addresses."""
    wanted = set(person.addresses)
    for batch in source.batches():
        stop()
        for line, *cells in batch.rows:
            texts = [str(cell) for cell in cells]
            if any("@" in text and wanted & set(_addresses(text)) for text in texts):
                named = zip(source.headers.names, texts, strict=False)
                yield from ((int(line), column, text) for column, text in named if text)


def _addresses(text: str) -> list[str]:
    return [each.strip() for each in folded(text).replace(",", ";").split(";")]
