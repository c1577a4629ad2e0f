"""A hundred of each way to alter the log: each is found, at the right entry, by both verifiers.

``CRMDESK_TEST_TIMES=1000`` tries a thousand of each.
"""

from __future__ import annotations

import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from crmdesk.core.audit.heads import Head
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_events
from crmdesk.core.resources import resource_path
from tests.core.audit.conftest import ENTRIES
from tests.core.audit.ledger import MAC_KEY, Ledger
from tests.core.audit.test_verify import rehash

sys.path.insert(0, str(resource_path()))
import verify_audit_log

sys.path.pop(0)

TIMES = int(os.environ.get("CRMDESK_TEST_TIMES", "100"))
COLUMNS = [(column.name, column.type.compile().upper()) for column in audit_events.columns]
NEW_VALUES = {"INTEGER": 990_001, "TEXT": "changed", "BLOB": b"\x01" * 32}
Tamper = Callable[[sqlite3.Connection, random.Random], int]


def change_a_column(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    name, kind = chance.choice(COLUMNS)
    connection.execute(
        f"UPDATE audit_events SET {name} = ? WHERE id = ?", (NEW_VALUES[kind], entry)
    )
    return entry


def delete_an_entry(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    connection.execute("DELETE FROM audit_events WHERE id = ?", (entry,))
    connection.execute("DELETE FROM audit_details WHERE event_id = ?", (entry,))
    return entry


def delete_and_close_the_gap(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = delete_an_entry(connection, chance)
    for later in range(entry + 1, ENTRIES + 1):
        renumber(connection, later, later - 1)
    return entry


def insert_an_entry(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(2, ENTRIES + 1)
    for later in range(ENTRIES, entry - 1, -1):
        renumber(connection, later, later + 1)
    copy_entry(connection, entry - 1, entry)
    return entry


def swap_two_entries(connection: sqlite3.Connection, chance: random.Random) -> int:
    first, second = sorted(chance.sample(range(1, ENTRIES + 1), 2))
    renumber(connection, first, 0)
    renumber(connection, second, first)
    renumber(connection, 0, second)
    return first


def duplicate_an_entry(connection: sqlite3.Connection, chance: random.Random) -> int:
    copy_entry(connection, chance.randint(1, ENTRIES), ENTRIES + 1)
    return ENTRIES + 1


def cut_the_tail(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    connection.execute("DELETE FROM audit_events WHERE id >= ?", (entry,))
    connection.execute("DELETE FROM audit_details WHERE event_id >= ?", (entry,))
    return entry


def drop_the_table(connection: sqlite3.Connection, chance: random.Random) -> int:
    connection.execute(f"DROP TABLE {chance.choice(['audit_events', 'audit_details'])}")
    return 1


def edit_and_rehash(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    rehash(connection, entry, "'CHANGED'", chance.randbytes(32))
    return entry


def edit_the_details(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    connection.execute(
        "UPDATE audit_details SET payload = replace(payload, 'CRM', 'My') WHERE event_id = ?",
        (entry,),
    )
    return entry


def delete_the_details(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    connection.execute("DELETE FROM audit_details WHERE event_id = ?", (entry,))
    return entry


def edit_a_comment(connection: sqlite3.Connection, chance: random.Random) -> int:
    comment, entry = chance.choice(comments(connection))
    name, value = chance.choice(
        [
            ("text", "Nothing happened here."),
            ("text", None),
            ("event_id", 2),
            ("author_id", 2),
            ("created_at", "2026-11-22T09:00:00.000Z"),
            ("edited_at", "2026-11-22T09:00:00.000Z"),
            ("resolved_at", "2026-11-22T09:00:00.000Z"),
            ("parent_id", 1),
        ]
    )
    connection.execute(f"UPDATE audit_comments SET {name} = ? WHERE id = ?", (value, comment))
    return entry


def delete_a_comment(connection: sqlite3.Connection, chance: random.Random) -> int:
    comment, entry = chance.choice(comments(connection))
    connection.execute("DELETE FROM audit_comments WHERE id = ?", (comment,))
    return entry


def add_a_comment(connection: sqlite3.Connection, chance: random.Random) -> int:
    entry = chance.randint(1, ENTRIES)
    connection.execute(
        "INSERT INTO audit_comments (event_id, author_id, created_at, text, salt) "
        "VALUES (?, 1, '2026-11-22T09:00:00.000Z', 'I allowed this.', x'00')",
        (entry,),
    )
    return entry


def comments(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """Each comment with the entry that tells of it."""
    return connection.execute(
        "SELECT CAST(object_id AS INTEGER), id FROM audit_events "
        "WHERE object_type = 'audit_comment'"
    ).fetchall()


def renumber(connection: sqlite3.Connection, old: int, new: int) -> None:
    connection.execute("UPDATE audit_events SET id = ? WHERE id = ?", (new, old))
    connection.execute("UPDATE audit_details SET event_id = ? WHERE event_id = ?", (new, old))


def copy_entry(connection: sqlite3.Connection, source: int, target: int) -> None:
    names = ", ".join(name for name, _kind in COLUMNS if name != "id")
    connection.execute(
        f"INSERT INTO audit_events (id, {names}) SELECT ?, {names} FROM audit_events WHERE id = ?",
        (target, source),
    )
    connection.execute(
        "INSERT INTO audit_details SELECT ?, payload, salt, erased_at FROM audit_details "
        "WHERE event_id = ?",
        (target, source),
    )


#: What stands beside the chain: the verifier that stands alone does not look at it.
BESIDE: tuple[Tamper, ...] = (edit_a_comment, delete_a_comment, add_a_comment)
#: Ways to alter a log; each returns the first entry that then is not what it was.
ALTERATIONS: tuple[Tamper, ...] = (
    change_a_column,
    delete_an_entry,
    delete_and_close_the_gap,
    insert_an_entry,
    swap_two_entries,
    duplicate_an_entry,
    cut_the_tail,
    drop_the_table,
    edit_and_rehash,
    edit_the_details,
    delete_the_details,
    *BESIDE,
)


@pytest.fixture(scope="module")
def anchored(
    tmp_path_factory: pytest.TempPathFactory, filled_file: Path, signing_key
) -> tuple[Path, Head]:
    """A log and a head of it that was given away: the file's path holds the database beside it."""
    folder = tmp_path_factory.mktemp("tamper")
    ledger = Ledger(shutil.copy(filled_file, folder / "crm.sqlite3"), signing_key)
    head = ledger.keeper.write_anchor(folder / "anchors.jsonl")
    ledger.database.close()
    return folder, head


@pytest.mark.parametrize("tamper", ALTERATIONS)
def test_it_is_found_at_the_right_entry(tamper: Tamper, anchored, tmp_path):
    folder, head = anchored
    original = (folder / "crm.sqlite3").read_bytes()
    path = tmp_path / "crm.sqlite3"
    # Comments are looked at row by row, each in the same way.
    for seed in range(TIMES // 10 if tamper in BESIDE else TIMES):
        path.write_bytes(original)
        first_bad = tampered(path, tamper, random.Random(seed))

        found = verify_chain(path, MAC_KEY, [head], head.public_key)

        assert not found.ok, seed
        assert found.first_bad == first_bad, (seed, found)
        if seed % 10 == 0:
            outsider = verify_chain(path, None, [head], head.public_key)
            alone = verify_audit_log.verify(path, folder / "anchors.jsonl", head.public_key)
            # Another MAC is all that somebody without the key cannot see.
            if tamper in BESIDE:
                assert alone["ok"]
                continue
            assert alone["first_bad"] == outsider.first_bad, (seed, alone, outsider)
            assert alone["reason"] == outsider.reason, (seed, alone, outsider)
            assert alone["ok"] == outsider.ok
            assert alone["events"] == outsider.events


def tampered(path: Path, tamper: Tamper, chance: random.Random) -> int:
    """Alter the file without its journal, as fast as a file can be altered."""
    connection = sqlite3.connect(path)
    try:
        connection.executescript(
            "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF;"
            "DROP TRIGGER IF EXISTS audit_events_no_update;"
            "DROP TRIGGER IF EXISTS audit_events_no_delete;"
            "DROP TRIGGER IF EXISTS audit_events_no_replace;"
        )
        first_bad = tamper(connection, chance)
        connection.commit()
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    return first_bad


def test_every_column_of_every_entry_is_watched(anchored, tmp_path):
    folder, head = anchored
    original = (folder / "crm.sqlite3").read_bytes()
    path = tmp_path / "crm.sqlite3"
    for name, kind in COLUMNS:
        path.write_bytes(original)

        def change(connection, _chance, name=name, kind=kind):
            connection.execute(
                f"UPDATE audit_events SET {name} = ? WHERE id = 11", (NEW_VALUES[kind],)
            )
            return 11

        tampered(path, change, random.Random(0))
        assert verify_chain(path, MAC_KEY, [head], head.public_key).first_bad == 11, name


def test_yesterdays_copy_of_the_file_is_found_at_its_end(anchored, filled, tmp_path):
    chance = random.Random(5)
    for _ in range(TIMES // 10):
        yesterday = snapshot(filled)
        had = filled.count()
        filled.fill(chance.randint(1, 5))
        head = filled.keeper.head()
        old = tmp_path / "yesterday.sqlite3"
        old.write_bytes(yesterday)

        found = verify_chain(old, MAC_KEY, [head], filled.public_key)

        assert (found.ok, found.first_bad, found.events) == (False, had + 1, had)


def snapshot(ledger: Ledger) -> bytes:
    with ledger.tampering() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return ledger.path.read_bytes()


def test_the_anchor_given_away_cannot_be_outdone_with_all_the_keys(filled, tmp_path):
    head = filled.keeper.write_anchor(tmp_path / "given.json")
    chance = random.Random(3)
    original = snapshot(filled)
    path = tmp_path / "rewritten.sqlite3"
    for _ in range(TIMES):
        path.write_bytes(original)
        entry = chance.randint(1, ENTRIES)
        tampered(path, lambda c, _r, entry=entry: rehash(c, entry, "'X'", MAC_KEY) or 0, chance)

        assert verify_chain(path, MAC_KEY).reason is None
        assert not verify_chain(path, MAC_KEY, [head], filled.public_key).ok
