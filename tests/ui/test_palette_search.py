"""Words find commands by beginnings of words, best first, used last first."""

from __future__ import annotations

import pytest

from crmdesk.ui.actions import ActionSpec
from crmdesk.ui.frame.palette_search import Wish, find_actions, read_wish

SPECS = [
    ActionSpec("create", "Create backup", place="Backup"),
    ActionSpec("restore", "Restore from a backup", place="Restore", words=("undo",)),
    ActionSpec("schedule", "Edit schedule", place="Backup"),
    ActionSpec("spain", "Segment España"),
    ActionSpec("palette", "Search", in_palette=False),
]


def found(words: str, recent=()) -> list[str]:
    return [spec.key for spec in find_actions(SPECS, words, recent)]


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        (" ann ", Wish("ann")),
        ("> back", Wish("back", commands_only=True)),
        ("#42", Wish("42", by_id=True, record_id=42)),
        ("# 4x", Wish("4x", by_id=True)),
        ("#99999999999999999999", Wish("99999999999999999999", by_id=True)),
    ],
)
def test_the_sign_in_front_is_taken_off(typed, wish):
    assert read_wish(typed) == wish


def test_the_text_counts_more_than_the_place():
    assert found("backup") == ["create", "restore", "schedule"]


def test_every_word_has_to_be_found():
    assert found("restore back") == ["restore"]
    assert found("restore nothing") == []


def test_other_words_and_accents_find_too():
    assert found("undo") == ["restore"]
    assert found("espana") == ["spain"]


def test_what_was_used_last_comes_first_among_equals():
    assert found("", recent=("schedule",))[0] == "schedule"


def test_what_the_palette_does_not_offer_is_not_found():
    assert "palette" not in found("search")
