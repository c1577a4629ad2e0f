"""Everything that is found of a person, in one look at one state of the workspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.db.engine import Tx
from crmdesk.core.privacy.holding import files_kept, holding_backups, holding_files
from crmdesk.core.privacy.model import PersonFound
from crmdesk.core.privacy.person import (
    Person,
    count_associations,
    count_history,
    count_in_bin,
    find_person,
)
from crmdesk.core.privacy.texts import (
    ImportedNaming,
    count_struck,
    count_told,
    entries_naming,
    imported_naming,
)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found.

    Attributes:
        entries: numbers of the entries of the log that ``found`` counts.
        last_entry: the last one there was.
        files: names of all files of imports and exports there were.
        imported: entries of imported logs that name an address.
    """

    person: Person
    found: PersonFound
    entries: tuple[int, ...]
    last_entry: int
    files: frozenset[str]
    imported: ImportedNaming


def look_for(tx: Tx, vault: Path, address: str, stop: Callable[[], None]) -> Look:
    """What is kept of a person.

    Args:
        vault: the workspace's; every file in it may be looked through.
        stop: called often; may raise.
    """
    person = find_person(tx, address)
    stop()
    entries = entries_about(tx, person)
    stop()
    imported = imported_naming(tx, person.addresses)
    stop()
    found = PersonFound(
        address=person.addresses[0],
        record_ids=person.record_ids,
        in_bin=count_in_bin(tx, person),
        former_ids=person.former_ids,
        history=count_history(tx, person),
        associations=count_associations(tx, person),
        entries=len(entries),
        texts=count_struck(tx, person.addresses, imported),
        files=tuple(holding_files(tx, vault, person, stop)),
        backups=tuple(holding_backups(tx, vault, person, stop)),
        mentions=count_told(tx, person),
    )
    last = tx.sql("SELECT coalesce(max(id), 0) FROM main.audit_events").fetchone()[0]
    return Look(person, found, tuple(entries), int(last), files_kept(tx), imported)


def entries_about(tx: Tx, person: Person, after: int = 0) -> list[int]:
    """Entries of the log about the records, and others that name an address; ascending.

    Args:
        after: number of the last entry that was looked at before.
    """
    naming = entries_naming(tx, person.addresses, after)
    own = (each for each in own_entries(tx, person) if each > after)
    return sorted({*own, *naming})


def own_entries(tx: Tx, person: Person) -> list[int]:
    """Entries about the records alone whose details are still there."""
    found: list[int] = []
    for record_id in person.record_ids:
        rows = tx.sql(
            "SELECT e.id FROM main.audit_events e JOIN main.audit_details d ON d.event_id = e.id "
            "WHERE e.object_type = ? AND e.object_id = ? AND d.erased_at IS NULL",
            (person.object_type.name, str(record_id)),
        )
        found += [int(row[0]) for row in rows]
    return found
