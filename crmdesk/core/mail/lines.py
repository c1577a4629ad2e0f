"""Text that becomes a header or one line of a message."""

from __future__ import annotations

from crmdesk.core.errors import UserError


def refuse_control_characters(value: str) -> None:
    """Raise where a value would begin another header (RFC 5322 section 2.2).

    Raises:
        UserError: ``mail_header_invalid``.
    """
    if any(not each.isprintable() for each in value):
        raise UserError(
            "mail_header_invalid",
            "A line break or control character cannot stand in an address or a subject.",
            "Leave it out.",
        )


def one_line(text: str) -> str:
    """What people named freely, fit for a subject or one line of a body."""
    plain = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(plain.split())


def wire_domain(address: str) -> str:
    """The domain of an address in ASCII (RFC 5890).

    Raises:
        UnicodeError: it has no such form.
    """
    return address.rpartition("@")[2].encode("idna").decode("ascii")
