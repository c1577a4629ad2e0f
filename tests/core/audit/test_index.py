"""What is kept to search the log by gives the answers that the log itself would give."""

from __future__ import annotations

import json
import random
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.audit import index_keeping, kinds
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.index_check import discard_index, index_agrees
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.check import check_workspace
from crmdesk.core.clock import to_text
from crmdesk.core.db import sqlite_words
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import audit_events
from crmdesk.core.workspace import Workspace
from tests.builders import KeyBox

BEGINS = datetime(2026, 3, 28, 22, 50, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")
CATEGORIES = ("login", "security", "crm_object", "property_value")
ACTIONS = ("create", "update", "delete")
RESULTS = ("ok", "ok", "refused", "failed")
KINDS = ("user", "user", "system", "support", "unknown")
OBJECTS = (None, "contacts", "deals")
ADDRESSES = ("", "192.0.2.1", "192.0.2.17", "2001:db8::1")
WORDS = ("Harbour", "Ærø", "naïve", "quay")


@pytest.fixture
def small_steps(monkeypatch):
    """A few entries are kept at once rather than thousands."""
    monkeypatch.setattr(index_keeping, "_MARKED_STEP", 40)
    monkeypatch.setattr(index_keeping, "_WORDED_STEP", 25)
    monkeypatch.setattr(index_keeping, "_WORDED_AT_ONCE", 30)


def begin_at(desk, first):
    """Make the log begin with a number, as if all before it had passed its retention."""
    for (name,) in desk.sql("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        if "audit" in str(name):
            desk.sql(f"DROP TRIGGER {name}")
    with desk.workspace.database.write() as tx:
        tx.sql("DELETE FROM audit_details")
        tx.sql("DELETE FROM audit_events")
    write(desk, first, 1, random.Random(0))


def write(desk, first, many, chance):
    """Entries of every kind, half a minute apart."""
    columns = [column.name for column in audit_events.columns]
    usual = dict.fromkeys(columns, "") | {"subjects": 1, "job_id": None, "link": None}
    usual |= dict.fromkeys(("details_digest", "previous_hash", "hash", "mac"), b"")
    rows, details = [], []
    for number in range(first, first + many):
        at = to_text(BEGINS + timedelta(seconds=30 * number))
        about = chance.choice(OBJECTS)
        row = usual | {
            "id": number, "at": at, "at_order": at, "category": chance.choice(CATEGORIES),
            "subcategory": chance.choice(("DEALS", "LOGIN_FAILED")),
            "action": chance.choice(ACTIONS), "result": chance.choice(RESULTS),
            "actor_kind": chance.choice(KINDS), "user_id": chance.choice((None, 1, 2, 3)),
            "address": chance.choice(ADDRESSES), "object_type": about,
            "object_id": str(chance.randrange(4)) if about else None,
        }  # fmt: skip
        rows.append([row[name] for name in columns])
        facts = {"name": [chance.choice(WORDS), {"in": chance.choice(WORDS)}], "yes": True}
        details.append((number, json.dumps(facts), b""))
    with desk.workspace.database.write() as tx:
        tx.driver.executemany(
            f"INSERT INTO audit_events VALUES ({', '.join('?' * len(columns))})", rows
        )
        tx.driver.executemany(
            "INSERT INTO audit_details (event_id, payload, salt) VALUES (?, ?, ?)", details
        )


def quoted(values):
    return "(" + ", ".join(repr(str(each)) for each in values) + ")"


def conditions(choices):
    """SQL written by hand, one condition a filter."""
    columns = {
        "category": choices.categories,
        "action": choices.actions,
        "result": choices.results,
        "actor_kind": choices.actor_kinds,
        "object_type": choices.object_types,
        "object_id": choices.object_ids,
        "user_id": choices.user_ids,
        "id": choices.ids,
    }
    found = [f"e.{name} IN {quoted(values)}" for name, values in columns.items() if values]
    if choices.addresses:
        parts = [f"e.address GLOB '{each}'" for each in choices.addresses]
        found.append(f"({' OR '.join(parts)})")
    found += [f"d.payload LIKE '%\"{json.dumps(text)[1:-1]}%'" for text in choices.texts]
    if getattr(choices, "people_only", False):
        found.append(
            "(e.actor_kind IN ('user', 'support') OR e.subcategory = 'LOGIN_FAILED' "
            "OR (e.category = 'login' AND e.result <> 'ok'))"
        )
    return found


def by_hand(desk, filters, what="count(*)", after=""):
    wanted = [
        *conditions(filters),
        *(f"NOT coalesce({each}, 0)" for each in conditions(filters.without)),
    ]
    if filters.since:
        wanted.append(f"e.at >= '{to_text(filters.since)}'")
    if filters.until:
        wanted.append(f"e.at <= '{to_text(filters.until)}'")
    return desk.sql(
        f"SELECT {what} FROM audit_events e JOIN audit_details d ON d.event_id = e.id "
        f"WHERE {' AND '.join(wanted) or 1} {after}"
    )


def any_choices(chance, share, kind=Choices, **more):
    def some(values):
        return tuple(chance.sample(values, 2)) if chance.random() < share else ()

    return kind(
        categories=some(CATEGORIES),
        actions=some(ACTIONS),
        results=some(("ok", "refused", "failed")),
        actor_kinds=some(("user", "system", "support", "unknown")),
        object_types=some(OBJECTS[1:]),
        object_ids=some(("0", "1", "2", "9")),
        user_ids=some((1, 2, 3, 99)),
        ids=some(range(CHUNK - 90, CHUNK + 90)),
        addresses=some(("192.0.2.1", "192.0.2.1*", "2001*")),
        texts=some(WORDS)[:1],
        **more,
    )


def test_every_count_list_bar_and_facet_is_what_sql_counts_by_hand(desk, small_steps):
    chance = random.Random(7)
    first = last = CHUNK - 400
    begin_at(desk, first)
    reader, admin = desk.workspace.audit_reader, desk.admin
    for _turn in range(30):
        many = chance.choice((1, 3, 20, 45))
        write(desk, last + 1, many, chance)
        last += many
        times = sorted(
            BEGINS + timedelta(seconds=30 * (first + chance.randrange(-9, 1200))) for _ in "12"
        )
        filters = any_choices(
            chance,
            0.15,
            AuditFilters,
            without=any_choices(chance, 0.08),
            people_only=chance.random() < 0.2,
            since=times[0] if chance.random() < 0.2 else None,
            until=times[1] if chance.random() < 0.2 else None,
        )
        expected = [row[0] for row in by_hand(desk, filters, "e.id", "ORDER BY e.id DESC")]

        ids = reader.ids(admin, filters)
        assert list(ids) == list(ids[:]) == expected, filters
        assert reader.count(admin, filters) == len(expected)
        for place in chance.sample(range(len(expected)), min(3, len(expected))):
            assert (ids[place], ids.index(expected[place])) == (expected[place], place)
            assert list(ids.after(expected[place], 2)) == expected[place + 1 : place + 3]
        bars = reader.histogram(admin, filters, OSLO).bars
        assert sum(bar.count for bar in bars) == len(expected)
        for bar in bars[:3] + bars[-3:]:
            within = f"AND e.at >= '{to_text(bar.start)}' AND e.at < '{to_text(bar.end)}'"
            where = "WHERE 1"
            assert bar.count == sum(
                1
                for (number,) in desk.sql(f"SELECT id FROM audit_events e {where} {within}")
                if number in ids
            )

    everything = AuditFilters(user_ids=(1, 2), categories=("login",))
    found = reader.facets(admin, everything)
    grouped = "e.{0}, count(*)", "AND e.{0} IS NOT NULL GROUP BY 1"
    for column, counts, freed in (
        ("category", found.categories, AuditFilters(user_ids=(1, 2))),
        ("action", found.actions, everything),
        ("object_type", found.object_types, everything),
        ("user_id", found.users, AuditFilters(categories=("login",))),
    ):
        rows = by_hand(desk, freed, *(each.format(column) for each in grouped))
        assert counts == dict(rows), column
    # Nearly all of it was kept on the way, on both sides of a chunk's end.
    ((marked, worded),) = desk.sql("SELECT marked_to, worded_to FROM audit_index_state")
    assert last - 90 < marked <= last
    assert CHUNK < worded <= last


def test_two_processes_and_a_busy_writer_leave_every_answer_exact(desk, small_steps):
    reader, admin = desk.workspace.audit_reader, desk.admin
    start = reader.count(admin)
    other = Workspace(desk.folder, desk.workspace.key)
    chance, last = random.Random(1), start
    for turn in range(6):
        write(desk, last + 1, 30, chance)
        last += 30
        asked = (reader, other.audit_reader)[turn % 2]
        assert asked.count(admin) == last
        assert asked.count(admin, AuditFilters(texts=("quay",))) == len(
            by_hand(desk, AuditFilters(texts=("quay",)), "e.id")
        )
    with closing(desk.workspace.database.raw()) as writer:
        write(desk, last + 1, 60, chance)
        writer.execute("BEGIN IMMEDIATE")
        for asked in (reader, other.audit_reader):
            assert asked.count(admin) == last + 60
            assert len(asked.ids(admin, AuditFilters(texts=("quay",)))) == len(
                by_hand(desk, AuditFilters(texts=("quay",)), "e.id")
            )
        writer.execute("ROLLBACK")
    other.close()


def test_an_altered_index_is_found_thrown_away_and_made_anew(desk, small_steps):
    reader, admin, database = desk.workspace.audit_reader, desk.admin, desk.workspace.database
    write(desk, reader.count(admin) + 1, 120, random.Random(3))
    asked = AuditFilters(user_ids=(1,), texts=("quay",))
    many = reader.count(admin, asked)

    def agrees():
        with database.read() as tx:
            return index_agrees(tx)

    for alteration in (
        "UPDATE audit_marks SET bits = (SELECT bits FROM audit_marks WHERE value = '2')",
        "UPDATE audit_marks SET many = 7",
        "DELETE FROM audit_marks",
        "INSERT INTO audit_marks SELECT facet, '9', chunk, many, bits FROM audit_marks",
    ):
        assert agrees()
        where = "" if alteration.startswith("INSERT") else " WHERE facet = 'user_id'"
        with database.write() as tx:
            tx.sql(alteration + (where or " WHERE facet = 'user_id' AND value = '1'"))
        assert not agrees()
        discard_index(database)
        assert reader.count(admin, asked) == many == len(by_hand(desk, asked, "e.id"))
    ((marked, worded),) = desk.sql("SELECT marked_to, worded_to FROM audit_index_state")
    assert marked > 0
    assert worded > 0


@pytest.mark.parametrize("kept", [True, False])
def test_words_of_a_record_deleted_for_good_are_gone_from_the_file(
    desk, small_steps, monkeypatch, kept
):
    reader, admin = desk.workspace.audit_reader, desk.admin
    gone = desk.contact(firstname="Qxanthippe")
    stays = desk.contact(firstname="Zzyzx")
    for _ in range(30):
        desk.edit(stays, phone=str(random.random()))
    asked = AuditFilters(texts=("qxanth",))
    assert len(reader.ids(admin, asked)) == 1
    assert desk.sql("SELECT worded_to FROM audit_index_state")[0][0] > 30

    # An older SQLite cannot read the words, and has to do without them.
    monkeypatch.setattr(sqlite_words, "KEPT", kept)
    desk.purge(gone)

    assert len(reader.ids(admin, asked)) == 0
    many = len(reader.ids(admin, AuditFilters(texts=("zzyzx",))))
    assert many == 31
    monkeypatch.setattr(sqlite_words, "KEPT", True)
    assert len(reader.ids(admin, AuditFilters(texts=("zzyzx",)))) == many
    assert len(reader.ids(admin, asked)) == 0
    assert desk.sql("SELECT worded_to FROM audit_index_state")[0][0] > 30
    desk.workspace.close()
    assert b"qxanth" not in (desk.folder / "crm.sqlite3").read_bytes().lower()


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from('ab9 "*^:()+-\\{}\x00\u202e\x1b\ue000é²İßfiЖ字'),
        st.characters(exclude_categories=["Cs"]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=4))
def test_whatever_stands_in_an_entry_is_found_by_itself_and_by_its_beginning(texts):
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute("CREATE TABLE audit_details (event_id INTEGER, payload TEXT)")
        for number, text in enumerate(texts, 1):
            facts = json.dumps({"key": ["before", {"x": text}, "after"]})
            scratch.execute("INSERT INTO audit_details VALUES (?, ?)", (number, facts))
        for number, text in enumerate(texts, 1):
            for part in (text, text[: len(text) // 2 + 1]):
                phrase = sqlite_words.phrase_of(part)
                found = list(sqlite_words.with_words_unkept(scratch, phrase, 0, len(texts)))
                counted = scratch.execute("SELECT count(*) FROM audit_details").fetchone()[0]
                assert counted == len(texts)
                if part.isascii() and part.isalnum():
                    assert number in found


def test_one_entry_is_one_row_whatever_its_text(desk):
    hostile = [
        "\x1b[2J\x1b[31mred",
        "\u202ethgir",
        "a\r\nb\u2028c",
        '","x":"',
        "=1+1",
        "q" * 100_000,
    ]
    before = len(desk.workspace.audit_reader.ids(desk.admin))
    for text in hostile:
        with desk.workspace.database.write() as tx:
            desk.workspace.audit_log.log(tx, desk.admin, kinds.IMPORT, details={"name": text})

    page = desk.workspace.audit_reader.events(desk.admin, limit=len(hostile))

    assert [event.detail["name"] for event in page.events] == hostile[::-1]
    assert page.total == before + len(hostile)
    assert len(desk.workspace.audit_reader.ids(desk.admin, AuditFilters(texts=("q" * 99,)))) == 1


def test_an_entry_that_an_altered_index_hides_is_found_again_after_a_check(desk, small_steps):
    begin_at(desk, 1)
    write(desk, 2, 100, random.Random(4))
    deletions = AuditFilters(actions=("delete",))
    hidden = desk.workspace.audit_reader.ids(desk.admin, deletions)[0]
    desk.sql("DELETE FROM audit_marks WHERE facet = 'action' AND value = 'delete'")
    desk.workspace.close()
    desk.workspace = Workspace(desk.folder, desk.key)
    reader = desk.workspace.audit_reader
    assert hidden not in reader.ids(desk.admin, deletions)

    told = {each.name: each for each in check_workspace(desk.workspace, desk.admin, KeyBox())}

    assert not told["audit_index"].ok
    assert hidden in reader.ids(desk.admin, deletions)
