"""``job``: what runs, ran or waits; and the worker that does one job."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.documents import job_document
from crmdesk.cli.due_mail import MailSender
from crmdesk.cli.parameters import JsonLines, group
from crmdesk.cli.session import call_of, chosen_folder, opened, seat
from crmdesk.cli.waiting import watcher
from crmdesk.cli.worker import work

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
    """Ask a job to stop; nothing of what it wrote is kept. It may be too late."""
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
        # Every line is a document of its own here: progress first, the outcome last.
        call.output.printed = True
        work(chosen_folder(call), job_id)
        return
    with opened(call) as (workspace, _), watcher(call.output) as watch:
        workspace.run_job(job_id, MailSender(workspace, watch))
        call.output.result({"job_id": job_id, "state": "succeeded"}, "The job is done.")
