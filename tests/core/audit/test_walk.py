from __future__ import annotations

import shutil
from collections.abc import Callable
from multiprocessing import active_children
from pathlib import Path

import pytest

from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit.verdict import Reason
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.audit.walk import BEGINNING, Walk, Walked
from crmdesk.core.audit.walk_processes import (
    processes_for,
    stretches,
    walk_in_processes,
)
from crmdesk.core.db import sqlite_audit
from crmdesk.core.errors import Cancelled
from tests.core.audit.ledger import MAC_KEY, Ledger

ENTRIES = 620
#: What is done to a log, where the first bad entry is then, and what is said of it.
ALTERATIONS = (
    ("UPDATE audit_events SET subjects = 7 WHERE id IN (250, 251, 600)", 250, Reason.CHANGED),
    ("UPDATE audit_events SET mac = zeroblob(32) WHERE id = 251", 251, Reason.FORGED),
    ("UPDATE audit_events SET hash = substr(hash, 1, 31) WHERE id = 500", 500, Reason.CHANGED),
    ("DELETE FROM audit_events WHERE id IN (300, 501)", 300, Reason.MISSING),
    ("DELETE FROM audit_events WHERE id < 400", 1, Reason.MISSING),
    ("UPDATE audit_events SET id = 9000000000 WHERE id = 620", 620, Reason.MISSING),
    ("DELETE FROM audit_details WHERE event_id = 402", 402, Reason.DETAILS_MISSING),
    (
        "UPDATE audit_details SET payload = NULL, salt = NULL WHERE event_id = 510",
        510,
        Reason.DETAILS_CHANGED,
    ),
    ("UPDATE audit_details SET erased_at = '' WHERE event_id = 3", 3, Reason.DETAILS_CHANGED),
    ("UPDATE audit_details SET payload = payload || ' ' WHERE event_id > 618", 619, None),
)


@pytest.fixture(scope="module")
def long_file(
    tmp_path_factory: pytest.TempPathFactory, empty_file: Path, signing_key: SigningKey
) -> Path:
    """A log of several blocks, one of whose entries has no personal details any more."""
    path = shutil.copy(empty_file, tmp_path_factory.mktemp("long") / "crm.sqlite3")
    ledger = Ledger(path, signing_key).fill(ENTRIES - 1)
    with ledger.database.write() as tx:
        ledger.audit_log.erase_entries(tx, [320])
    ledger.database.close()
    return path


def walked(path: Path, anchors: dict[int, bytes], processes: int = 0) -> Walked:
    """What a walk by blocks finds, which one entry by entry and processes must find too."""
    with sqlite_audit.open_for_verification(path) as connection:
        span = sqlite_audit.span(connection)
        assert span is not None
        found = Walk(connection, MAC_KEY, anchors).stretch(span[1])
        assert Walk(connection, MAC_KEY, anchors).to_the_end() == found
        if processes:
            asked = stretches(path, MAC_KEY, anchors, span[1], 70)
            assert walk_in_processes(connection, asked, processes) == found
    return found


def test_the_first_bad_entry_is_the_same_by_blocks_by_processes_and_one_by_one(
    open_ledger: Callable[[Path], Ledger], long_file: Path
) -> None:
    for statement, first_bad, reason in ALTERATIONS:
        log = open_ledger(long_file)
        with log.tampering() as connection:
            connection.execute(statement)

        found = walked(log.path, {}, 2 if "501" in statement else 0)

        assert found.last.number + 1 == first_bad, statement
        assert found.reason is (reason or Reason.DETAILS_CHANGED), statement
        assert log.verify().first_bad == first_bad, statement


def test_an_entry_before_the_first_one_is_found(filled: Ledger) -> None:
    with filled.tampering() as connection:
        connection.execute("UPDATE audit_events SET id = -4 WHERE id = 9")

    found = filled.verify()

    assert (found.events, found.first_bad, found.reason) == (0, 1, Reason.MISSING)


def test_a_long_log_is_right_to_its_end_and_says_what_is_signed_and_erased(
    long_file: Path,
) -> None:
    with sqlite_audit.open_for_verification(long_file) as connection:
        signed = {
            number: sqlite_audit.link_at(connection, number)[0] for number in (1, 250, 251, 619)
        }

    found = walked(long_file, signed)

    assert (found.before, found.last.number, found.reason) == (BEGINNING, ENTRIES, None)
    assert (found.erased, found.anchored) == (1, 619)
    other = walked(long_file, signed | {251: bytes(32)})
    assert (other.last.number, other.anchored, other.reason) == (250, 250, Reason.REWRITTEN)


def test_what_a_process_could_not_read_is_read_here(long_file: Path) -> None:
    elsewhere = long_file.with_name("gone.sqlite3")
    with sqlite_audit.open_for_verification(long_file) as connection:
        found = walk_in_processes(connection, stretches(elsewhere, MAC_KEY, {}, ENTRIES, 200), 1)

    assert (found.last.number, found.erased, found.reason) == (ENTRIES, 1, None)


def test_a_walk_says_how_far_it_is_and_stops_once_nobody_waits_for_it(long_file: Path) -> None:
    told: list[tuple[int, int]] = []
    verify_chain(long_file, MAC_KEY, progress=lambda *far: told.append(far))
    assert told == [(250, ENTRIES), (500, ENTRIES), (ENTRIES, ENTRIES)]

    told.clear()
    with pytest.raises(Cancelled):
        verify_chain(
            long_file,
            MAC_KEY,
            progress=lambda *far: told.append(far),
            cancelled=lambda: len(told) == 2,
        )
    assert told[-1] == (500, ENTRIES)


def test_processes_end_with_the_walk_that_is_stopped(long_file: Path) -> None:
    def told(_done: int) -> None:
        assert active_children()
        raise Cancelled("cancelled", "Enough.")

    asked = stretches(long_file, MAC_KEY, {}, ENTRIES, 200)
    with (
        sqlite_audit.open_for_verification(long_file) as connection,
        pytest.raises(Cancelled),
    ):
        walk_in_processes(connection, asked, 1, told)

    assert not active_children()


def test_a_short_log_starts_no_process_and_a_long_one_no_more_than_there_are_processors() -> None:
    assert [processes_for(entries, 4) for entries in (10, 150_000, 250_000, 10**7)] == [0, 0, 2, 4]
    assert processes_for(10**7, 1) == 0
