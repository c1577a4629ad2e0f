"""An audit log that somebody altered: found every time, at the right entry, and fast."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit.heads import Head
from crmdesk.core.audit.seal_keeping import SealKeeper
from crmdesk.core.audit.seals import Seals
from crmdesk.core.audit.verify import verify_chain
from crmdesk.core.db.driver import sqlite3
from tests.core.audit import test_tamper
from tests.core.audit.conftest import ENTRIES
from tests.core.audit.ledger import MAC_KEY, Ledger
from tests.core.audit.test_tamper import ALTERATIONS, Tamper, snapshot, tampered
from tests.faults.conftest import Record, effort

TRIALS = effort(2, 1_000)
#: Two segments with seals, and the beginning of a third.
SEALED_ENTRIES = 2_030
SEALED_TRIALS = effort(1, 300)
EVENTS = effort(2_000, 200_000)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Head]:
    """The bytes of a database with thirty entries, and a head that was given away."""
    folder = tmp_path_factory.mktemp("log")
    ledger = Ledger(folder / "crm.sqlite3", SigningKey.generate()).create().fill(ENTRIES - 1)
    head = ledger.keeper.write_anchor(folder / "anchors.jsonl")
    found = snapshot(ledger)
    ledger.database.close()
    return found, head


@pytest.mark.parametrize("tamper", ALTERATIONS)
def test_an_alteration_is_found_at_the_right_entry(
    tamper: Tamper, log: tuple[bytes, Head], tmp_path: Path, record: Record
) -> None:
    original, head = log
    path, wrong = tmp_path / "crm.sqlite3", {}
    for seed in range(TRIALS):
        path.write_bytes(original)
        first_bad = tampered(path, tamper, random.Random(seed))
        found = verify_chain(path, MAC_KEY, [head], head.public_key)
        if found.ok or found.first_bad != first_bad:
            wrong[seed] = found
    record(TRIALS, f"{len(wrong)} missed or misplaced ({tamper.__name__})")
    assert not wrong


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Head]:
    """The same of a log most of which is sealed."""
    folder = tmp_path_factory.mktemp("sealed")
    ledger = Ledger(folder / "crm.sqlite3", SigningKey.generate()).create()
    ledger.fill(SEALED_ENTRIES - 1)
    SealKeeper(ledger.database, MAC_KEY).keep(60.0)
    head = ledger.keeper.write_anchor(folder / "anchors.jsonl")
    found = snapshot(ledger)
    ledger.database.close()
    return found, head


def alter_seals(connection: sqlite3.Connection, chance: random.Random) -> None:
    """What somebody without the key may do to seals: leave, lose, invent, swap or make them."""
    marks = [(chance.randbytes(32), segment) for segment in (0, 1, 2)]
    if (way := chance.randrange(6)) == 0:
        connection.execute("DELETE FROM audit_seals WHERE segment = ?", (chance.randrange(2),))
    elif way == 1:
        connection.executemany("REPLACE INTO audit_seals (seal, segment) VALUES (?, ?)", marks)
    elif way == 2:
        connection.execute("UPDATE audit_seals SET segment = 11 - segment")
        connection.execute("UPDATE audit_seals SET segment = segment - 10")
    elif way == 3:
        seals = Seals(connection, chance.randbytes(32))
        made = [(seals.seal_for(of), of.number) for of in map(seals.read, range(2)) if of]
        connection.executemany("REPLACE INTO audit_seals (seal, segment) VALUES (?, ?)", made)


def leave_the_log(_connection: sqlite3.Connection, _chance: random.Random) -> int:
    return 0


@pytest.mark.parametrize("tamper", [leave_the_log, *ALTERATIONS])
def test_no_seal_hides_an_alteration_and_none_makes_one_up(
    tamper: Tamper,
    sealed: tuple[bytes, Head],
    tmp_path: Path,
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(test_tamper, "ENTRIES", SEALED_ENTRIES)
    original, head = sealed
    path, wrong = tmp_path / "crm.sqlite3", {}

    def alter(connection: sqlite3.Connection, chance: random.Random) -> int:
        first_bad = tamper(connection, chance)
        alter_seals(connection, chance)
        return first_bad

    for seed in range(SEALED_TRIALS):
        path.write_bytes(original)
        first_bad = tampered(path, alter, random.Random(f"{tamper.__name__} {seed}"))
        found = verify_chain(path, MAC_KEY, [head], head.public_key)
        if (found.first_bad or 0) != first_bad or found.ok is (first_bad > 0):
            wrong[seed] = found
    record(SEALED_TRIALS, f"{len(wrong)} missed or misplaced ({tamper.__name__} under seals)")
    assert not wrong


def test_a_copy_of_yesterday_is_found_at_its_end(tmp_path: Path, record: Record) -> None:
    ledger = Ledger(tmp_path / "crm.sqlite3", SigningKey.generate()).create().fill(ENTRIES)
    old, chance, wrong = tmp_path / "yesterday.sqlite3", random.Random(5), 0
    trials = effort(2, 1_000)
    for _ in range(trials):
        old.write_bytes(snapshot(ledger))
        had = ledger.count()
        ledger.fill(chance.randint(1, 5))
        found = verify_chain(old, MAC_KEY, [ledger.keeper.head()], ledger.public_key)
        wrong += found.ok or found.first_bad != had + 1
    ledger.database.close()
    record(trials, f"{wrong} missed or misplaced (an older copy)")
    assert not wrong


def test_a_long_log_is_verified_at_fifty_thousand_entries_a_second(
    tmp_path: Path, record: Record
) -> None:
    ledger = Ledger(tmp_path / "crm.sqlite3", SigningKey.generate()).create().fill(EVENTS)
    began = os.times()

    found = verify_chain(ledger.path, MAC_KEY, [], ledger.public_key)

    # Several processes share a log of this length.
    speed = found.events / sum(now - then for now, then in zip(os.times()[:4], began, strict=False))
    ledger.database.close()
    record(1, f"{found.events:,} entries verified at {speed:,.0f} a processor second")
    assert found.ok
    assert speed > effort(20_000, 50_000)
