from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable

import argon2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crmdesk.core.access.common_passwords import common_passwords
from crmdesk.core.access.passwords import (
    LONGEST,
    PasswordProblem,
    check_password,
    hash_password,
    needs_rehash,
    verify_password,
    verify_unknown,
)
from crmdesk.core.resources import resource_path

pytestmark = pytest.mark.real_password_cost

GOOD = "correct horse battery staple"
WORDS = ("Anna Schmidt", "anna.schmidt@example.com", "Söhne Ltd")


def problem_of(password: str, *, second_factor: bool = False) -> PasswordProblem | None:
    return check_password(password, second_factor, WORDS).problem


def test_a_password_opens_its_hash_and_no_other_does():
    stored = hash_password(GOOD)

    assert verify_password(stored, GOOD)
    assert not verify_password(stored, GOOD + " ")
    assert not verify_password(stored, GOOD.upper())
    assert not verify_password(stored, "")


def test_a_hash_is_argon2id_with_a_salt_of_its_own_and_without_the_password():
    stored = hash_password(GOOD)

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hash_password(GOOD) != stored
    assert GOOD not in stored


def test_the_same_letters_written_otherwise_are_the_same_password():
    stored = hash_password("Zürich und Ålesund")

    assert verify_password(stored, "Zu\u0308rich und A\u030alesund")


def test_old_parameters_are_renewed_and_todays_are_not():
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(GOOD)

    assert verify_password(old, GOOD)
    assert needs_rehash(old)
    assert not needs_rehash(hash_password(GOOD))


@pytest.mark.parametrize("stored", ["", "x", "$argon2id$v=19$m=65536,t=3,p=4$", "$2b$12$abc"])
def test_a_stored_text_that_is_no_hash_fits_no_password(stored: str):
    assert not verify_password(stored, GOOD)


@pytest.mark.parametrize("password", ["\ud800" * 20, "x" * (LONGEST + 1)])
def test_what_could_not_have_been_chosen_is_refused_without_failing(password: str):
    assert not verify_password(hash_password(GOOD), password)
    assert not verify_unknown(password)


def test_an_unknown_user_costs_as_much_as_a_known_one():
    """Processor time, taken in turn: the clock on the wall tells more about the neighbours."""
    stored = hash_password(GOOD)
    known, unknown = [], []
    for _ in range(7):
        known.append(cost(lambda: verify_password(stored, "wrong")))
        unknown.append(cost(lambda: verify_unknown("wrong")))

    assert statistics.median(known) > 0.05
    assert 0.8 < min(known) / min(unknown) < 1.25


def cost(work: Callable[[], bool]) -> float:
    start = time.process_time()
    assert not work()
    return time.process_time() - start


def test_the_whole_list_is_there_with_its_licence():
    """19,640 lines; folding case makes two of some of them one."""
    licence = resource_path("passwords", "LICENCE.txt").read_text(encoding="utf-8")

    assert 19_600 < len(common_passwords()) <= 19_640
    assert common_passwords()["123456"] == 1
    assert "Royce Williams" in licence
    assert "Django Software Foundation" in licence


def test_every_common_password_of_sufficient_length_is_refused():
    long_enough = [password for password in common_passwords() if len(password) >= 8]
    problems = {problem_of(password, second_factor=True) for password in long_enough}

    assert len(long_enough) > 8_300
    assert problems == {PasswordProblem.COMMON}


@pytest.mark.parametrize("password", ["Password1", "ILOVEYOU", "ｉｌｏｖｅｙｏｕ"])
def test_a_common_password_in_other_dress_is_refused(password: str):
    assert problem_of(password, second_factor=True) is PasswordProblem.COMMON


@pytest.mark.parametrize(
    ("length", "second_factor", "problem"),
    [
        (14, False, PasswordProblem.TOO_SHORT),
        (15, False, None),
        (7, True, PasswordProblem.TOO_SHORT),
        (8, True, None),
        (64, False, None),
        (1024, False, None),
        (1025, False, PasswordProblem.TOO_LONG),
        (0, True, PasswordProblem.TOO_SHORT),
    ],
)
def test_length_is_what_counts(length: int, second_factor: bool, problem: PasswordProblem | None):
    password = ("kfj vnq wze rtb " * 70)[:length]

    assert problem_of(password, second_factor=second_factor) is problem


@pytest.mark.parametrize(
    "password", [GOOD, "мойкотлюбитрыбуисон", "我的猫喜欢吃鱼但是不喜欢下雨天", "kfjvnqwzertbgdm"]
)
def test_no_mix_of_characters_is_asked_for(password: str):
    assert problem_of(password) is None


@pytest.mark.parametrize(
    "password",
    ["Anna Schmidt 2026", "anna.schmidt@example.com", "annaschmidtannaschmidt", "SÖHNE LTD 2026!!"],
)
def test_the_persons_own_name_and_address_are_refused(password: str):
    assert problem_of(password) is PasswordProblem.PERSONAL


@pytest.mark.parametrize("password", ["anna and the blue whale", "dot com dot net dot org"])
def test_an_own_word_in_a_long_sentence_is_fine(password: str):
    assert problem_of(password) is None


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaa",
        "123456789012345",
        "qwertyuiopasdfgh",
        "PasswordPassword",
        "Password12345678",
        "drowssap drowssap",
        "P@ssw0rdP@ssw0rd",
        "zyxwvutsrqponmlk",
    ],
)
def test_what_is_guessed_among_the_first_hundred_thousand_is_refused(password: str):
    assert problem_of(password) is PasswordProblem.PREDICTABLE


def test_half_a_character_from_a_broken_terminal_is_refused():
    assert problem_of("abcdefgh\udcff ijklmnop") is PasswordProblem.UNREADABLE


def test_the_strength_grows_with_what_is_typed():
    scores = [check_password(GOOD[:length], True).score for length in (1, 8, 20, len(GOOD))]

    assert scores == sorted(scores)
    assert scores[0] == 0
    assert scores[-1] == 4


def test_a_password_that_is_too_short_never_looks_good():
    assert check_password("kfjvnqwzertbgd", has_second_factor=False).score == 1


@settings(max_examples=50)
@given(st.text(max_size=200), st.booleans())
@example("İstanbul'da yağmur", True)
@example("ﷺ" * 60, False)
@example("\x00" * 20, False)
def test_any_text_gets_a_verdict(password: str, second_factor: bool):
    assessment = check_password(password, second_factor, WORDS)

    assert 0 <= assessment.score <= 4
    assert re.fullmatch("[a-z_]+", assessment.problem or "none")


def test_a_verdict_comes_while_somebody_is_typing():
    check_password("warm up", has_second_factor=True)
    start = time.process_time()
    check_password("a7" * 512, has_second_factor=False, words=WORDS)

    assert time.process_time() - start < 0.5
