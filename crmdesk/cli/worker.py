"""The process that does one job for a window, a schedule or a command.

Windows wait for it: it loads neither the command line nor what prints tables.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crmdesk.cli.due_mail import MailSender, send_mail
from crmdesk.cli.faults import told_fault
from crmdesk.cli.lines import read_line
from crmdesk.cli.output import Output
from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from crmdesk.core.jobs.worker import Progress

_CANCELLED = 130
#: Whoever waits for the job has been told that it is done.
_SEALING_SECONDS = 1.0


def run_worker(folder: Path, job_id: str) -> int:
    """Do a job as a process of its own; returns its exit code."""
    try:
        work(folder, job_id)
    except UserError as error:
        Output().error(error)
        return error.exit_code
    except KeyboardInterrupt:
        return _CANCELLED
    except Exception as error:  # noqa: BLE001 - the last place where a fault can be met
        return told_fault(Output(), error)
    return 0


def work(folder: Path, job_id: str) -> None:
    """Take the key from standard input, and do the job; progress comes as JSON lines.

    Raises:
        UserError: why it could not be done.
    """
    from crmdesk.core.platform import give_way
    from crmdesk.core.workspace import Workspace

    try:
        key = bytes.fromhex(read_line("key_missing", "No key came on standard input."))
    except ValueError:
        raise UserError("key_damaged", "What came on standard input is no key.") from None
    give_way()
    workspace = Workspace(folder, key)
    try:
        workspace.run_job(job_id, MailSender(workspace, _print_progress))
    except UserError as error:
        _print_line({"state": "failed", "error": {"code": error.code, "message": error.message}})
        raise
    else:
        _print_line({"state": "succeeded"})
    finally:
        send_mail(workspace)
        workspace.seals.keep(_SEALING_SECONDS)
        workspace.close()


def _print_progress(progress: Progress) -> None:
    _print_line(
        {
            "phase": progress.phase,
            "done": progress.done,
            "total": progress.total,
            "detail": dict(progress.detail),
        }
    )


def _print_line(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, default=str) + "\n")
    sys.stdout.flush()
