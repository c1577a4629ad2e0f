"""``backup``: make, list, browse, save, verify, pin and delete backups."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.cli.asking import ask_person
from crmdesk.cli.browsed import page_document, page_lines, table_documents
from crmdesk.cli.compared import comparison_document, comparison_lines
from crmdesk.cli.documents import backup_document
from crmdesk.cli.downloads import code_for_download
from crmdesk.cli.health import drill_document, health_document, health_lines
from crmdesk.cli.out_file import Force, OutFile, refuse_target
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Code, JsonLines, Meant, Wait, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job, watching
from crmdesk.cli.words import problem_sentence
from crmdesk.core.clock import to_text
from crmdesk.core.errors import UserError
from crmdesk.core.files.presence import is_file

app = group("Make backups, and look after them.")
BackupId = Annotated[str, typer.Argument(metavar="ID", help="Id of the backup.")]
IdOrFile = Annotated[str, typer.Argument(metavar="ID_OR_FILE", help="Id, or a backup file.")]
_COLUMNS = ("backup_id", "created_at", "created_by", "state", "records", "bytes", "expires_at")


@app.command("create")
def create(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also save a copy here.")
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="Also associations, definitions, users, history and log: a whole workspace.",
        ),
    ] = False,
    force: Force = False,
    code: Code = None,
    wait: Wait = True,
) -> None:
    """Back everything up, as it is at one instant."""
    refuse_target(out, force=force)
    with seat(context) as here:
        backups = here.workspace.backups
        backup_id = backups.create(here.actor, complete=complete)
        finish_job(here, backups.show(here.actor, backup_id).job_id, wait=wait)
        copy = None
        if out is not None and wait:
            copy = _saved_too(here, backup_id, out, code)
        found = backups.show(here.actor, backup_id)
        kept = here.workspace.folder / "vault" / "backups" / found.file_name
        document = backup_document(found) | {
            "file": str(copy or kept) if found.file_name else None,
        }
        here.output.result(document, *_told(document))


@app.command("list")
def list_backups(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every backup, newest first."""
    with seat(context) as here:
        found = [backup_document(each) for each in here.workspace.backups.list(here.actor)]
        here.output.items("backups", found, (*_COLUMNS, "verified_at", "pinned"), as_lines=as_lines)


@app.command("show")
def show(context: typer.Context, backup_id: BackupId) -> None:
    """Show one backup."""
    with seat(context) as here:
        document = backup_document(here.workspace.backups.show(here.actor, backup_id))
        here.output.result(document, *_told(document))


@app.command("download")
def download(
    context: typer.Context,
    backup_id: BackupId,
    out: OutFile,
    *,
    force: Force = False,
    code: Code = None,
) -> None:
    """Save a copy of a backup; it is checked on the way and logged."""
    refuse_target(out, force=force)
    with seat(context) as here:
        target = _save(here, backup_id, out, code)
        found = here.workspace.backups.show(here.actor, backup_id)
        document = backup_document(found) | {"file": str(target)}
        here.output.result(document, f"Saved as {target}.")


@app.command("verify")
def verify(context: typer.Context, source: IdOrFile) -> None:
    """Read a backup through, and say whether every bit is as it was written."""
    with seat(context) as here:
        document = _verified(here, source)
        here.output.result(document, *_verdict(document))
        if not document["ok"]:
            raise typer.Exit(1)


@app.command("delete")
def delete(context: typer.Context, backup_id: BackupId, *, yes: Meant = False) -> None:
    """Delete a backup's file; copies saved elsewhere stay."""
    with seat(context) as here:
        backups = here.workspace.backups
        made_at = to_text(backups.show(here.actor, backup_id).created_at)
        question = f"Delete the backup of {made_at} for good?"
        ask_person(question, "The backup was not deleted.", yes=yes)
        backups.delete(here.actor, backup_id)
        here.output.result({"backup_id": backup_id}, "The backup is deleted.")


@app.command("pin")
def pin(context: typer.Context, backup_id: BackupId) -> None:
    """Keep a backup past its expiry."""
    with seat(context) as here:
        found = here.workspace.backups.pin(here.actor, backup_id)
        here.output.result(backup_document(found), "The backup is pinned and stays.")


@app.command("unpin")
def unpin(context: typer.Context, backup_id: BackupId) -> None:
    """Let a backup expire again."""
    with seat(context) as here:
        found = here.workspace.backups.pin(here.actor, backup_id, pinned=False)
        here.output.result(backup_document(found), "The backup is no longer pinned.")


@app.command("browse")
def browse(
    context: typer.Context,
    source: IdOrFile,
    object_name: Annotated[
        str, typer.Option("--object", metavar="OBJECT", help="Its records; also a file's name.")
    ] = "",
    search: Annotated[
        str, typer.Option("--search", metavar="TEXT", help="Only records that hold this text.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most so many.")] = 100,
    after: Annotated[
        int, typer.Option("--after", metavar="N", min=0, help="Only rows after this one.")
    ] = 0,
) -> None:
    """Look into a backup, ours or any zip of CSV files; without --object at what it holds."""
    with seat(context) as here:
        browsing = here.workspace.browsing
        reference = _reference(source)
        if not object_name:
            tables = table_documents(browsing.tables(here.actor, reference))
            here.output.items("tables", tables, ("object", "file", "rows", "bytes"))
            return
        page = browsing.browse(
            here.actor, reference, object_name, search=search, after_row=after, limit=limit
        )
        here.output.result(page_document(page), *page_lines(page))


@app.command("compare")
def compare(
    context: typer.Context,
    source: IdOrFile,
    other: Annotated[
        str, typer.Argument(metavar="ID_OR_FILE", help="Another backup; without it, now.")
    ] = "",
    objects: Annotated[
        list[str] | None, typer.Option("--object", metavar="OBJECT", help="Only this; repeatable.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Save every difference as CSV."),
    ] = None,
    samples: Annotated[
        int, typer.Option(min=0, max=1_000, help="So many differing records to print.")
    ] = 10,
    force: Force = False,
) -> None:
    """Say what was added, removed and changed since a backup, or between two."""
    refuse_target(out, force=force)
    with seat(context) as here, watching(here.output, "Comparing") as (reported, asked):
        comparisons = here.workspace.comparisons
        found = comparisons.compare(
            here.actor,
            _reference(source),
            _reference(other),
            objects=objects or (),
            cancelled=asked,
            reported=reported,
        )
        numbers = comparisons.numbers(here.actor, found.id)[:samples]
        records = comparisons.records(here.actor, found.id, numbers)
        document = comparison_document(found, records)
        if out is not None:
            document["rows"] = comparisons.export(
                here.actor, found.id, out.absolute(), cancelled=asked
            )
            document["file"] = str(out.absolute())
        here.output.result(document, *comparison_lines(found, records))


@app.command("drill")
def drill(
    context: typer.Context,
    backup_id: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the backup; without it the newest.")
    ] = "",
) -> None:
    """Restore a backup into a scratch file, prove it, and throw the file away."""
    with seat(context) as here:
        drills = here.workspace.drills
        job_id = drills.start(here.actor, backup_id)
        finish_job(here, job_id, wait=True)
        done = drills.list(here.actor)[0]
        document = drill_document(done)
        here.output.result(document, *_drill_lines(document))
        if not done.ok:
            raise typer.Exit(1)


@app.command("drills")
def list_drills(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every drill, newest first."""
    with seat(context) as here:
        found = [drill_document(each) for each in here.workspace.drills.list(here.actor)]
        columns = ("at", "backup_id", "ok", "records", "seconds")
        here.output.items("drills", found, columns, as_lines=as_lines)


@app.command("health")
def health(context: typer.Context) -> None:
    """Say how well the data is protected; exit 1 when it is in danger."""
    with seat(context) as here:
        found = here.workspace.backups.health(here.actor)
        document = health_document(found)
        here.output.result(document, *health_lines(document))
        if document["level"] == "danger":
            raise typer.Exit(1)


def _drill_lines(document: dict[str, Any]) -> list[str]:
    if document["ok"]:
        records = plural(document["records"], "record")
        return [f"The backup can be restored: {records} in {document['seconds']:.1f} seconds."]
    return ["The drill failed:", *(f"  {problem}" for problem in document["problems"])]


def _reference(source: str) -> str:
    """A relative path with no folder and no ending would be taken for an id."""
    return str(Path(source).absolute()) if source and is_file(Path(source)) else source


def _verified(here: Seat, source: str) -> dict[str, Any]:
    from crmdesk.core.restore.sources import looks_like_file

    backups, path = here.workspace.backups, Path(source)
    if looks_like_file(source):
        verdict = backups.verify_file(here.actor, path)
    else:
        verdict = backups.verify(here.actor, source)
    problems = [
        {"code": each.code.value, "file": each.entry, "detail": each.detail}
        for each in verdict.problems
    ]
    return {
        "ok": verdict.ok,
        "signed": verdict.signed,
        "sound_elsewhere": verdict.sound_elsewhere,
        "problems": problems,
    }


def _verdict(document: dict[str, Any]) -> list[str]:
    if document["ok"]:
        return ["The backup is as it was written."]
    if document["sound_elsewhere"]:
        return [
            "The file is sound, and another workspace made it.",
            "Its record IDs mean nothing here: it cannot be restored, only imported.",
        ]
    # One kind of finding in one file says it, however often it was met.
    found = dict.fromkeys(problem_sentence(**each) for each in document["problems"])
    unknown = all(each["code"] == "no_manifest" for each in document["problems"])
    heading = "It cannot be verified:" if unknown else "It is NOT sound:"
    return [heading, *(f"  {sentence}" for sentence in found)]


def _save(here: Seat, backup_id: str, out: Path, code: str | None) -> Path:
    """Save a copy, with a code where the workspace asks for one."""
    backups = here.workspace.backups
    sensitive = bool(backups.show(here.actor, backup_id).sensitive)
    step_up_id = code_for_download(here, backup_id, code, sensitive=sensitive)
    return backups.download(here.actor, backup_id, out.absolute(), step_up_id=step_up_id)


def _saved_too(here: Seat, backup_id: str, out: Path, code: str | None) -> Path:
    """Save a copy of a backup just made, which stands whatever becomes of the copy."""
    try:
        return _save(here, backup_id, out, code)
    except UserError:
        here.output.remark(f"The backup {backup_id} is made; no copy was saved.")
        raise


def _told(document: dict[str, Any]) -> list[str]:
    lines = [f"Backup {document['backup_id']}: {document['state']}"]
    if document["snapshot_at"] is not None:
        count, size = plural(document["records"], "record"), plural(document["bytes"], "byte")
        lines.append(f"{count} as of {document['snapshot_at']}, {size}")
    if document.get("file"):
        lines.append(f"File: {document['file']}")
    if document["expires_at"] is not None:
        lines.append(f"Kept until {document['expires_at']}")
    if document["error"] is not None:
        lines.append(str(document["error"].get("message", "")))
    return lines
