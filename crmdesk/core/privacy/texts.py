"""Texts of the database that name an address: struck out, erased, or told of.

What tells of the person's own records goes with the records. Here is the rest: a filter that
asked for the address, a notice, a message to it, an entry about something else that names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crmdesk.core.audit.imported_model import STRUCK_OUT
from crmdesk.core.db.engine import Tx
from crmdesk.core.db.sqlite import quoted
from crmdesk.core.jobs.job import OPEN
from crmdesk.core.privacy.person import Person, folded
from crmdesk.core.records.schema import load_object_types
from crmdesk.core.records.types import PropertyType

#: Of more spellings than this the pattern alone decides: a statement takes only so many terms.
_MOST_TERMS = 100
_NUMBERS_AT_ONCE = 500
_OPEN_JOBS = "(" + ", ".join(f"'{state.value}'" for state in sorted(OPEN)) + ")"


@dataclass(frozen=True, slots=True)
class _Texts:
    """Columns of a table that may name somebody.

    Attributes:
        which: rows that are left alone are not among them.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    which: str = "true"


_IMPORTED = "imported_events"
#: Rows of what is over. A job that still runs, or waits for a decision, vouches for its words.
_STRUCK = (
    _Texts(
        "jobs", "id", ("params", "detail", "result", "error"), f"state NOT IN {_OPEN_JOBS}"
    ),
    _Texts("plans", "id", ("params", "summary"), "used_at IS NOT NULL"),
    _Texts(
        "exports",
        "id",
        ("name", "source_name", "request", "error", "reason"),
        "finished_at IS NOT NULL",
    ),
    _Texts("imports", "id", ("name", "file_name", "errors", "error")),
    _Texts("import_details", "import_id", ("facts",)),
    _Texts("import_templates", "id", ("mapping",)),
    _Texts(_IMPORTED, "id", ("object_id", "detail")),
    # Users of the program stay named as who acted, here as in the own log.
    _Texts(
        _IMPORTED,
        "id",
        ("user_email",),
        "lower(user_email) NOT IN (SELECT lower(email) FROM main.users)",
    ),
    _Texts("restores", "id", ("planned", "error")),
    _Texts("change_sets", "id", ("source_label",)),
    _Texts("notifications", "id", ("values_json",)),
    # A message to a user of the program is theirs, whoever they are besides.
    _Texts("outbox", "id", ("recipient", "subject", "body", "reply"), "user_id IS NULL"),
)  # fmt: skip
#: What people wrote or chose; it is about more than one person, and theirs to change.
_TOLD = (
    _Texts("saved_views", "id", ("name", "definition")),
    _Texts("segments", "id", ("name", "filters"), "archived_at IS NULL"),
    _Texts("audit_comments", "id", ("text",)),
    _Texts("audit_comment_drafts", "user_id", ("text",)),
)


@dataclass(frozen=True, slots=True)
class ImportedNaming:
    """Imported entries that name an address, as they were found while others could write.

    There may be millions of them, and none is ever changed but by striking out.

    Attributes:
        addresses: which were looked for.
        last: the highest entry that was looked at.
    """

    addresses: tuple[str, ...]
    numbers: tuple[int, ...]
    last: int


def imported_naming(tx: Tx, addresses: Sequence[str]) -> ImportedNaming:
    """Look through the imported entries, before anybody waits for it."""
    last = tx.sql(f"SELECT ifnull(max(id), 0) FROM main.{_IMPORTED}").fetchone()[0]
    imported = [texts for texts in _STRUCK if texts.table == _IMPORTED]
    numbers = {int(str(key)) for _, key, _ in _naming(tx, imported, addresses)}
    return ImportedNaming(tuple(addresses), tuple(sorted(numbers)), int(last))


def strike_out(tx: Tx, addresses: Sequence[str], imported: ImportedNaming) -> int:
    """Take addresses out of what names them; returns how many rows did.

    Args:
        imported: what an earlier look found, so that the write lock is not held for another.
    """
    pattern = _pattern(addresses)
    struck: set[tuple[str, object]] = set()
    for texts, key, values in [*_naming(tx, _to_strike(addresses, imported), addresses)]:
        shown = {
            column: pattern.sub(STRUCK_OUT, value)
            for column, value in zip(texts.columns, values, strict=True)
            if isinstance(value, str)
        }
        given = ", ".join(f"{quoted(column)} = ?" for column in shown)
        tx.sql(
            f"UPDATE main.{texts.table} SET {given} WHERE {texts.key} = ?", [*shown.values(), key]
        )
        struck.add((texts.table, key))
    return len(struck)


def _to_strike(addresses: Sequence[str], imported: ImportedNaming) -> list[_Texts]:
    """Where to look: of what was looked through before only at what was found."""
    if tuple(addresses) != imported.addresses:
        return list(_STRUCK)
    found: list[_Texts] = []
    for texts in _STRUCK:
        if texts.table != _IMPORTED:
            found.append(texts)
            continue
        found.append(replace(texts, which=f"{texts.which} AND id > {imported.last}"))
        for start in range(0, len(imported.numbers), _NUMBERS_AT_ONCE):
            some = imported.numbers[start : start + _NUMBERS_AT_ONCE]
            among = ", ".join(map(str, some))
            found.append(replace(texts, which=f"{texts.which} AND id IN ({among})"))
    return found


def count_struck(tx: Tx, addresses: Sequence[str], imported: ImportedNaming) -> int:
    """How many rows :func:`strike_out` would change."""
    others = [texts for texts in _STRUCK if texts.table != _IMPORTED]
    return len(imported.numbers) + sum(1 for _ in _naming(tx, others, addresses))


def count_told(tx: Tx, person: Person) -> dict[str, int]:
    """What names an address and stays: by table of the program, and by object for records."""
    counts: dict[str, int] = {}
    for texts, _key, _values in _naming(tx, _TOLD, person.addresses):
        counts[texts.table] = counts.get(texts.table, 0) + 1
    for found in load_object_types(tx):
        columns = [
            quoted(each.column) for each in found.properties if each.type is PropertyType.STRING
        ]
        own = found.id == person.object_type.id
        many = _count_records(tx, found.table, columns, person, own=own)
        if many:
            counts[found.name] = many
    past = _count_history(tx, person)
    return counts | ({"value_history": past} if past else {})


def entries_naming(tx: Tx, addresses: Sequence[str], after: int = 0) -> list[int]:
    """Entries of the log whose details name an address, other than as the one who acted.

    Entries about users of the program are theirs: an account is not deleted by this.

    Args:
        after: number of the last entry that was looked at before.
    """
    where, values = _holds(("d.payload",), addresses)
    rows = tx.sql(
        "SELECT d.event_id, d.payload FROM main.audit_details d "
        f"JOIN main.audit_events e ON e.id = d.event_id WHERE d.payload IS NOT NULL AND {where} "
        "AND coalesce(e.object_type, '') <> 'user' AND d.event_id > ?",
        [*values, after],
    )
    pattern = _pattern(addresses)
    return [int(key) for key, payload in rows if pattern.search(_without_actor(payload))]


def _without_actor(payload: str) -> str:
    try:
        facts = json.loads(payload)
    except ValueError:
        return payload
    if isinstance(facts, dict):
        facts.pop("user_email", None)
    return json.dumps(facts, ensure_ascii=False)


def _count_records(tx: Tx, table: str, columns: Sequence[str], person: Person, *, own: bool) -> int:
    """Records of others that name an address somewhere in a text."""
    # A statement takes at most so many terms and parameters.
    pattern, found = _pattern(person.addresses), set[int]()
    besides = "AND id NOT IN (SELECT id FROM temp.picked)" if own else ""
    for start in range(0, len(columns), 40):
        some = columns[start : start + 40]
        where, values = _holds(some, person.addresses)
        rows = tx.sql(
            f"SELECT id, {', '.join(some)} FROM main.{quoted(table)} WHERE {where} {besides}",
            values,
        )
        found.update(
            int(key) for key, *texts in rows if any(pattern.search(each or "") for each in texts)
        )
    return len(found)


def _count_history(tx: Tx, person: Person) -> int:
    """Changes of other records whose old or new value names an address."""
    where, values = _holds(("cells",), person.addresses)
    rows = tx.sql(
        f"SELECT cells FROM main.value_history WHERE {where} AND NOT (object_type_id = ? "
        "AND record_id IN (SELECT id FROM temp.picked))",
        [*values, person.object_type.id],
    )
    pattern = _pattern(person.addresses)
    return sum(1 for (cells,) in rows if pattern.search(cells))


def _naming(
    tx: Tx, all_texts: Sequence[_Texts], addresses: Sequence[str]
) -> Iterator[tuple[_Texts, object, tuple[object, ...]]]:
    """Rows with their table, key and texts."""
    pattern = _pattern(addresses)
    there = {row[0] for row in tx.sql("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    for texts in all_texts:
        if texts.table not in there:
            continue
        where, values = _holds(texts.columns, addresses)
        names = ", ".join(map(quoted, texts.columns))
        rows = tx.sql(
            f"SELECT {texts.key}, {names} FROM main.{texts.table} WHERE {texts.which} AND {where}",
            values,
        ).fetchall()
        for key, *found in rows:
            if any(isinstance(each, str) and pattern.search(each) for each in found):
                yield texts, key, tuple(found)


def _holds(columns: Sequence[str], addresses: Sequence[str]) -> tuple[str, list[str]]:
    """SQL that is true where a column names an address, whatever its capitals.

    It may be true of others too: each text is looked at again with :func:`_pattern`.
    """
    needles = _spellings(addresses)
    if len(needles) > _MOST_TERMS:
        needles = ["@"]
    # Few values have an @, and to fold one takes longer than to look for it.
    terms = [
        f"(instr({column}, '@') AND ({' OR '.join([f'instr(lower({column}), ?)'] * len(needles))}))"
        for column in columns
    ]
    return f"({' OR '.join(terms)})", [needle for _ in columns for needle in needles]


def _spellings(addresses: Sequence[str]) -> list[str]:
    """An address as text has it, and as JSON of ASCII alone does."""
    both = [form for each in addresses for form in (folded(each), folded(json.dumps(each)[1:-1]))]
    return [*dict.fromkeys(both)]


def _pattern(addresses: Sequence[str]) -> re.Pattern[str]:
    """Finds an address, and not one that only ends or begins like it."""
    forms = "|".join(re.escape(each) for each in _spellings(addresses))
    return re.compile(rf"(?<![\w.+-])(?:{forms})(?![\w-]|\.\w)", re.IGNORECASE)
