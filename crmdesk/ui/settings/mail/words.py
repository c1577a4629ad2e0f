"""E-mail in words: why a message was not sent, and the rows of the outbox."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from crmdesk.core.mail.model import MailKind, MailProblem, MailSecurity, MailState, OutboxMessage
from crmdesk.ui.desk import Desk
from crmdesk.ui.tables.cells import Cell, Column, Row, RowAction, Tone


def security_words(security: MailSecurity) -> str:
    """How a connection is protected."""
    return {
        MailSecurity.STARTTLS: _say("STARTTLS"),
        MailSecurity.TLS: _say("TLS from the start"),
        MailSecurity.NONE: _say("None"),
    }[security]


def problem_words(problem: MailProblem) -> str:
    """Why an attempt failed; the server's own words stand beside it."""
    return {
        MailProblem.NO_SERVER: _say("No mail server is configured"),
        MailProblem.UNREACHABLE: _say("The mail server cannot be reached"),
        MailProblem.NO_ANSWER: _say("The mail server did not answer in time"),
        MailProblem.CONNECTION_LOST: _say("The connection to the mail server was lost"),
        MailProblem.NO_ENCRYPTION: _say("The mail server does not encrypt as it is asked to"),
        MailProblem.NOT_TRUSTED: _say("This computer does not trust the server's certificate"),
        MailProblem.LOGIN_REFUSED: _say("The mail server refused the login"),
        MailProblem.PASSWORD_UNREADABLE: _say("The kept password is not for this server"),
        MailProblem.SENDER_REFUSED: _say("The mail server refused the sender"),
        MailProblem.RECIPIENT_REFUSED: _say("The mail server refused the recipient"),
        MailProblem.REFUSED: _say("The mail server refused the message"),
        MailProblem.NOT_ENTITLED: _say("The person is no Super Admin any more"),
        MailProblem.INTERRUPTED: _say("Sending was interrupted"),
    }[problem]


def topic_words(topic: MailKind) -> tuple[str, str]:
    """What somebody may choose to be written to about, and what belongs to it."""
    return {
        MailKind.BACKUP_PROBLEMS: (
            _say("Backups that go wrong"),
            _say("One failed, one is damaged, or a restore drill failed."),
        ),
        MailKind.RESTORES: (_say("Restores"), _say("One finished, failed or was undone.")),
        MailKind.APPROVALS: (
            _say("Exports that wait for approval"),
            _say("Where somebody has to decide."),
        ),
        MailKind.MENTIONS: (
            _say("Comments that mention you"),
            _say("On entries of the audit log."),
        ),
    }[topic]


def outbox_columns() -> Sequence[Column]:
    """Columns of the outbox."""
    return (
        Column("message", _say("Message"), 240, stretch=True, least=180),
        Column("state", _say("State"), 110),
        Column("told", _say("What the server said"), 300, sortable=False, stretch=True, rank=1),
        Column("created", _say("Written"), 120),
    )


def outbox_row(message: OutboxMessage, desk: Desk) -> Row:
    """One message as a row."""
    cells = {
        "message": Cell(message.subject, message.recipient),
        "state": _state(message.state),
        "told": Cell(*_told(message, desk), quiet=True),
        "created": Cell(desk.moment(message.created_at), quiet=True),
    }
    return Row(message.id, cells)


def outbox_actions(message: OutboxMessage) -> Sequence[RowAction]:
    """What can be done with a message, with the reason where it cannot."""
    reason = ""
    if message.state is MailState.UNCONFIGURED:
        reason = _say("Configure a mail server first.")
    elif not message.retryable:
        reason = _say("A message is sent once.")
    return (RowAction("retry", _say("Try again now"), "refresh-cw", reason=reason, prominent=True),)


def _state(state: MailState) -> Cell:
    words, tone = {
        MailState.QUEUED: (_say("Waiting"), Tone.INFO),
        MailState.SENDING: (_say("Sending"), Tone.INFO),
        MailState.SENT: (_say("Sent"), Tone.OK),
        MailState.FAILED: (_say("Given up"), Tone.DANGER),
        MailState.UNCONFIGURED: (_say("Not sent"), Tone.WARN),
    }[state]
    return Cell(words, badge=tone)


def _told(message: OutboxMessage, desk: Desk) -> tuple[str, str]:
    """A line, and a second one below."""
    if message.state is MailState.UNCONFIGURED:
        return _say("No mail server configured"), ""
    if message.problem is None:
        waits = message.state is MailState.QUEUED
        return (_say("It is sent next") if waits else message.reply), ""
    later = ""
    if message.next_attempt is not None:
        later = _say("Attempt %1 failed. Next: %2").replace("%1", f"{message.attempts}")
        later = later.replace("%2", desk.stamp(message.next_attempt))
    return problem_words(message.problem), " ".join(filter(None, (message.reply, later)))


def _say(text: str) -> str:
    return QCoreApplication.translate("Mail", text)
