"""What comes on standard input as one line."""

from __future__ import annotations

import sys

from crmdesk.core.errors import WrongUsage

_LONGEST_LINE = 4096


def read_line(code: str, message: str) -> str:
    """One line of standard input, without its end.

    Raises:
        WrongUsage: with ``code``, there was none.
    """
    try:
        line = sys.stdin.readline(_LONGEST_LINE).rstrip("\r\n")
    except UnicodeDecodeError:
        line = ""
    if not line:
        raise WrongUsage(code, message, "Send it as one line of text, in UTF-8.")
    return line
