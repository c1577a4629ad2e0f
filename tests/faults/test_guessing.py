"""Guesses by several processes at a time: few of them are ever tried."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from crmdesk.core.access.totp import code_at_step, step_at
from crmdesk.core.clock import system_time
from tests.builders import Desk
from tests.faults.conftest import Record, effort

PROCESSES = effort(3, 8)
PASSWORDS = effort(15, 125)
CODES = effort(5, 25)
MOST_TRIED = 10
GUESSER = """
import json, sys
from pathlib import Path
from crmdesk.core.access.actor import Actor, ActorKind, Place
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.errors import UserError
from crmdesk.core.workspace import Workspace

folder, key, session_id, first, passwords, codes = json.loads(sys.stdin.read())
workspace = Workspace(Path(folder), bytes.fromhex(key))
actor = Actor(ActorKind.USER, 1, "ingrid@northwind.example", "Ingrid", session_id)

def password(number):
    workspace.sign_in.sign_in(actor.email, f"guess {number}", None, Place())

def code(number):
    workspace.two_factor.step_up(actor, StepUpPurpose.RESTORE, "plan", f"{number:06d}")

def answers(guess, how_many):
    for number in range(first * how_many, (first + 1) * how_many):
        try:
            guess(number)
            yield "in"
        except UserError as error:
            yield error.code

print(json.dumps([list(answers(password, passwords)), list(answers(code, codes))]))
"""


def guess_together(desk: Desk) -> tuple[list[str], list[str]]:
    """What the processes were answered to passwords and to codes."""
    processes = []
    for number in range(PROCESSES):
        process = subprocess.Popen(
            [sys.executable, "-c", GUESSER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            text=True,
        )
        session_id = desk.admin.session_id
        task = (str(desk.folder), desk.key.hex(), session_id, number, PASSWORDS, CODES)
        assert process.stdin is not None
        process.stdin.write(json.dumps(task))
        process.stdin.close()
        process.stdin = None
        processes.append(process)
    passwords: list[str] = []
    codes: list[str] = []
    for process in processes:
        printed, complaint = process.communicate(timeout=170)
        assert process.returncode == 0, complaint
        own_passwords, own_codes = json.loads(printed)
        passwords += own_passwords
        codes += own_codes
    return passwords, codes


def test_of_the_guesses_of_many_processes_at_most_ten_are_tried(desk: Desk, record: Record):
    two_factor = desk.workspace.two_factor
    secret = two_factor.begin_enrolment(desk.admin).secret
    two_factor.confirm_enrolment(desk.admin, code_at_step(secret, step_at(system_time())))

    passwords, codes = guess_together(desk)

    assert len(passwords) == PROCESSES * PASSWORDS
    tried = passwords.count("credentials_wrong"), codes.count("code_wrong")
    record(len(passwords) + len(codes), f"{tried[0]} passwords and {tried[1]} codes tried")
    # On a slow disk one of the writers may not get its turn in time: that tries nothing either.
    assert set(passwords) <= {"credentials_wrong", "wait", "database_busy"}
    assert 5 <= passwords.count("credentials_wrong") <= MOST_TRIED
    assert set(codes) <= {"code_wrong", "wait", "database_busy"}
    assert 5 <= codes.count("code_wrong") <= MOST_TRIED
    logged = desk.audit_actions().count(("LOGIN_FAILED", "failed"))
    assert logged <= MOST_TRIED
