"""An audit log that somebody altered: found every time, at the right entry, and fast."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from crmdesk.core.access.keys import SigningKey
from crmdesk.core.audit.heads import Head
from crmdesk.core.audit.verify import verify_chain
from tests.core.audit.conftest import ENTRIES
from tests.core.audit.ledger import MAC_KEY, Ledger
from tests.core.audit.test_tamper import ALTERATIONS, Tamper, snapshot, tampered
from tests.faults.conftest import Record, effort

TRIALS = effort(2, 1_000)
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
