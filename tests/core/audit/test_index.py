"""What is kept to search the log by gives the answers that the log itself would give."""

from __future__ import annotations

import json
import random
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.audit import counting, index, index_keeping, kinds, newest, texts
from crmdesk.core.audit.counting import Unwanted
from crmdesk.core.audit.filters import AuditFilters, Choices
from crmdesk.core.audit.index_check import discard_index, index_agrees
from crmdesk.core.audit.marks import CHUNK
from crmdesk.core.audit.texts import forget_words
from crmdesk.core.check import check_workspace
from crmdesk.core.db import sqlite_mark_columns, sqlite_words
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_common_words import SIZES, WORD, WORD_IN_BLOCK, keep_common
from crmdesk.core.db.sqlite_word_search import phrase_of, with_words_among
from crmdesk.core.workspace import Workspace
from tests.builders import KeyBox
from tests.core.audit.by_hand import BEGINS, WORDS, begin_at, by_hand, write

BLOCK = SIZES[WORD_IN_BLOCK]


@pytest.fixture
def small_steps(monkeypatch):
    """A few entries are kept at once rather than thousands."""
    monkeypatch.setattr(index_keeping, "_MARKED_STEP", 40)
    monkeypatch.setattr(index_keeping, "_WORDED_STEP", 25)
    monkeypatch.setattr(index_keeping, "_WORDED_AT_ONCE", 30)
    monkeypatch.setattr(index, "_FEW", 5)


def test_two_processes_and_a_busy_writer_leave_every_answer_exact(desk, small_steps):
    reader, admin = desk.workspace.audit_reader, desk.admin
    start = len(reader.ids(admin))
    other = Workspace(desk.folder, desk.workspace.key)
    chance, last = random.Random(1), start
    for turn in range(6):
        write(desk, last + 1, 30, chance)
        last += 30
        asked = (reader, other.audit_reader)[turn % 2]
        assert len(asked.ids(admin)) == last
        assert len(asked.ids(admin, AuditFilters(texts=("quay",)))) == len(
            by_hand(desk, AuditFilters(texts=("quay",)), "e.id")
        )
    with closing(desk.workspace.database.raw()) as writer:
        write(desk, last + 1, 60, chance)
        writer.execute("BEGIN IMMEDIATE")
        for asked in (reader, other.audit_reader):
            assert len(asked.ids(admin)) == last + 60
            assert len(asked.ids(admin, AuditFilters(texts=("quay",)))) == len(
                by_hand(desk, AuditFilters(texts=("quay",)), "e.id")
            )
        writer.execute("ROLLBACK")
    other.close()


def test_a_word_left_out_within_some_time_is_left_out_of_every_count(
    desk, small_steps, monkeypatch
):
    reader, admin = desk.workspace.audit_reader, desk.admin
    last = len(reader.ids(admin))
    write(desk, last + 1, 120, random.Random(2))
    monkeypatch.setattr(texts, "_FEW", 2)
    since = BEGINS + timedelta(seconds=30 * (last + 5))
    for word, result in product(WORDS, ("ok", "refused", "failed")):
        # The newest entry of one result is mostly older than the newest with the word.
        freed = AuditFilters(since=since, without=Choices(texts=(word,)))
        counted = reader.facets(admin, replace(freed, results=(result,))).results
        assert counted == dict(by_hand(desk, freed, "e.result, count(*)", "GROUP BY 1"))


def test_an_altered_index_is_found_thrown_away_and_made_anew(desk, small_steps, monkeypatch):
    reader, admin, database = desk.workspace.audit_reader, desk.admin, desk.workspace.database
    write(desk, len(reader.ids(admin)) + 1, 120, random.Random(3))
    asked = AuditFilters(user_ids=(1,), texts=("quay",))
    many = len(reader.ids(admin, asked))

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
        # What a window shows first comes before anybody has kept the words anew.
        monkeypatch.setattr(newest, "_MOST_LOOKED_THROUGH", 0)
        assert reader.first_page(admin, AuditFilters(texts=("elsewhere",))) == []
        assert len(reader.ids(admin, asked)) == many == len(by_hand(desk, asked, "e.id"))
    ((marked, worded),) = desk.sql("SELECT marked_to, worded_to FROM audit_index_state")
    assert marked > 0
    assert worded > 0


def assert_altered_bits_of_a_word_are_made_anew(desk):
    """The words of one full chunk are altered, found out, forgotten and kept again."""
    reader, admin, database = desk.workspace.audit_reader, desk.admin, desk.workspace.database
    quay = AuditFilters(texts=("quay",))
    found = list(reader.ids(admin, quay))
    assert found == [row[0] for row in by_hand(desk, quay, "e.id", "ORDER BY e.id DESC")]
    bits = "SELECT count(*) FROM audit_marks WHERE facet = 'word' AND value = 'quay'"
    assert desk.sql(bits) == [(1,)]
    desk.sql(
        "UPDATE audit_marks SET bits = (SELECT bits FROM audit_marks WHERE value = 'harbour') "
        "WHERE facet = 'word' AND value = 'quay'"
    )
    with database.write() as tx:
        assert not index_agrees(tx)
        forget_words(tx, [CHUNK - 1])
    assert desk.sql(bits) == [(0,)]
    assert set(found) - {CHUNK - 1} == set(reader.ids(admin, quay)) - {CHUNK - 1}
    assert desk.sql(bits) == [(1,)]


def test_altered_columns_of_a_full_chunk_are_found_and_what_nobody_waits_for_is_not_counted(
    desk, small_steps, monkeypatch
):
    reader, admin, database = desk.workspace.audit_reader, desk.admin, desk.workspace.database
    begin_at(desk, CHUNK - 90)
    write(desk, CHUNK - 89, 200, random.Random(5))
    monkeypatch.setattr(counting, "_FEW", 5)
    asked = AuditFilters(user_ids=(1, 2), results=("ok",))
    counted = reader.facets(admin, asked)
    assert counted.users == dict(
        by_hand(desk, AuditFilters(results=("ok",)), "e.user_id, count(*)", "GROUP BY 1")[1:]
    )
    for alteration in (
        "UPDATE audit_marks SET bits = (SELECT bits FROM audit_marks WHERE value = 'kind') "
        "WHERE facet = 'column' AND value <> ''",
        "DELETE FROM audit_marks WHERE facet = 'kind' AND value LIKE 'login%'",
        "DELETE FROM audit_marks WHERE facet = 'column' AND value = ''",
    ):
        with database.read() as tx:
            assert index_agrees(tx)
        desk.sql(alteration)
        with database.read() as tx:
            assert not index_agrees(tx)
        discard_index(database)
        assert reader.facets(admin, asked) == counted
    # More values than one byte tells apart.
    monkeypatch.setattr(sqlite_mark_columns, "_MOST_OF_ONE_BYTE", 2)
    monkeypatch.setattr(index, "_MANY", 1)
    discard_index(database)
    assert reader.facets(admin, asked) == counted
    assert_altered_bits_of_a_word_are_made_anew(desk)
    desk.sql("DROP TABLE audit_words")
    with database.read() as tx:
        assert not index_agrees(tx)
        # As it looks to an older SQLite, which cannot read the words and uses none of it.
        monkeypatch.setattr(sqlite_words, "KEPT", False)
        assert index_agrees(tx)
    with pytest.raises(Unwanted):
        reader.facets(admin, asked, lambda: False)


def test_a_phrase_is_found_by_what_is_kept_of_its_words_in_a_block_of_the_last_chunk(
    desk, small_steps
):
    reader, admin, database = desk.workspace.audit_reader, desk.admin, desk.workspace.database
    begin_at(desk, CHUNK + BLOCK - 90)
    write(desk, CHUNK + BLOCK - 89, 130, random.Random(6))
    both = "iif(event_id % 3, 'quay Harbour', 'Harbour quay')"
    desk.sql(f"UPDATE audit_details SET payload = json_set(payload, '$.place', {both})")
    asked = AuditFilters(texts=("harbour quay",), user_ids=(1, 2))
    expected = [row[0] for row in by_hand(desk, asked, "e.id", "ORDER BY e.id DESC")]
    kept = "SELECT count(*) FROM audit_marks WHERE facet = 'word_block' AND value = 'quay'"
    for _ in range(2):
        assert [event.id for event in reader.first_page(admin, asked)] == expected
        older = reader.first_page(admin, asked, 3, before=expected[4])
        assert [event.id for event in older] == expected[5:8]
        assert list(reader.ids(admin, asked)) == expected
    assert desk.sql(kept) == [(1,)]
    with database.write() as tx:
        assert index_agrees(tx)
        forget_words(tx, [CHUNK + BLOCK - 1])
    assert desk.sql(kept) == [(0,)]
    reader.ids(admin, asked)
    desk.sql(
        "UPDATE audit_marks SET bits = (SELECT bits FROM audit_marks WHERE value = 'naive') "
        "WHERE facet = 'word_block' AND value = 'quay'"
    )
    with database.write() as tx:
        assert not index_agrees(tx)
        keep_common(tx.driver, WORD, 1, ())
    # A chunk that is whole needs no blocks.
    assert desk.sql(kept) == [(0,)]


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
                numbers = range(1, len(texts) + 1)
                phrase = phrase_of(part)
                found = list(with_words_among(scratch, phrase, numbers))
                counted = scratch.execute("SELECT count(*) FROM audit_details").fetchone()[0]
                assert counted == len(texts)
                if part.isascii() and phrase.words:
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
