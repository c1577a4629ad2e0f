"""A message as it goes over the wire, with headers that nobody can add to."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from crmdesk.core.mail.lines import refuse_control_characters, wire_domain

SENDER_NAME = "CRM Desk"


def build_message(
    *, sender: str, recipient: str, subject: str, body: str, token: str, at: datetime
) -> EmailMessage:
    """Put a message together.

    Args:
        token: makes the Message-ID, which is the same at every attempt, so that a mail system
            that is given a message twice can tell.
        at: when what it tells of happened.

    Raises:
        UserError: ``mail_header_invalid``, a line break or another control character in what
            becomes a header.
    """
    for value in (sender, recipient, subject, token):
        refuse_control_characters(value)
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(SENDER_NAME, addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{token}@{wire_domain(sender)}>"
    # RFC 3834: nobody's holiday notice shall answer it.
    message["Auto-Submitted"] = "auto-generated"
    for value in message.values():
        # The library decodes what looks encoded already, and would send what comes out as it is.
        refuse_control_characters(str(value))
    message.set_content(body)
    return message
