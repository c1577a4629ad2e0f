from __future__ import annotations

import itertools
import unicodedata
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.core.files.names import safe_file_name

STEPS = ["..", "../", "..\\", "%2e%2e/", "....//", "/", "\\", "C:", "~", ".", "\0", "\u2215", "／"]
GOALS = ["etc/passwd", "Windows\\win.ini", "x.csv", "CON", "a/../../b", ""]
TRAVERSALS = [
    first + second + third + goal
    for first, second, third in itertools.product(STEPS, repeat=3)
    for goal in GOALS
]


def test_a_plain_label_stays_as_it_is() -> None:
    assert safe_file_name("Contacts", suffix=".csv") == "Contacts.csv"
    assert safe_file_name("Größe 漢字 🚗", suffix=".csv") == "Größe 漢字 🚗.csv"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("CON", "CON_"),
        ("nul", "nul_"),
        ("aux.csv", "aux_.csv"),
        ("com1.tar.gz", "com1_.tar.gz"),
        ("LPT¹", "LPT¹_"),
        ("Console", "Console"),
        ("trailing dot.", "trailing dot"),
        ("trailing space ", "trailing space"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (" . . ", "unnamed"),
        ("a/b:c\\d", "a_b_c_d"),
        ("AC/DC <live>?", "AC_DC _live__"),
        ("one\r\ntwo\tthree", "one two three"),
        ("left\u202eright", "left_right"),
        ("zero\u200bwidth", "zero_width"),
        ("bell\x07", "bell_"),
        ("\ud800 alone", "_ alone"),
        (".hidden", "hidden"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_what_some_system_forbids_is_replaced(label: str, name: str) -> None:
    assert safe_file_name(label) == name


def test_the_ending_counts_when_a_device_is_recognised() -> None:
    assert safe_file_name("con", suffix=".csv") == "con_.csv"


@pytest.mark.parametrize("letter", ["x", "ä", "漢", "🚗"])
def test_long_labels_are_cut_at_a_character(letter: str) -> None:
    first = safe_file_name(letter * 300, suffix=".csv")
    second = safe_file_name(letter * 300, {first}, ".csv")
    assert first != second
    for name in (first, second):
        assert 250 <= len(name.encode()) <= 255
        assert name.endswith(".csv")


@pytest.mark.parametrize("other", ["DEALS", "deals", "Deals.", "Deals ", "De\u200bals"])
def test_two_labels_never_map_to_one_name(other: str) -> None:
    first = safe_file_name("Deals", suffix=".csv")
    second = safe_file_name(other, [first], ".csv")
    assert second.casefold() != first.casefold()


def test_two_forms_of_one_text_get_two_names() -> None:
    names: list[str] = []
    for label in ("Ärger", "A\u0308rger", "ÄRGER", "ärger", "straße", "STRASSE"):
        names.append(safe_file_name(label, names))
    folded = {unicodedata.normalize("NFC", name.casefold()) for name in names}
    assert len(folded) == len(names)


def test_thousands_of_traversals_stay_in_the_folder(tmp_path: Path) -> None:
    assert len(TRAVERSALS) > 10_000
    for label in TRAVERSALS:
        name = safe_file_name(label)
        assert Path(tmp_path, name).parent == tmp_path
        assert PureWindowsPath(name).name == name
        assert not PureWindowsPath(name).drive


@given(st.lists(st.text(st.characters(), max_size=300), max_size=8))
def test_any_labels_give_different_names_that_can_be_written(labels: list[str]) -> None:
    names: list[str] = []
    for label in labels:
        name = safe_file_name(label, names, ".csv")
        assert len(name.encode()) <= 255
        assert name == unicodedata.normalize("NFC", name)
        assert not set(name) & set('<>:"/\\|?*\0\n\r')
        assert name == safe_file_name(label, names, ".csv")
        names.append(name)
    assert len({name.casefold() for name in names}) == len(names)
