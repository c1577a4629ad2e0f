from __future__ import annotations

import re

import pytest

from crmdesk.core.access.readable import ALPHABET
from crmdesk.core.access.recovery_codes import (
    hash_recovery_code,
    looks_like_recovery_code,
    matching_hash,
    new_recovery_codes,
)


def test_there_are_ten_codes_of_eighty_bits_none_alike():
    codes = new_recovery_codes()

    assert len(set(codes)) == 10
    for code in codes:
        assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", code)


def test_a_code_is_found_however_it_was_typed():
    codes = new_recovery_codes()
    hashes = [hash_recovery_code(code) for code in codes]

    for code, expected in zip(codes, hashes, strict=True):
        for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "O")):
            assert matching_hash(typed, hashes) == expected


def test_a_used_code_is_not_found_any_more():
    codes = new_recovery_codes()
    unused = [hash_recovery_code(code) for code in codes[1:]]

    assert matching_hash(codes[0], unused) is None


def test_a_hash_does_not_hold_the_code():
    code = new_recovery_codes()[0]

    assert len(hash_recovery_code(code)) == 32
    assert code.encode() not in hash_recovery_code(code)


@pytest.mark.parametrize(
    "typed", ["", "123456", "123 456", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMN-PQR!", "\ud800"]
)
def test_what_is_no_recovery_code_is_not_taken_for_one(typed: str):
    assert not looks_like_recovery_code(typed)
    assert matching_hash(typed, [hash_recovery_code(code) for code in new_recovery_codes()]) is None


def test_a_recovery_code_is_known_by_its_form():
    assert looks_like_recovery_code(new_recovery_codes()[0].lower())
