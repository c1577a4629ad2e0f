"""What is asked for at a terminal: a pseudo-terminal types it, as a person would."""

from __future__ import annotations

import os
import pty
import shlex
import sys

import pytest

from tests.builders import PASSWORD
from tests.cli.conftest import EMAIL, Authenticator, Terminal
from tests.cli.typed import typed
from tests.secret_service import SecretService

pytestmark = pytest.mark.real_keyring


def test_a_password_and_a_code_are_asked_for_and_the_password_is_not_shown(terminal: Terminal):
    app = terminal.enrol()

    done = typed(
        terminal,
        ("sign-in", EMAIL),
        ("Password: ", PASSWORD),
        ("Two-factor code: ", app.code()),
    )

    assert done.code == 0, done.screen
    assert "You are signed in" in done.screen
    assert PASSWORD not in done.screen


def test_two_factor_is_confirmed_and_removed_at_a_prompt(terminal: Terminal):
    app = Authenticator(str(terminal("two-factor", "enrol").document["secret"]))

    on = typed(terminal, ("two-factor", "confirm"), ("Two-factor code: ", app.code()))
    off = typed(terminal, ("two-factor", "remove"), ("Two-factor code: ", app.code()))

    assert (on.code, off.code) == (0, 0), on.screen + off.screen
    assert "Two-factor authentication is on" in on.screen
    assert "Two-factor authentication is off" in off.screen


def test_a_recovery_key_is_asked_for_and_not_shown(
    bare_terminal: Terminal, restored_keyring: SecretService
):
    who = ("--name", "N", "--email", EMAIL, "--full-name", "Ingrid Solberg")
    made = typed(
        bare_terminal,
        ("--json", "init", *who),
        ("Password of the first Super Admin: ", PASSWORD),
        ("Once more: ", PASSWORD),
    )
    assert made.code == 0, made.screen
    key = made.screen.split('"recovery_key": "')[1].split('"')[0]
    restored_keyring.wipe()

    back = typed(bare_terminal, ("keyring", "recover"), ("Recovery key: ", key))

    assert back.code == 0, back.screen
    assert "The key is back" in back.screen
    assert key not in back.screen


def test_a_person_is_asked_before_records_or_a_user_are_gone_for_good(terminal: Terminal):
    ann = str(terminal("record", "add", "contacts", "email=ann@a.example").document["id"])
    words = ("record", "purge", "contacts", ann)

    kept = typed(terminal, words, ("Delete for good? [y/N]: ", "n"))

    assert kept.code == 130, kept.screen
    assert "1 record, with 1 entry of history" in kept.screen
    assert "1 e-mail address cannot be used" in kept.screen
    assert terminal("record", "list", "contacts").document["total"] == 1
    gone = typed(terminal, words, ("Delete for good? [y/N]: ", "y"))
    assert gone.code == 0, gone.screen
    assert "1 record deleted for good." in gone.screen
    bo = str(terminal("record", "add", "contacts", "email=bo@a.example").document["id"])
    unasked = typed(terminal, ("record", "purge", "contacts", bo, "--yes"))
    assert unasked.code == 0, unasked.screen

    terminal("user", "add", "cas@a.example", "--full-name", "Cas Dijk")
    words = ("user", "remove", "cas@a.example")
    stays = typed(terminal, words, ("Remove Cas Dijk for good? [y/N]: ", "n"))
    assert (stays.code, "Nobody was removed." in stays.screen) == (130, True), stays.screen
    removed = typed(terminal, words, ("Remove Cas Dijk for good? [y/N]: ", "y"))
    assert removed.code == 0, removed.screen


_GONE_FOR_GOOD = (
    ("team remove Sales", "Remove the team “Sales”?"),
    ("segment remove Norway", "Delete the segment “Norway”?"),
    ("view remove contacts Mine", "Delete the view “Mine”?"),
    ("audit view delete 'Security Activity'", "Delete the view “Security Activity”?"),
    ("audit comment delete 1", "Delete comment 1 for good?"),
    ("property group remove contacts Work --move-to Sales", "Delete the group “Work”?"),
    ("association remove-label contacts companies founder", "Put the label “founder” away?"),
    ("pipeline remove deals default", "Delete the pipeline “default”?"),
    ("pipeline set deals default --remove-stage x", "Delete the stage “x”?"),
    ("outbox server remove", "Remove the mail server and forget its password?"),
    ("import templates --delete 1", "Delete template 1?"),
)


def test_a_person_is_asked_before_whatever_cannot_be_brought_back(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
):
    assert terminal("team", "add", "Sales").code == 0
    assert terminal("segment", "add", "contacts", "Norway", "--filter", "city:eq:Oslo").code == 0
    assert terminal("view", "add", "contacts", "Mine").code == 0
    label = ("contacts", "companies", "--label", "Founder")
    assert terminal("association", "add-label", *label).code == 0
    keyboard, screen = pty.openpty()
    with os.fdopen(screen, encoding="utf-8") as typed_on, monkeypatch.context() as at_terminal:
        at_terminal.setattr(sys, "stdin", typed_on)
        for words, question in _GONE_FOR_GOOD:
            os.write(keyboard, b"n\n")
            kept = terminal.plainly(*shlex.split(words))
            assert (kept.code, question in kept.err) == (130, True), (words, kept)
        # None of them went: each can be removed still, by who means it.
        assert terminal("team", "remove", "Sales", "--yes").code == 0
        os.write(keyboard, b"y\n")
        assert terminal("segment", "remove", "Norway").code == 0
    os.close(keyboard)
    # A script that names what goes means it.
    assert terminal("view", "remove", "contacts", "Mine").code == 0


def test_ctrl_c_at_a_prompt_is_a_cancel(terminal: Terminal):
    done = typed(terminal, ("sign-in", EMAIL), ("Password: ", "\x03"))

    assert done.code == 130, done.screen
    assert "It was cancelled." in done.screen
