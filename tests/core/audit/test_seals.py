"""Seals say what was proven, and nothing else: the same is found with them as without."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit import kinds
from crmdesk.core.audit.seal_keeping import SealKeeper, proven
from crmdesk.core.audit.seal_proof import is_right
from crmdesk.core.audit.seals import Seals
from crmdesk.core.audit.verdict import Reason
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.audit.walk import Walk
from crmdesk.core.audit.walk_processes import stretches, walk_in_processes
from crmdesk.core.check import check_workspace
from crmdesk.core.db import sqlite_audit, sqlite_seals
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_seals import Segment
from tests.builders import Desk, KeyBox
from tests.core.audit.ledger import MAC_KEY, Ledger
from tests.core.audit.test_verify import rehash

ENTRIES = 2_030
ERASED = 320
#: A table that holds whatever it is given, as one of ours never would.
LOOSE = (
    "CREATE TABLE loose AS SELECT * FROM {0}; DROP TABLE {0}; "
    "CREATE TABLE {0} ({1} INTEGER PRIMARY KEY, {2}); INSERT INTO {0} SELECT * FROM loose;"
)
#: What is done to entries under a seal, and what is said of the first bad one.
ALTERATIONS = (
    ("UPDATE audit_events SET host = 'x' WHERE id IN (777, 1500)", 777, Reason.CHANGED),
    ("UPDATE audit_events SET host = CAST(x'ff' AS TEXT) WHERE id = 4", 4, Reason.CHANGED),
    ("UPDATE audit_events SET mac = zeroblob(32) WHERE id = 1001", 1001, Reason.FORGED),
    (
        "UPDATE audit_events SET hash = substr(hash, 1, 31), "
        "mac = CAST(substr(hash, 32) || mac AS BLOB) WHERE id = 9",
        9,
        Reason.CHANGED,
    ),
    ("DELETE FROM audit_events WHERE id = 1000", 1000, Reason.MISSING),
    ("DELETE FROM audit_details WHERE event_id = 2000", 2000, Reason.DETAILS_MISSING),
    (
        "UPDATE audit_details SET payload = substr(payload, 2), "
        "salt = CAST(salt || substr(payload, 1, 1) AS BLOB) WHERE event_id = 700",
        None,
        None,
    ),
    (
        "UPDATE audit_details SET payload = payload || char(0) || 'more' WHERE event_id = 6",
        6,
        Reason.DETAILS_CHANGED,
    ),
    (f"UPDATE audit_details SET erased_at = 'then' WHERE event_id = {ERASED}", None, None),
    ("UPDATE audit_details SET erased_at = 'now' WHERE event_id = 3", 3, Reason.DETAILS_CHANGED),
    (
        f"UPDATE audit_details SET payload = '' WHERE event_id = {ERASED}",
        ERASED,
        Reason.DETAILS_CHANGED,
    ),
    (
        LOOSE.format("audit_events", "id", "{events}")
        + "UPDATE audit_events SET subjects = '1' WHERE id = 1200",
        1200,
        Reason.CHANGED,
    ),
    (
        LOOSE.format("audit_details", "event_id", "payload, salt, erased_at")
        + "UPDATE audit_details SET payload = CAST(payload AS BLOB) WHERE event_id = 40",
        None,
        None,
    ),
)
#: What is done to seals alone: how many of the two then still prove, and how many do not fit.
SEALS = (
    ("DELETE FROM audit_seals WHERE segment = 0", 1, 0),
    ("UPDATE audit_seals SET seal = zeroblob(32) WHERE segment = 1", 1, 1),
    (
        "UPDATE audit_seals SET segment = 11 - segment; "
        "UPDATE audit_seals SET segment = segment - 10",
        0,
        2,
    ),
    (
        "UPDATE audit_seals SET segment = segment + 10; "
        "UPDATE audit_seals SET segment = segment - 9",
        0,
        1,
    ),
    ("INSERT INTO audit_seals VALUES (2, zeroblob(32)), (-1, x''), (1 << 60, x'')", 2, 0),
    ("DROP TABLE audit_seals", 0, 0),
    ("DROP TABLE audit_seals; CREATE TABLE audit_seals (other)", 0, 0),
    (
        "ALTER TABLE audit_seals RENAME TO hidden; CREATE VIEW audit_seals AS "
        "WITH RECURSIVE r(segment, seal) AS (SELECT 0, x'' UNION ALL SELECT segment + 1, seal "
        "FROM r) SELECT segment, seal FROM r",
        0,
        0,
    ),
)


@pytest.fixture(scope="module")
def sealed_file(
    tmp_path_factory: pytest.TempPathFactory, empty_file: Path, signing_key: SigningKey
) -> Path:
    """A log of two sealed segments and a few entries more, one of which has no details left."""
    path = shutil.copy(empty_file, tmp_path_factory.mktemp("sealed") / "crm.sqlite3")
    ledger = Ledger(path, signing_key).fill(ENTRIES - 1)
    with ledger.database.write() as tx:
        ledger.audit_log.erase_entries(tx, [ERASED])
    keeper = SealKeeper(ledger.database, MAC_KEY)
    assert [keeper.keep(), keeper.keep(), keeper.keep(1.0)] == [True, False, False]
    ledger.database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def seals_on(path: Path) -> list[tuple[int, bytes]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT segment, seal FROM audit_seals ORDER BY 1").fetchall()


def altered(log: Ledger, statements: str) -> None:
    with log.tampering() as connection:
        columns = connection.execute("SELECT name FROM pragma_table_info('audit_events')")
        names = ", ".join(name for (name,) in columns if name != "id")
        connection.executescript(statements.replace("{events}", names))


def test_a_sealed_log_is_found_right_and_alike_by_everybody(sealed_file: Path) -> None:
    found = verify_chain(sealed_file, MAC_KEY)
    outside = verify_chain(sealed_file, None)

    assert (found.ok, found.events, found.erased) == (True, ENTRIES, 1)
    assert (found.sealed, found.misfits) == (2_000, 0)
    # Without the key seals prove nothing, and are not looked at.
    assert (outside.ok, outside.erased, outside.sealed) == (True, 1, 0)
    other = verify_chain(sealed_file, b"\x08" * 32)
    assert (other.first_bad, other.reason, other.sealed) == (1, Reason.FORGED, 0)
    with sqlite_audit.open_for_verification(sealed_file) as connection:
        here = Walk(connection, MAC_KEY, {}).stretch(ENTRIES)
        asked = stretches(sealed_file, MAC_KEY, {}, ENTRIES, 1_000)
        assert walk_in_processes(connection, asked, 1) == here


def test_whatever_is_altered_under_a_seal_is_found_where_it_is(
    open_ledger: Callable[[Path], Ledger], sealed_file: Path
) -> None:
    for statements, first_bad, reason in ALTERATIONS:
        log = open_ledger(sealed_file)
        altered(log, statements)
        with sqlite_audit.open_for_verification(log.path) as connection:
            one_by_one = Walk(connection, MAC_KEY, {}).to_the_end()

        found = verify_chain(log.path, MAC_KEY)

        # What entries do not tell of, such as when their details were erased, no seal decides.
        assert (found.first_bad, found.reason) == (first_bad, reason), statements
        assert (one_by_one.last.number, one_by_one.reason) == (found.events, reason), statements
        assert found.misfits == 1, statements


def test_seals_that_were_altered_say_nothing_and_the_entries_decide(
    open_ledger: Callable[[Path], Ledger], sealed_file: Path
) -> None:
    for statements, prove, misfits in SEALS:
        log = open_ledger(sealed_file)
        altered(log, statements)

        found = verify_chain(log.path, MAC_KEY)

        assert (found.ok, found.events) == (True, ENTRIES), statements
        assert (found.sealed, found.misfits) == (1_000 * prove, misfits), statements


def test_a_sealed_segment_must_follow_the_one_before_it_and_hold_what_was_signed(
    open_ledger: Callable[[Path], Ledger], sealed_file: Path
) -> None:
    log = open_ledger(sealed_file)
    with log.tampering() as connection:
        # Whoever holds the key can seal what they wrote anew; what follows does not fit it.
        rehash(connection, 700, "'X'", MAC_KEY)
        connection.execute("UPDATE audit_events SET previous_hash = zeroblob(32) WHERE id = 1001")
        connection.commit()
        made = sqlite_seals.read_segment(connection, ("id",), 0)
        assert made is not None
        connection.execute("DELETE FROM audit_seals")
        connection.commit()
    SealKeeper(log.database, MAC_KEY).keep(1.0)
    assert [segment for segment, _ in seals_on(log.path)] == [0]

    assert verify_chain(log.path, MAC_KEY).events == 1_000
    with sqlite_audit.open_for_verification(sealed_file) as connection:
        signed = {700: sqlite_audit.link_at(connection, 700)[0], 650: bytes(32)}
        assert Walk(connection, MAC_KEY, {650: bytes(32)}).stretch(ENTRIES).last.number == 649
    with sqlite_audit.open_for_verification(log.path) as connection:
        found = Walk(connection, MAC_KEY, {700: signed[700]}).stretch(1_000)
    assert (found.last.number, found.reason, found.sealed) == (699, Reason.REWRITTEN, 0)


def test_what_is_sealed_is_proven_from_the_very_bytes_of_the_seal(sealed_file: Path) -> None:
    with sqlite_audit.open_for_verification(sealed_file) as connection:

        def right(segment: Segment) -> bool:
            return is_right(segment, Walk(connection, MAC_KEY, {}))

        segment = Seals(connection, MAC_KEY).read(0)
        assert segment is not None
        assert right(segment)
        for number, block in enumerate(segment.blocks):
            for name, part in block._asdict().items():
                # Only the number of an erased entry can be proven, and not when it was erased.
                for place in (0, len(part) // 3, len(part) - 1) if name != "erasures" else (0,):
                    if part:
                        other = bytearray(part)
                        other[place] ^= 1
                        blocks = list(segment.blocks)
                        blocks[number] = block._replace(**{name: bytes(other)})
                        assert not right(segment._replace(blocks=tuple(blocks))), (number, name)


def test_erasing_details_breaks_the_seal_at_once_and_it_is_made_anew(
    open_ledger: Callable[[Path], Ledger], sealed_file: Path
) -> None:
    log = open_ledger(sealed_file)
    keeper = SealKeeper(log.database, MAC_KEY)
    with sqlite_audit.open_for_verification(log.path) as connection:
        ((read_before, seal),) = proven(connection, MAC_KEY, [1])
    with log.database.write() as tx:
        log.audit_log.erase_entries(tx, [1_500])
        log.audit_log.erase(tx, "contacts", [0])
        assert sqlite_seals.unsealed(tx.driver) == [0, 1]
        # Made of what was read before, it would be a seal on details that are gone.
        sqlite_seals.keep_seal(tx.driver, read_before, seal)

    assert seals_on(log.path) == []
    found = verify_chain(log.path, MAC_KEY)
    assert (found.ok, found.erased, found.sealed, found.misfits) == (True, 3, 0, 0)
    assert not keeper.keep(1.0)
    again = verify_chain(log.path, MAC_KEY)
    assert (again.ok, again.erased, again.sealed, again.misfits) == (True, 3, 2_000, 0)


def test_what_is_not_right_or_cannot_be_written_gets_no_seal(
    open_ledger: Callable[[Path], Ledger], sealed_file: Path
) -> None:
    log = open_ledger(sealed_file)
    altered(log, "DELETE FROM audit_seals; UPDATE audit_events SET host = 'x' WHERE id = 5")
    keeper = SealKeeper(log.database, MAC_KEY)
    with closing(sqlite3.connect(log.path)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        assert not keeper.keep(1.0)
    assert seals_on(log.path) == []

    assert not keeper.keep()

    assert [segment for segment, _ in seals_on(log.path)] == [1]
    # It is left alone then, until another program looks at it.
    assert not keeper.keep()
    assert SealKeeper(log.database, b"\x08" * 32).keep() is False
    loose = open_ledger(sealed_file)
    altered(loose, "DELETE FROM audit_seals; ALTER TABLE audit_events ADD COLUMN remark TEXT")
    assert not SealKeeper(loose.database, MAC_KEY).keep(1.0)
    assert seals_on(loose.path) == []
    altered(loose, "DROP TABLE audit_seals")
    assert not SealKeeper(loose.database, MAC_KEY).keep(1.0)


def test_a_whole_segment_is_sealed_when_its_last_entry_is_written(
    open_ledger: Callable[[Path], Ledger], sealed_file: Path
) -> None:
    log = open_ledger(sealed_file)
    altered(
        log,
        "DELETE FROM audit_seals WHERE segment = 1; DELETE FROM audit_events WHERE id >= 2000; "
        "DELETE FROM audit_details WHERE event_id >= 2000",
    )
    keeper = SealKeeper(log.database, MAC_KEY)
    assert not keeper.keep(1.0)
    assert len(seals_on(log.path)) == 1

    log.log(kinds.WORKSPACE_CREATED)

    assert not keeper.keep(1.0)
    assert len(seals_on(log.path)) == 2
    assert verify_chain(log.path, MAC_KEY).sealed == 2_000


def test_a_check_of_the_workspace_throws_away_seals_that_do_not_fit(desk: Desk) -> None:
    with desk.workspace.database.write() as tx:
        for _ in range(1_000):
            desk.workspace.audit_log.log(tx, SYSTEM, kinds.LOG_ANCHORED)
    desk.workspace.seals.keep()
    desk.sql("UPDATE audit_seals SET seal = zeroblob(32)")

    told = [
        {each.name: each for each in check_workspace(desk.workspace, desk.admin, KeyBox())}
        for _ in range(2)
    ]

    assert "made anew" in told[0]["audit_log"].detail
    assert told[1]["audit_log"].detail.endswith("unbroken")
    assert not desk.workspace.seals.keep(1.0)
    found = desk.workspace.audit.verify(desk.admin)
    assert (found.sealed, found.misfits) == (1_000, 0)
