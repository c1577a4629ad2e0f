from __future__ import annotations

import os
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.access.keys import new_workspace_key
from crmdesk.core.access.readable import ALPHABET
from crmdesk.core.access.recovery_key import RecoveryKey, generate, parse, unwrap, wrap
from crmdesk.core.access.recovery_sheet import sheet_html
from crmdesk.core.errors import UserError


def test_a_recovery_key_has_160_bits_in_nine_groups_of_four():
    key = generate()

    assert len(key.secret) == 20
    assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{8}}[{ALPHABET}]{{4}}", key.text)
    assert len({generate().text for _ in range(100)}) == 100


def test_a_recovery_key_opens_what_it_wrapped():
    workspace_key, key = new_workspace_key(), generate()

    wrapped = wrap(workspace_key, key)

    assert unwrap(wrapped, parse(key.text)) == workspace_key
    assert workspace_key not in wrapped
    assert wrap(workspace_key, key) != wrapped


@given(st.binary(min_size=20, max_size=20), st.randoms(use_true_random=False))
def test_case_spaces_hyphens_and_look_alikes_do_not_matter(secret: bytes, random):
    key = RecoveryKey(secret)
    typed = "".join(
        random.choice(["", " ", "-", "\t"]) + random.choice([each, each.lower(), look_alike(each)])
        for each in key.text
    )

    assert parse(typed) == key


def look_alike(character: str) -> str:
    return {"0": "o", "1": "l"}.get(character, character)


@given(st.binary(min_size=20, max_size=20), st.integers(0, 35), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_a_typing_slip(secret: bytes, position: int, character: str):
    right = RecoveryKey(secret).text.replace("-", "")
    typed = right[:position] + character + right[position + 1 :]
    if typed == right:
        return

    with pytest.raises(UserError) as refusal:
        parse(typed)

    assert refusal.value.code == "recovery_key_mistyped"


def test_two_characters_the_wrong_way_round_are_a_typing_slip():
    right = generate().text.replace("-", "")
    for position in range(35):
        swapped = right[:position] + right[position + 1] + right[position] + right[position + 2 :]
        if swapped != right:
            with pytest.raises(UserError, match="slip"):
                parse(swapped)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda text: text[:-1], "recovery_key_incomplete"),
        (lambda text: "", "recovery_key_incomplete"),
        (lambda text: text + "7", "recovery_key_too_long"),
        (lambda text: "U" + text[1:], "recovery_key_mistyped"),
        (lambda text: "ü" + text[1:], "recovery_key_mistyped"),
        (lambda text: "\ud800" + text[1:], "recovery_key_mistyped"),
        (lambda text: text[:-1] + "!", "recovery_key_mistyped"),
    ],
)
def test_what_is_not_a_recovery_key_is_told_and_not_repeated(change, code: str):
    typed = change(generate().text)

    with pytest.raises(UserError) as refusal:
        parse(typed)

    assert refusal.value.code == code
    assert refusal.value.hint
    assert not typed or typed not in refusal.value.message + refusal.value.hint


def test_another_workspaces_key_is_told_apart_from_a_slip():
    wrapped = wrap(new_workspace_key(), generate())

    with pytest.raises(UserError) as refusal:
        unwrap(wrapped, generate())

    assert refusal.value.code == "recovery_key_wrong"


def test_a_damaged_wrapping_opens_nothing():
    key = generate()
    wrapped = wrap(new_workspace_key(), key)
    for position in range(len(wrapped)):
        damaged = bytearray(wrapped)
        damaged[position] ^= 1
        with pytest.raises(UserError, match="does not open"):
            unwrap(bytes(damaged), key)
    with pytest.raises(UserError, match="does not open"):
        unwrap(b"", key)


def test_a_recovery_key_is_not_seen_in_logs():
    key = RecoveryKey(os.urandom(20))

    assert repr(key) == str(key) == "RecoveryKey()"


class Sheet(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_the_sheet_shows_what_is_needed_and_loads_nothing():
    key = generate()
    html = sheet_html("<script>Ltd & Söhne</script>", "7f3a", "AAAA-BBBB", key, date(2026, 11, 22))
    sheet = Sheet()
    sheet.feed(html)

    assert "<script>Ltd & Söhne</script>" in sheet.words
    assert {"7f3a", "AAAA-BBBB", "2026-11-22"} <= set(sheet.words)
    assert "-".join(word for word in sheet.words if word in key.text.split("-")) == key.text
    assert not {"script", "img", "link", "iframe"} & set(sheet.tags)
    assert "http" not in html
