"""Who a person is in the database: records, and every address that these ever had."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase

from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.addresses import is_email
from crmdesk.core.records.merge_rows import merged_into
from crmdesk.core.records.picking import keep_ids
from crmdesk.core.records.schema import ObjectType, load_object_type

_ADDRESS_PROPERTIES = ("email", "hs_additional_emails")
_OURS = "object_type_id = ? AND record_id IN (SELECT id FROM temp.picked)"
_FOLDED = str.maketrans(ascii_uppercase, ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Person:
    """The records of a person.

    Attributes:
        addresses: all that the records have or had, the one that was asked for first; folded.
        record_ids: ascending; those in the recycle bin and merged ones among them.
        former_ids: records that had the address and have another now, where they were asked for.
    """

    object_type: ObjectType
    address: str
    addresses: tuple[str, ...]
    record_ids: tuple[int, ...]
    former_ids: tuple[int, ...]


def checked_address(text: str) -> str:
    """An address without outer spaces.

    Raises:
        UserError: ``email_invalid``.
    """
    address = text.strip()
    if not is_email(address):
        raise UserError(
            "email_invalid", "That is no e-mail address.", "Give one such as ann@example.org."
        )
    return address


def folded(text: str) -> str:
    """A text without the case of ASCII letters, as addresses are compared everywhere."""
    return text.translate(_FOLDED)


def find_person(tx: Tx, address: str, *, former: bool = True) -> Person:
    """Every contact that has an address, as the first one or another, whatever its capitals.

    Args:
        former: also who had it once, for which all history is read: not while others wait.
    """
    contacts = load_object_type(tx, "contacts")
    wanted = folded(address)
    direct = [
        record_id
        for record_id, values in _with_text(tx, contacts, wanted)
        if any(wanted in _split(value) for value in values)
    ]
    ids = tuple(sorted({*direct, *merged_into(tx, contacts, direct)}))
    ever = {wanted, *_addresses_of(tx, contacts, ids)}
    return Person(
        contacts,
        address,
        (wanted, *sorted(ever - {wanted})),
        ids,
        tuple(sorted(_once_had(tx, contacts, wanted) - set(ids))) if former else (),
    )


def unheld(tx: Tx, addresses: Iterable[str]) -> list[str]:
    """Those addresses that no contact has now: some may have changed hands."""
    contacts = load_object_type(tx, "contacts")
    column = quoted(contacts.by_name["email"].column)
    held = f"SELECT 1 FROM main.{quoted(contacts.table)} WHERE lower({column}) = ? LIMIT 1"
    return [each for each in addresses if tx.sql(held, (each,)).fetchone() is None]


def keep_person(tx: Tx, person: Person) -> None:
    """Put the person's records into the connection's table ``temp.picked``."""
    keep_ids(tx, person.record_ids)


def count_history(tx: Tx, person: Person) -> int:
    """How many changes of the records are kept."""
    keep_person(tx, person)
    counted = 0
    for table in ("value_history", "record_history"):
        rows = tx.sql(f"SELECT count(*) FROM main.{table} WHERE {_OURS}", (_type_id(person),))
        counted += int(rows.fetchone()[0])
    return counted


def count_associations(tx: Tx, person: Person) -> int:
    """How many associations the records have with others."""
    keep_person(tx, person)
    row = tx.sql(
        "SELECT count(*) FROM main.associations WHERE "
        "(from_type_id = ?1 AND from_id IN (SELECT id FROM temp.picked)) OR "
        "(to_type_id = ?1 AND to_id IN (SELECT id FROM temp.picked))",
        (_type_id(person),),
    ).fetchone()
    return int(row[0])


def count_in_bin(tx: Tx, person: Person) -> int:
    """How many of the records lie in the recycle bin."""
    keep_person(tx, person)
    row = tx.sql(
        f"SELECT count(*) FROM main.{quoted(person.object_type.table)} "
        "WHERE archived_at IS NOT NULL AND id IN (SELECT id FROM temp.picked)"
    ).fetchone()
    return int(row[0])


def jobs_that_wrote(tx: Tx, person: Person) -> set[str]:
    """The jobs that made or changed the records: imports, restores, bulk edits."""
    keep_person(tx, person)
    changes = " UNION ".join(
        f"SELECT change_id FROM main.{table} WHERE {_OURS}"
        for table in ("value_history", "record_history")
    )
    rows = tx.sql(
        f"SELECT DISTINCT job_id FROM main.change_sets WHERE job_id IS NOT NULL AND id IN "
        f"({changes})",
        (_type_id(person),) * 2,
    )
    return {str(row[0]) for row in rows}


def _type_id(person: Person) -> int:
    return person.object_type.id


def _with_text(
    tx: Tx, contacts: ObjectType, wanted: str
) -> Iterable[tuple[int, tuple[str | None, ...]]]:
    columns = _address_columns(contacts)
    found = " OR ".join(f"instr(lower({column}), ?)" for column in columns)
    rows = tx.sql(
        f"SELECT id, {', '.join(columns)} FROM main.{quoted(contacts.table)} WHERE {found}",
        [wanted] * len(columns),
    ).fetchall()
    return [(int(row[0]), tuple(row[1:])) for row in rows]


def _address_columns(contacts: ObjectType) -> list[str]:
    known = contacts.by_name
    return [quoted(known[name].column) for name in _ADDRESS_PROPERTIES if name in known]


def _addresses_of(tx: Tx, contacts: ObjectType, ids: tuple[int, ...]) -> set[str]:
    keep_ids(tx, ids)
    columns = _address_columns(contacts)
    rows = tx.sql(
        f"SELECT {', '.join(columns)} FROM main.{quoted(contacts.table)} "
        "WHERE id IN (SELECT id FROM temp.picked)"
    )
    values = [value for row in rows for value in row]
    history = tx.sql(f"SELECT cells FROM main.value_history WHERE {_OURS}", (contacts.id,))
    for (cells,) in history:
        values += _address_cells(contacts, cells)
    return {each for value in values for each in _split(value)}


def _once_had(tx: Tx, contacts: ObjectType, wanted: str) -> set[int]:
    """Records whose history has the address."""
    rows = tx.sql(
        "SELECT record_id, cells FROM main.value_history "
        "WHERE object_type_id = ? AND instr(lower(cells), ?)",
        (contacts.id, json.dumps(wanted, ensure_ascii=False)[1:-1]),
    ).fetchall()
    return {
        int(record_id)
        for record_id, cells in rows
        if any(wanted in _split(value) for value in _address_cells(contacts, cells))
    }


def _address_cells(contacts: ObjectType, cells: str) -> list[str | None]:
    known = contacts.by_name
    ids = {known[name].id for name in _ADDRESS_PROPERTIES if name in known}
    return [value for found, *both in json.loads(cells) if found in ids for value in both]


def _split(value: str | None) -> list[str]:
    """The addresses of a value: one, or several between semicolons."""
    plain = folded(value or "").replace(",", ";")
    return [each.strip() for each in plain.split(";") if "@" in each]
