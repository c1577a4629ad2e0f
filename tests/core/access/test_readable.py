from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.access.readable import ALPHABET, decode, encode, grouped, normalise


@given(st.binary(min_size=20, max_size=20))
def test_bytes_survive_the_way_through_text(data: bytes):
    text = encode(data)

    assert decode(text) == data
    assert len(text) == 32
    assert set(text) <= set(ALPHABET)


def test_letters_that_look_alike_are_not_in_the_alphabet():
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        "ab1o-il",
        " AB10 11 ",
        "ａｂ１０－ｉｌ",
        "AB10\N{EN DASH}11",
        "ab\t10\n11",
        "AB10\N{NO-BREAK SPACE}11",
    ],
)
def test_typed_text_is_read_as_it_was_meant(typed: str):
    assert normalise(typed) == "AB1011"


def test_what_is_not_of_the_alphabet_is_refused_and_not_repeated():
    with pytest.raises(ValueError, match="a character") as refusal:
        decode("AB*C")

    assert "*" not in str(refusal.value)


def test_bits_that_do_not_fill_characters_are_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="multiple of five"):
        encode(b"1234")


def test_groups_are_joined_by_hyphens():
    assert grouped("ABCDEFGHJK") == "ABCD-EFGH-JK"
