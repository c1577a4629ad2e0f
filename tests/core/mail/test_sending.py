"""Messages over a real connection: taken, refused, put off, and each of them sent once."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from threading import Timer

import pytest

from crmdesk.core.access import keys
from crmdesk.core.access.keys import KeyPurpose
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.errors import UserError
from crmdesk.core.jobs.job import JobState
from crmdesk.core.jobs.worker import run_job
from crmdesk.core.mail.model import (
    Letter,
    MailKind,
    MailProblem,
    MailSecurity,
    MailServerChange,
    MailState,
    OutboxMessage,
)
from crmdesk.core.mail.queue import queue_mail
from crmdesk.core.mail.smtp import BUNDLES, trusting
from crmdesk.core.mail.work import MailWork, Patience
from tests.builders import Desk
from tests.post_office import (
    HOST,
    PASSWORD,
    USER,
    free_port,
    make_certificate,
    post_office,
)

# The test's server says so of itself where it takes a login in the clear.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PLAIN, STARTTLS, TLS = MailSecurity.NONE, MailSecurity.STARTTLS, MailSecurity.TLS
SENDER = "crm@northwind.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def configure(
    desk: Desk, port: int, security: MailSecurity = PLAIN, password: str | None = None
) -> None:
    """Send to this computer."""
    user = "" if password is None else USER
    change = MailServerChange(HOST, port, security, SENDER, user, password)
    desk.workspace.mail_server.set(desk.admin, change)


def write(desk: Desk, subject: str = "Large export", to: str = "ann@northwind.example") -> int:
    letter = Letter(MailKind.LARGE_EXPORT, to, subject, "Ærlig talt.\n.\nMany records.\n")
    with desk.workspace.database.write() as tx:
        return queue_mail(tx, letter)


def send(desk: Desk) -> bool:
    """What a face does every few seconds, by a worker that does not wait long."""
    job_id = desk.workspace.outbox.start_if_due()
    if job_id is not None:
        key = keys.derive(desk.key, KeyPurpose.DATABASE_SECRETS)
        hasty = MailWork(desk.workspace.database, key, Patience(0.2, 0.2))
        run_job(desk.workspace.jobs, lambda _: hasty.run, job_id)
    return job_id is not None


def shown(desk: Desk, message_id: int) -> OutboxMessage:
    return desk.workspace.outbox.show(desk.admin, message_id)


def test_a_message_arrives_as_it_was_written_and_is_sent_once(timed_desk: Desk) -> None:
    desk = timed_desk
    with post_office() as office:
        configure(desk, office.port)
        first, second = write(desk, "Stort uttrekk: 12 480 kontakter æøå"), write(desk)

        assert (send(desk), send(desk)) == (True, False)

    one, two = office.messages
    assert one["Subject"] == "Stort uttrekk: 12 480 kontakter æøå"
    assert (one["From"], one["To"]) == (f"CRM Desk <{SENDER}>", "ann@northwind.example")
    assert one.get_content().replace("\r\n", "\n") == "Ærlig talt.\n.\nMany records.\n"
    assert one["Date"] == "Sun, 22 Nov 2026 09:00:00 +0000"
    assert one["Message-ID"] != two["Message-ID"]
    assert office.connections == 1
    for number in (first, second):
        found = shown(desk, number)
        assert (found.state, found.attempts, found.problem) == (MailState.SENT, 1, None)
        assert found.reply == "250 OK queued as 4711"


def test_a_login_is_made_over_either_kind_of_encryption_and_in_the_clear_on_this_computer(
    timed_desk: Desk, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = timed_desk
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    for security in (STARTTLS, TLS, PLAIN):
        trusted = None if security is PLAIN else certificate
        with post_office(certificate=trusted, implicit=security is TLS, login=True) as office:
            configure(desk, office.port, security, PASSWORD)
            message_id = write(desk)
            send(desk)

        found = shown(desk, message_id)
        assert found.state is MailState.SENT, (security, found.problem, found.reply)
        assert (len(office.messages), office.logins) == (1, [USER])


def test_a_certificate_that_is_not_trusted_is_given_neither_password_nor_message(
    timed_desk: Desk, certificate: Path
) -> None:
    desk = timed_desk
    for security in (STARTTLS, TLS):
        with post_office(certificate=certificate, implicit=security is TLS, login=True) as office:
            configure(desk, office.port, security, PASSWORD)
            message_id = write(desk)
            send(desk)

        found = shown(desk, message_id)
        assert (found.state, found.problem) == (MailState.QUEUED, MailProblem.NOT_TRUSTED)
        assert "self-signed" in found.reply
        assert (office.messages, office.logins) == ([], [])


def test_the_systems_certificates_are_found_where_the_library_looks_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "nothing"))

    trusted = trusting().cert_store_stats()["x509_ca"]

    assert (trusted > 0) == any(Path(each).is_file() for each in BUNDLES)


def test_a_server_that_cannot_encrypt_is_told_nothing(timed_desk: Desk) -> None:
    desk = timed_desk
    for security in (STARTTLS, TLS):
        with post_office() as office:
            configure(desk, office.port, security)
            message_id = write(desk)
            send(desk)

        assert shown(desk, message_id).problem is MailProblem.NO_ENCRYPTION
        assert office.messages == []


def test_a_refused_login_puts_every_message_off_in_the_servers_words(timed_desk: Desk) -> None:
    desk = timed_desk
    with post_office(login=True) as office:
        configure(desk, office.port, PLAIN, "not the password")
        numbers = [write(desk), write(desk)]
        send(desk)

        for number in numbers:
            found = shown(desk, number)
            assert (found.state, found.problem) == (MailState.QUEUED, MailProblem.LOGIN_REFUSED)
            assert found.reply.startswith("535 ")
        # Whoever corrects the password does not wait for the next attempt.
        configure(desk, office.port, PLAIN, PASSWORD)
        send(desk)

        # Nor does a server that repeats what it was told have it written down.
        office.answers["DATA"] = [f"451 crm {PASSWORD} {b64encode(PASSWORD.encode()).decode()}"]
        told = write(desk)
        send(desk)

    assert [shown(desk, number).state for number in numbers] == [MailState.SENT] * 2
    assert len(office.messages) == 2
    assert shown(desk, told).reply == "451 crm *** ***"


def test_what_is_refused_for_now_is_sent_later_and_what_is_refused_for_good_is_given_up(
    timed_desk: Desk,
) -> None:
    desk = timed_desk
    assert desk.time is not None
    with post_office() as office:
        configure(desk, office.port)
        for command, later, never in (
            ("RCPT", "450 try again", "550 no such user"),
            ("DATA", "451 not now", "554 we do not like it"),
        ):
            office.answers[command] = [later, never]
            first, second = write(desk), write(desk)
            send(desk)

            put_off, given_up = shown(desk, first), shown(desk, second)
            assert (put_off.state, put_off.reply) == (MailState.QUEUED, later)
            assert (given_up.state, given_up.reply) == (MailState.FAILED, never)
            assert not send(desk)
            desk.time.forward(minutes=1)
            assert send(desk)
            assert (shown(desk, first).state, shown(desk, first).attempts) == (MailState.SENT, 2)
            assert shown(desk, second).state is MailState.FAILED
        office.answers["MAIL"] = ["550 who are you"]
        sender_refused = write(desk)
        send(desk)
    # That is a matter of the settings, which somebody may correct.
    assert shown(desk, sender_refused).state is MailState.QUEUED
    assert len(office.messages) == 2


def test_a_server_that_hangs_costs_its_time_and_nothing_else(timed_desk: Desk) -> None:
    desk = timed_desk
    port = free_port()
    configure(desk, port)
    for command in ("EHLO", "RCPT", "DATA"):
        with post_office(port=port) as office:
            office.hangs = command
            message_id = write(desk)
            send(desk)

        found = shown(desk, message_id)
        assert (found.state, found.problem) == (MailState.QUEUED, MailProblem.NO_ANSWER), command


def test_a_server_that_ends_the_connection_now_and_then_gets_everything(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    with post_office() as office:
        configure(desk, office.port)
        ends = "421 that is enough for one connection"
        office.answers["MAIL"] = ["", ends, ends]
        numbers = [write(desk) for _ in range(6)]
        send(desk)
        assert [shown(desk, each).state for each in numbers[1:3]] == [MailState.QUEUED] * 2
        assert (len(office.messages), office.connections) == (4, 3)

        office.answers["MAIL"] = [ends] * 9
        numbers += [write(desk) for _ in range(6)]
        send(desk)
        # It is left alone for a minute, and what was not tried has lost nothing.
        assert (office.connections, desk.workspace.outbox.start_if_due()) == (6, None)
        assert [shown(desk, each).attempts for each in numbers[6:]] == [1, 1, 1, 0, 0, 0]
        office.answers.clear()
        desk.time.forward(minutes=1)
        send(desk)
    assert {shown(desk, each).state for each in numbers} == {MailState.SENT}
    assert len(office.messages) == len(numbers)


def test_a_server_that_was_away_for_hours_gets_everything_once(timed_desk: Desk) -> None:
    desk = timed_desk
    assert desk.time is not None
    port = free_port()
    configure(desk, port)
    numbers = [write(desk, f"Large export {number}") for number in range(5)]
    waits = []
    for _ in range(9):
        assert send(desk)
        desk.admin = desk.signed_in(1, desk.admin.email, desk.admin.full_name)
        found = shown(desk, numbers[0])
        assert (found.state, found.problem) == (MailState.QUEUED, MailProblem.UNREACHABLE)
        assert found.next_attempt is not None
        waits.append((found.next_attempt - desk.time.at).total_seconds() / 60)
        desk.time.at = found.next_attempt
    assert waits[:8] == [1, 2, 4, 8, 16, 32, 60, 60]

    desk.workspace.close()
    again = Desk(desk.folder, desk.key, desk.time)
    with post_office(port=port) as office:
        assert send(again)
        assert not send(again)
    assert [each["Subject"] for each in office.messages] == [
        f"Large export {number}" for number in range(5)
    ]
    again.workspace.close()


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


def test_a_message_is_sent_once_though_another_program_keeps_the_database(
    timed_desk: Desk,
) -> None:
    desk = timed_desk
    path = desk.workspace.database.path
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)

    def keep_for_a_while(_taken: int) -> None:
        other.execute("BEGIN IMMEDIATE")
        Timer(0.3, other.rollback).start()

    with post_office() as office:
        office.before_thanks = keep_for_a_while
        configure(desk, office.port)
        message_id = write(desk)
        job_id = str(desk.workspace.outbox.start_if_due())
        # Whoever sits before a window or a terminal is told sooner; a job has all the time.
        with desk.workspace.database.patient(0.05):
            desk.workspace.run_job(job_id)

    other.close()
    assert len(office.messages) == 1
    assert shown(desk, message_id).state is MailState.SENT


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
