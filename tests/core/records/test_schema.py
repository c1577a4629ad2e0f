from __future__ import annotations

from contextlib import suppress

from crmdesk.core.records.schema import load_object_type, load_object_types
from tests.builders import Desk

AWAY = "UPDATE object_types SET archived_at = ? WHERE name = ?"


def test_a_reader_sees_the_definitions_of_one_state_and_the_next_reader_the_new(
    desk: Desk,
):
    database = desk.workspace.database
    with database.read() as tx:
        seen = load_object_types(tx)
        with database.write() as other:
            other.sql(AWAY, (other.now_text, "tickets"))
        assert load_object_types(tx) == seen
    with database.read() as tx:
        assert load_object_types(tx) == [each for each in seen if each.name != "tickets"]


def test_what_a_write_saw_is_forgotten_with_it(desk: Desk):
    database = desk.workspace.database
    with suppress(KeyError), database.write() as tx:
        tx.sql("UPDATE object_types SET label = 'Case' WHERE name = 'tickets'")
        assert load_object_type(tx, "tickets").label == "Case"
        raise KeyError
    with database.write() as tx:
        tx.sql("UPDATE object_types SET label = 'Request' WHERE name = 'tickets'")
        assert load_object_type(tx, "tickets").label == "Request"
    with database.read() as tx:
        assert load_object_type(tx, "tickets").label == "Request"
