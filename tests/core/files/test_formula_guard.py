from __future__ import annotations

from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.files.formula_guard import STARTS, guarded, guarded_sql, unguarded

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    st.builds(
        str.__add__, st.sampled_from(STARTS), st.text(st.sampled_from([*STARTS, "1", "A", " "]))
    ),
)


@given(TEXTS)
def test_what_was_guarded_is_read_back_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(TEXTS, TEXTS)
def test_no_two_texts_become_the_same(one: str, other: str) -> None:
    assert (guarded(one) == guarded(other)) == (one == other)


@given(TEXTS, st.booleans())
def test_the_database_guards_alike(text: str, is_phone: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        query = f"SELECT {guarded_sql('t', is_phone=is_phone)} FROM (SELECT ? AS t)"
        assert connection.execute(query, (text,)).fetchone()[0] == guarded(text, is_phone=is_phone)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("Ann", "Ann"),
        ("+47 22 33 44 55", "'+47 22 33 44 55"),
    ],
)
def test_a_text_that_would_be_calculated_gets_an_apostrophe(text: str, shown: str) -> None:
    assert guarded(text) == shown


@pytest.mark.parametrize("text", ["+47 22 33 44 55", "-12", "(555) 01-02", "0049 30"])
def test_phone_numbers_stay_as_they_are(text: str) -> None:
    assert guarded(text, is_phone=True) == text


@pytest.mark.parametrize("text", ["=1+1", "+1+A1", "+47\t22", "-"])
def test_what_only_stands_in_a_phone_column_is_guarded(text: str) -> None:
    assert guarded(text, is_phone=True) == "'" + text
