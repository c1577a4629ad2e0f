"""``job``: what runs, ran or waits; and the worker that does one job."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.documents import job_document
from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.secret_input import read_line
from crmdesk.cli.session import call_of, chosen_folder, opened, seat, send_mail
from crmdesk.cli.waiting import MailSender, watcher
from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from crmdesk.core.jobs.worker import Progress

app = group("See, cancel and run jobs.")
JobId = Annotated[str, typer.Argument(metavar="ID", help="Id of the job.")]


@app.command("list")
def list_jobs(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_lines: JsonLines = False,
) -> None:
    """List jobs, newest first."""
    with seat(context) as here:
        found = [job_document(each) for each in here.workspace.jobs.jobs(here.actor, limit=limit)]
        columns = ("job_id", "kind", "state", "phase", "done", "total", "user", "created_at")
        here.output.items("jobs", found, columns, as_lines=as_lines)


@app.command("show")
def show(context: typer.Context, job_id: JobId) -> None:
    """Show one job."""
    with seat(context) as here:
        document = job_document(here.workspace.jobs.job(here.actor, job_id))
        doing = f", {document['phase']}".replace("_", " ") if document["phase"] else ""
        lines = [f"{document['kind']}: {document['state']}{doing}"]
        if document["error"] is not None:
            lines.append(document["error"]["message"])
        here.output.result(document, *lines)


@app.command("cancel")
def cancel(context: typer.Context, job_id: JobId) -> None:
    """Ask a job to stop; it stops before it writes, or says that it was too late."""
    with seat(context) as here:
        state = here.workspace.jobs.request_cancel(here.actor, job_id)
        document = {"job_id": job_id, "state": state.value}
        here.output.result(document, f"The job is {state.value}.")


@app.command("run")
def run(
    context: typer.Context,
    job_id: JobId,
    key_stdin: Annotated[
        bool,
        typer.Option(
            "--key-stdin",
            help="Be a worker: take the workspace's key from standard input, and print "
            "progress as JSON lines.",
        ),
    ] = False,
) -> None:
    """Do a waiting job's work in this process."""
    call = call_of(context)
    if key_stdin:
        _work(context, job_id)
        return
    with opened(call) as (workspace, _), watcher(call.output) as watch:
        workspace.run_job(job_id, MailSender(workspace, watch))
        call.output.result({"job_id": job_id, "state": "succeeded"}, "The job is done.")


def _work(context: typer.Context, job_id: str) -> None:
    """Run as the process that a window or a schedule started; nobody sees what it says."""
    from crmdesk.core.platform import give_way
    from crmdesk.core.workspace import Workspace

    call = call_of(context)
    give_way()
    # Every line is a document of its own here: progress first, the outcome last.
    call.output.printed = True
    try:
        key = bytes.fromhex(read_line("key_missing", "No key came on standard input."))
    except ValueError:
        raise UserError("key_damaged", "What came on standard input is no key.") from None
    workspace = Workspace(chosen_folder(call), key)
    try:
        workspace.run_job(job_id, MailSender(workspace, _print_progress))
    except UserError as error:
        _print_line({"state": "failed", "error": {"code": error.code, "message": error.message}})
        raise
    else:
        _print_line({"state": "succeeded"})
    finally:
        send_mail(workspace)
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
