"""What is seen in an entry's JSON is what the full text finds in its values."""

from __future__ import annotations

import json
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.sqlite_word_search import phrase_of, with_words_among
from crmdesk.core.db.sqlite_words import CREATE, NAME, words_of

PIECES = st.one_of(
    st.sampled_from(["ab", "AB", "b", "true", "nu", "1", "12", "e", "1e5", "key", "n", "tr"]),
    st.sampled_from(['"', "\\", "\n", " ", " ", "-", ",", ":", '":', "é", "\x01", "{", "}"]),
)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map("".join)
VALUES = st.recursive(
    st.one_of(TEXTS, st.sampled_from([True, False, None, 1, 12, 1e16, 1.5])),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(TEXTS, some, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(TEXTS, VALUES, max_size=3), min_size=3, max_size=3), TEXTS)
def test_a_phrase_is_seen_in_values_and_in_nothing_else(details, text):
    phrase = phrase_of(text)
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute("CREATE TABLE audit_details (event_id INTEGER, payload TEXT)")
        scratch.execute(CREATE.format(NAME))
        for number, facts in enumerate(details):
            payload = json.dumps(facts, ensure_ascii=False)
            scratch.execute("INSERT INTO audit_details VALUES (?, ?)", (number, payload))
            row = (number, words_of(payload))
            scratch.execute(f"INSERT INTO {NAME} (rowid, words) VALUES (?, ?)", row)
        asked = f"SELECT rowid FROM {NAME} WHERE {NAME} MATCH ?"
        expected = scratch.execute(asked, (phrase.of_beginning,)) if phrase.words else ()

        found = sorted(with_words_among(scratch, phrase, range(len(details))))

        assert found == sorted(row[0] for row in expected)
