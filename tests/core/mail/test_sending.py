"""Messages over a real connection: taken, refused, put off, and each of them sent once."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import select, update

from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.tables import outbox
from crmdesk.core.errors import NotSignedIn, UserError
from crmdesk.core.mail.model import MailProblem, MailState, Undelivered
from crmdesk.core.mail.settling import settle
from crmdesk.core.mail.smtp import BUNDLES, trusting
from tests.builders import PLACE, Desk
from tests.core.mail.ways import PLAIN, SENDER, STARTTLS, TLS, configure, send, shown, write
from tests.post_office import (
    PASSWORD,
    USER,
    free_port,
    make_certificate,
    post_office,
)

# The test's server says so of itself where it takes a login in the clear.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


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


def test_a_one_time_code_is_sent_and_stands_nowhere_else(timed_desk: Desk) -> None:
    desk = timed_desk
    marc = desk.user("Marc Dubois")
    with post_office() as office:
        configure(desk, office.port)
        passwords = desk.workspace.passwords
        shown = str(desk.workspace.password_resets.issue(desk.admin, marc.email, show=True).code)
        issued = desk.workspace.password_resets.issue(desk.admin, marc.email)
        with desk.workspace.database.write() as tx:
            tx.execute(update(outbox).values(state=MailState.SENDING.value))
            in_hand = tx.execute(select(outbox)).one()
        # A newer code takes the place of the earlier one.
        with pytest.raises(NotSignedIn):
            passwords.set_first(marc.email, shown, "nine grey seals under a pier", PLACE)
        again = desk.workspace.password_resets.issue(desk.admin, marc.email)
        assert (again.code, again.sent_to) == (None, marc.email)
        # Nor is the one that was just on its way sent again, when the server takes it later.
        with desk.workspace.database.write() as tx:
            settle(tx, in_hand, Undelivered(MailProblem.UNREACHABLE, ""))
        [(kept, sealed)] = desk.sql("SELECT body, secret FROM outbox")
        send(desk)
        [letter] = office.messages
    lines = letter.get_content().splitlines()
    code = next(line.strip() for line in lines if line.startswith("    "))
    assert (sealed is None, code in str(kept)) == (False, False)
    assert issued.message_id != again.message_id
    assert desk.sql("SELECT secret, state FROM outbox") == [(None, "sent")]
    desk.workspace.passwords.set_first(marc.email, code, "nine grey seals under a pier", PLACE)
    desk.workspace.password_resets.issue(desk.admin, marc.email)
    desk.workspace.users.deactivate(desk.admin, marc.email)
    with pytest.raises(UserError, match="deactivated"):
        desk.workspace.password_resets.issue(desk.admin, marc.email)
    # A code of somebody who is gone is sent to nobody.
    desk.workspace.users.remove(desk.admin, marc.email)
    assert desk.sql("SELECT state FROM outbox") == [("sent",)]
    codes = [code for code, _ in desk.audit_actions()]
    assert codes.count("MANUAL_REGISTRATION_EMAIL_SEND") == 3


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
