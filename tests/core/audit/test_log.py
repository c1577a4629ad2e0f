from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from crmdesk.core.access.actor import SYSTEM
from crmdesk.core.audit import kinds
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_details, audit_events, settings
from tests.core.audit.ledger import Ledger, SetClock


@pytest.fixture
def timed(tmp_path, signing_key):
    clock = SetClock()
    ledger = Ledger(tmp_path / "crm.sqlite3", signing_key, clock).create()
    yield ledger, clock
    ledger.database.close()


def rows(ledger):
    with ledger.database.read() as tx:
        return tx.execute(
            select(audit_events, audit_details.c.payload).join(
                audit_details, audit_details.c.event_id == audit_events.c.id
            )
        ).all()


def store(tx, key):
    tx.execute(settings.insert().values(key=key, value="1"))


def test_an_action_whose_entry_cannot_be_written_does_not_happen(ledger):
    with ledger.tampering() as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit_events "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )

    def act():
        with ledger.database.write() as tx:
            ledger.audit_log.log(tx, SYSTEM, kinds.SETTING_CHANGED)
            store(tx, "backup.keep_days")

    with pytest.raises(Exception, match="no room"):
        act()

    with ledger.database.read() as tx:
        assert tx.scalar(select(settings.c.key)) is None
    assert len(rows(ledger)) == 1


def test_an_entry_whose_details_cannot_be_written_is_not_written_either(ledger):
    with ledger.tampering() as connection:
        connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit_details "
            "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        )

    with pytest.raises(Exception, match="no room"):
        ledger.log(kinds.BACKUP_CREATED)

    assert len(rows(ledger)) == 1


def test_an_action_that_fails_leaves_no_entry(ledger):
    def act():
        with ledger.database.write() as tx:
            ledger.audit_log.log(tx, SYSTEM, kinds.BACKUP_CREATED)
            raise RuntimeError("failed")

    with pytest.raises(RuntimeError):
        act()

    assert len(rows(ledger)) == 1
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET agent = 'x'",
        "DELETE FROM audit_events",
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events",
    ],
)
def test_the_database_refuses_to_change_an_entry(filled, statement):
    with (
        closing(sqlite3.connect(filled.path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="cannot be"),
    ):
        connection.execute(statement)


def test_entries_of_one_transaction_follow_one_another(ledger):
    with ledger.database.write() as tx:
        for kind in (kinds.ADD_USER, kinds.ADD_ADMIN_PERMISSIONS, kinds.TEAM_USER_ADDED):
            ledger.audit_log.log(tx, SYSTEM, kind)

    assert [row.subcategory for row in rows(ledger)][1:] == [
        "ADD_USER",
        "ADD_ADMIN_PERMISSIONS",
        "TEAM_USER_ADDED",
    ]
    assert ledger.verify().ok


@pytest.mark.parametrize(
    "jump", [timedelta(hours=-2), timedelta(days=-1), timedelta(days=1), timedelta(days=365 * 15)]
)
def test_the_order_of_entries_survives_a_clock_that_is_set(timed, jump):
    ledger, clock = timed
    before = clock.text
    clock.time += jump
    ledger.log(kinds.BACKUP_CREATED)
    after = clock.text
    clock.time -= jump
    ledger.log(kinds.BACKUP_DELETED)

    found = rows(ledger)

    orders = [row.at_order for row in found]
    assert orders == sorted(orders)
    assert {before, after} <= {row.at for row in found}
    noticed = [row for row in found if row.subcategory == "CLOCK_WENT_BACK"]
    assert len(noticed) == 1
    assert json.loads(noticed[0].payload)["seconds"] == abs(jump.total_seconds())
    assert ledger.verify().ok


def test_a_clock_that_wanders_by_a_second_is_no_news(timed):
    ledger, clock = timed
    clock.time -= timedelta(seconds=1)
    ledger.log(kinds.BACKUP_CREATED)

    assert [row.subcategory for row in rows(ledger)] == ["WORKSPACE_CREATED", "DATA_BACKUP_CREATED"]


def test_two_processes_write_one_chain_without_a_gap(ledger):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from crmdesk.core.audit import kinds\n"
        "from crmdesk.core.audit.log import AuditLog\n"
        "from crmdesk.core.access.actor import SYSTEM\n"
        "from crmdesk.core.db.engine import Database\n"
        "database, log = Database(Path(sys.argv[1])), AuditLog(bytes([7]) * 32)\n"
        "for _ in range(60):\n"
        "    with database.write() as tx:\n"
        "        log.log(tx, SYSTEM, kinds.IMPORT)\n"
    )
    both = [subprocess.Popen([sys.executable, "-c", program, str(ledger.path)]) for _ in range(2)]

    assert [process.wait(60) for process in both] == [0, 0]
    found = ledger.verify()
    assert (found.ok, found.events) == (True, 121)


def test_naughty_text_in_an_entry_stays_one_entry(ledger):
    naughty = 'line\r\nline\x1b[31m\u202e\ud800, {"fake": 1}' + "x" * 1_000_000
    ledger.log(kinds.IMPORT, details={"file": naughty})

    (_, entry) = rows(ledger)

    assert json.loads(entry.payload)["file"] == naughty.replace("\ud800", "?")
    assert ledger.verify().ok
