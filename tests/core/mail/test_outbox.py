"""Messages whose sending was cut short, given up, forged, or is for nobody any more."""

from __future__ import annotations

import pytest

from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.mail.model import (
    Letter,
    MailKind,
    MailProblem,
    MailState,
    OutboxMessage,
)
from crmdesk.core.mail.queue import queue_mail
from tests.builders import Desk
from tests.core.mail.ways import configure, send, shown, write
from tests.post_office import free_port, post_office


def test_a_message_is_given_up_after_five_days_and_can_be_sent_all_the_same(
    timed_desk: Desk,
) -> None:
    desk = timed_desk
    assert desk.time is not None
    port = free_port()
    configure(desk, port)
    message_id = write(desk)
    desk.time.forward(days=4, hours=23, minutes=58)
    send(desk)
    assert shown_again(desk, message_id).state is MailState.QUEUED
    desk.time.forward(minutes=1)
    send(desk)
    assert shown(desk, message_id).state is MailState.FAILED
    assert not send(desk)

    with post_office(port=port) as office:
        desk.workspace.outbox.retry(desk.admin, message_id)
        assert send(desk)
    assert shown(desk, message_id).state is MailState.SENT
    assert len(office.messages) == 1


def shown_again(desk: Desk, message_id: int) -> OutboxMessage:
    """After days somebody signs in anew."""
    desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
    return shown(desk, message_id)


def test_who_is_no_super_admin_any_more_is_told_nothing(timed_desk: Desk) -> None:
    desk = timed_desk
    changes = ("active = 0", "super_admin = 0", "removed_at = '2026-11-22T09:00:00.000Z'")
    with post_office() as office:
        configure(desk, office.port)
        numbers = []
        for change in changes:
            left = desk.user("Elif Demir", super_admin=True)
            letter = Letter(MailKind.LARGE_EXPORT, left.email, "Large export", "", left.user_id)
            with desk.workspace.database.write() as tx:
                numbers.append(queue_mail(tx, letter))
                tx.sql(f"UPDATE users SET {change} WHERE id = ?", (left.user_id,))
        stays = write(desk)
        send(desk)

    assert [shown(desk, number).problem for number in numbers] == [MailProblem.NOT_ENTITLED] * 3
    assert shown(desk, stays).state is MailState.SENT
    assert len(office.envelopes) == 1


def test_what_was_given_up_is_tried_again_all_at_once(timed_desk: Desk) -> None:
    desk, outbox = timed_desk, timed_desk.workspace.outbox
    with pytest.raises(UserError) as refused:
        outbox.retry_all(desk.admin)
    assert refused.value.code == "mail_server_missing"
    with post_office() as office:
        configure(desk, office.port)
        office.answers["RCPT"] = ["550 no such user"] * 3
        lost = [write(desk), write(desk)]
        send(desk)
        _test, job_id = outbox.send_test(desk.admin)
        desk.workspace.run_job(job_id)
        assert outbox.given_up(desk.admin) == 2

        assert outbox.retry_all(desk.admin) == 2
        assert outbox.given_up(desk.admin) == 0
        send(desk)

    assert {shown(desk, number).state for number in lost} == {MailState.SENT}
    assert outbox.retry_all(desk.admin) == 0


def test_no_text_adds_a_header_or_a_recipient(timed_desk: Desk) -> None:
    desk = timed_desk
    breaks = ("\r\n", "\n", "\r", "\u2028", "\x0b", "\x0c", "\x85", "\x1c", "\0")
    payloads = [f"Northwind{each}Bcc: eve@example.org{each}X: y" for each in breaks]
    payloads += [f"=?utf-8?q?{each}Bcc:_eve@example.org?=" for each in breaks]
    payloads += [f"Northwind {each} .{each}{each}To: eve@example.org" for each in breaks]
    with post_office() as office:
        configure(desk, office.port)
        for payload in payloads:
            with pytest.raises(UserError) as refused:
                write(desk, payload)
            assert refused.value.code == "mail_header_invalid"
            with pytest.raises(UserError):
                write(desk, to=f"ann@northwind.example{payload[9:]}")
        # What another program wrote into the row is refused when it is sent.
        message_id = write(desk)
        with desk.workspace.database.write() as tx:
            tx.sql("UPDATE outbox SET subject = ? WHERE id = ?", (payloads[0], message_id))
        # Python's own library lets this one through.
        encoded = write(desk, "=?utf-8?q?Northwind=0D=0ABcc:_eve@example.org?=")
        also = write(desk, to="=?utf-8?q?=0D=0ABcc?=@northwind.example")
        good = write(desk)
        send(desk)

    for number in (message_id, encoded, also):
        assert shown(desk, number).problem is MailProblem.REFUSED
        assert shown(desk, number).state is MailState.FAILED
    assert shown(desk, good).state is MailState.SENT
    (only,) = office.envelopes
    assert only.rcpt_tos == ["ann@northwind.example"]
    assert "Bcc" not in office.messages[0]


def test_what_a_killed_process_held_is_sent_again_under_the_same_name(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    with post_office() as office:
        configure(desk, office.port)
        message_id = write(desk)
        send(desk)
        job_id = _as_if_killed_before_the_answer_was_kept(desk, message_id)

        # Whoever looks for due mail finds the process gone.
        assert not send(desk)
        found = shown(desk, message_id)
        assert (found.state, found.problem) == (MailState.QUEUED, MailProblem.INTERRUPTED)
        assert desk.workspace.jobs.job(desk.admin, job_id).state is JobState.INTERRUPTED
        desk.time.forward(minutes=2)
        assert send(desk)

    first, again = office.messages
    assert first["Message-ID"] == again["Message-ID"]
    assert shown(desk, message_id).state is MailState.SENT


def test_mail_that_is_cancelled_rests_for_an_hour_and_a_test_is_over(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    configure(desk, free_port())
    message_id = write(desk)
    job_id = str(desk.workspace.outbox.start_if_due())
    test_id, test_job = desk.workspace.outbox.send_test(desk.admin)
    assert desk.workspace.outbox.start_if_due() is None, "one at a time"

    for each in (job_id, test_job):
        desk.workspace.jobs.request_cancel(desk.admin, each)

    assert shown(desk, test_id).state is MailState.FAILED
    assert shown(desk, message_id).state is MailState.QUEUED
    desk.time.forward(minutes=20)
    assert not send(desk)
    desk.time.forward(minutes=40)
    assert send(desk)


def test_a_sender_that_breaks_is_not_begun_again_at_once(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    configure(desk, free_port())
    message_id = write(desk)
    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE mail_server SET host = 'a..b'")

    # No name at all, which another program wrote there, is no reason to break.
    assert send(desk)
    assert shown(desk, message_id).problem is MailProblem.UNREACHABLE

    with desk.workspace.database.write() as tx:
        tx.sql("UPDATE mail_server SET security = 'carrier pigeon'")
    desk.time.forward(minutes=2)
    with pytest.raises(ValueError, match="pigeon"):
        send(desk)
    assert shown(desk, message_id).problem is MailProblem.INTERRUPTED
    assert not send(desk), "it would break again, and so on without end"


def _as_if_killed_before_the_answer_was_kept(desk: Desk, message_id: int) -> str:
    """Another message is due, and its job, which holds this one, belongs to no process."""
    write(desk)
    job_id = str(desk.workspace.outbox.start_if_due())
    with desk.workspace.database.write() as tx:
        tx.sql(
            "UPDATE jobs SET state = 'running', owner_started_at = 'long ago' WHERE id = ?",
            (job_id,),
        )
        tx.sql(
            "UPDATE outbox SET state = 'sending', job_id = ?, sent_at = NULL, reply = '' "
            "WHERE id = ?",
            (job_id, message_id),
        )
        tx.sql("UPDATE outbox SET state = 'sent' WHERE id <> ?", (message_id,))
    return job_id
