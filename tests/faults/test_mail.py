"""Mail whose sender is killed: nothing is lost, and at most the one in its hand comes twice."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections import Counter

from crmdesk.core.mail.model import Letter, MailKind, MailSecurity, MailServerChange, MailState
from crmdesk.core.mail.queue import queue_mail
from crmdesk.core.platform import process_started_at
from tests.builders import Desk
from tests.faults.conftest import Record, effort
from tests.post_office import HOST, PostOffice, post_office

SEED = 20261122


def test_a_killed_sender_loses_no_message_and_repeats_only_what_was_in_its_hand(
    desk: Desk, record: Record
) -> None:
    chance, kills = random.Random(SEED), effort(1, 30)
    with post_office() as office:
        change = MailServerChange(HOST, office.port, MailSecurity.NONE, "crm@northwind.example")
        desk.workspace.mail_server.set(desk.admin, change)
        for _ in range(kills):
            _queue(desk, 5)
            _send(desk, office, dies_at=len(office.envelopes) + chance.randint(1, 4))
        desk.workspace.jobs.recover()
        _release(desk)
        _send(desk, office, dies_at=0)

    found = desk.workspace.outbox.list(desk.admin, limit=10_000)
    copies = Counter(str(each["Message-ID"]) for each in office.messages)
    twice = sum(number - 1 for number in copies.values())
    record(kills, f"{len(found)} messages, 0 lost, {twice} twice under their Message-ID")
    assert {each.state for each in found} == {MailState.SENT}
    assert len(copies) == len(found) == 5 * kills
    assert twice <= kills


def _queue(desk: Desk, number: int) -> None:
    with desk.workspace.database.write() as tx:
        for _ in range(number):
            queue_mail(tx, Letter(MailKind.LARGE_EXPORT, desk.admin.email, "Large", "Many.\n"))


def _send(desk: Desk, office: PostOffice, dies_at: int) -> None:
    """Let a process send, and kill it as the server has taken a message and not yet said so."""
    pid, ended = 0, threading.Event()

    def taken(number: int) -> None:
        if number == dies_at:
            os.kill(_worker(desk), signal.SIGKILL)

    office.before_thanks = taken
    desk.workspace.send_mail()
    while (pid := _worker(desk)) and process_started_at(pid) is not None:
        ended.wait(0.02)


def _worker(desk: Desk) -> int:
    rows = desk.sql("SELECT owner_pid FROM jobs WHERE state IN ('queued', 'running')")
    return int(str(rows[-1][0])) if rows else 0


def _release(desk: Desk) -> None:
    """Nobody waits out the minutes until the next attempt."""
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE outbox SET due_at = created_at WHERE state = 'queued'")
