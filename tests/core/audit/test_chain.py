from __future__ import annotations

import hashlib
import hmac

from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.audit import chain
from crmdesk.core.db import sqlite_audit
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_events

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
CELLS = {"INTEGER": st.integers(-(2**63), 2**63 - 1), "TEXT": TEXT, "BLOB": st.binary(max_size=40)}


def _row() -> st.SearchStrategy[dict[str, object]]:
    dialect_types = {c.name: c.type.compile().upper() for c in audit_events.columns}
    return st.fixed_dictionaries(
        {name: st.none() | CELLS[dialect_types[name]] for name in chain.CHAINED}
    )


@given(_row())
def test_the_database_puts_an_entry_together_as_the_program_does(row):
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE audit_events ({', '.join((*chain.CHAINED, 'hash', 'mac'))})")
    connection.execute("CREATE TABLE audit_details (event_id, payload, salt, erased_at)")
    marks = ", ".join("?" for _ in chain.CHAINED)
    connection.execute(
        f"INSERT INTO audit_events ({', '.join(chain.CHAINED)}) VALUES ({marks})",
        [row[name] for name in chain.CHAINED],
    )
    try:
        (read,) = sqlite_audit.chain_rows(connection, chain.CHAINED)
    finally:
        connection.close()

    # hex(NULL) is an empty text and the columns are NOT NULL: only there may the two differ.
    expected = row | {n: row[n] or b"" for n in ("details_digest", "previous_hash")}
    assert read.canonical == chain.canonical(expected)


@given(_row(), _row())
def test_two_entries_that_differ_never_have_the_same_bytes(one, other):
    assert (chain.canonical(one) == chain.canonical(other)) == (one == other)


@given(st.binary(max_size=100), st.binary(max_size=64))
def test_the_mac_is_the_standard_hmac(key, digest):
    expected = hmac.new(key, digest, hashlib.sha256).digest()

    assert chain.EntryMac(key).of(digest) == expected
    assert chain.entry_mac(key, digest) == expected


def test_every_column_of_an_entry_is_under_its_hash():
    columns = {column.name for column in audit_events.columns}

    assert columns == {*chain.CHAINED, *chain.NOT_CHAINED}
    assert chain.NOT_CHAINED == ("hash", "mac")
