"""A fault of ours in a command: noted for whoever mends it, told in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from crmdesk.cli.output import Output


def told_fault(output: Output, error: Exception) -> int:
    """Write the crash log, and say where it is; returns the exit code."""
    from crmdesk.core.crash_log import write_crash_log

    path = write_crash_log(error)
    where = f"Please report it with {path}" if path is not None else "Please report it."
    output.error(UserError("unexpected", "A fault in CRM Desk stopped the command.", where))
    return 1
