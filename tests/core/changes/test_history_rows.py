"""The history of a change is the same whether it is printed before or beside the writing."""

from __future__ import annotations

import threading
from unittest.mock import patch

import pytest

from crmdesk.core.changes import apply, history_rows
from crmdesk.core.changes.change_set import history_digest
from crmdesk.core.changes.stage import Stage
from crmdesk.core.db.driver import sqlite3
from tests.builders import Desk

NAMES = ["Åse \x1e", 'Bo "B"', "", "Di\r\n", "Ed, [1]"]


def restored(desk: Desk) -> list[tuple[object, ...]]:
    """What the history keeps of five records that get their old name and city back."""
    records = [desk.contact(firstname=name, city="Oslo") for name in NAMES]
    backup = desk.backup_file()
    for record in records[1:]:
        desk.edit(record, firstname="Eve")
    desk.edit(records[0], city="")

    desk.restore(backup, "contacts", ["firstname", "city"])

    return desk.sql(
        "SELECT record_id, cells FROM value_history "
        "WHERE change_id = (SELECT max(id) FROM change_sets) ORDER BY record_id"
    )


def test_what_is_printed_beside_the_writing_is_what_was_printed_before_it(desk: Desk) -> None:
    before = restored(desk)
    with patch.object(apply, "_ROWS_AT_ONCE", 2):
        beside = restored(desk)

    assert [cells for _, cells in beside] == [cells for _, cells in before]
    assert len(beside) == len(NAMES)
    assert not list((desk.workspace.folder / "staging").glob("*-history"))
    [(change_id, promised)] = desk.sql(
        "SELECT (SELECT max(id) FROM change_sets), payload ->> 'history_digest' "
        "FROM audit_details WHERE payload ->> 'history_digest' IS NOT NULL "
        "ORDER BY event_id DESC LIMIT 1"
    )
    with desk.workspace.database.read() as tx:
        assert promised == history_digest(tx, int(str(change_id)))


def test_what_stops_the_printing_stops_the_change(desk: Desk) -> None:
    def odd(_: Stage) -> str:
        return "SELECT 1, json('no')"

    with (
        patch.object(apply, "_ROWS_AT_ONCE", 2),
        patch.object(history_rows, "_printed", odd),
        pytest.raises(sqlite3.OperationalError),
    ):
        restored(desk)

    assert [row[0] for row in desk.sql("SELECT DISTINCT firstname FROM obj_contacts")][1:] == [
        "Eve"
    ]
    assert not list((desk.workspace.folder / "staging").glob("*-history"))
    assert not [each for each in threading.enumerate() if each.name.startswith("history")]
