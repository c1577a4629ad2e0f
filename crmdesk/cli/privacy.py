"""``privacy``: what is kept of a person, handed out or deleted for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.asking import ask_for_good
from crmdesk.cli.documents import moment
from crmdesk.cli.downloads import code_for_download
from crmdesk.cli.out_file import Force, refuse_target
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Code, Meant, Wait, group
from crmdesk.cli.session import seat
from crmdesk.cli.waiting import finish_job, watching

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat
    from crmdesk.core.privacy.model import HoldingBackup, PersonFound

app = group("Answer a person's request for their data, or for its deletion.")
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The person's e-mail address.")]


@app.command("export")
def export(
    context: typer.Context,
    email: Email,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Also save it here, as a zip.")
    ] = None,
    *,
    force: Force = False,
    code: Code = None,
    wait: Wait = True,
) -> None:
    """Make a file of all that is kept of a person: records, history, log, imported rows."""
    refuse_target(out, force=force)
    with seat(context) as here:
        exports = here.workspace.exports
        export_id = here.workspace.privacy.start_export(here.actor, email)
        finish_job(here, exports.show(here.actor, export_id).job_id, wait=wait)
        found = exports.show(here.actor, export_id)
        path = None
        if out is not None and found.downloadable:
            step_up_id = code_for_download(here, export_id, code, sensitive=bool(found.sensitive))
            path = exports.download(here.actor, export_id, out.absolute(), step_up_id=step_up_id)
        document = {
            "export_id": export_id,
            "state": found.state.value,
            "records": found.records,
            "bytes": found.bytes,
            "file": None if path is None else str(path),
        }
        told = [f"Export {export_id}: {found.state.value}, {found.bytes:,} bytes."]
        if path is None:
            told.append(f"To save it, run `crmdesk export download {export_id} --out FILE.zip`.")
        else:
            told.append(f"Saved: {path}")
        here.output.result(document, *told)


@app.command("delete")
def delete(
    context: typer.Context,
    email: Email,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be deleted.")
    ] = False,
    yes: Meant = False,
    wait: Wait = True,
) -> None:
    """Delete a person for good, and name the backups that still hold them."""
    from crmdesk.core.privacy.model import nothing_kept

    with seat(context) as here:
        found = _look(here, email)
        document = _document(found)
        if dry_run:
            here.output.result(document, *_told(found), "Nothing was deleted.")
            return
        here.output.say("\n".join(_told(found)))
        if found.is_nothing:
            raise nothing_kept(found.address)
        ask_for_good(yes=yes)
        privacy = here.workspace.privacy
        job_id = privacy.start_delete(here.actor, email, found.hash)
        finish_job(here, job_id, wait=wait)
        job = here.workspace.jobs.job(here.actor, job_id)
        last = "Deleted." if wait else f"Started: job {job_id}."
        here.output.result(
            {**document, "job_id": job_id, "state": job.state.value, "deleted": wait}, last
        )


def _look(here: Seat, email: str) -> PersonFound:
    with watching(here.output, "Looking through files") as (_, asked):
        return here.workspace.privacy.find(here.actor, email, cancelled=asked)


def _document(found: PersonFound) -> dict[str, Any]:
    return {
        "email": found.address,
        "record_ids": list(found.record_ids),
        "in_bin": found.in_bin,
        "former_ids": list(found.former_ids),
        "history": found.history,
        "associations": found.associations,
        "entries": found.entries,
        "texts": found.texts,
        "files": [
            {
                "kind": each.kind.value,
                "id": each.id,
                "name": each.name,
                "downloads": each.downloads,
            }
            for each in found.files
        ],
        "backups": [_backup(each) for each in found.backups],
        "mentions": dict(found.mentions),
    }


def _backup(each: HoldingBackup) -> dict[str, Any]:
    return {
        "backup_id": each.id,
        "created_at": moment(each.created_at),
        "expires_at": moment(each.expires_at),
        "pinned": each.pinned,
        "second_copy": each.second_copy or None,
        "downloads": each.downloads,
    }


def _told(found: PersonFound) -> list[str]:
    """What goes, what stays, and until when, in sentences."""
    lines = [
        f"{plural(len(found.record_ids), 'contact')} ({found.in_bin:,} in the recycle bin), with "
        f"{plural(found.history, 'change')} of history and "
        f"{plural(found.associations, 'association')}.",
        f"Details erased in {plural(found.entries, 'entry', 'entries')} of the audit log; the "
        f"address struck out of {plural(found.texts, 'other text')}.",
    ]
    lines += [
        f"File of an {each.kind.value.split('_')[0]}: {each.name}{_copies(each.downloads)}"
        for each in found.files
    ]
    lines += [_backup_told(each) for each in found.backups]
    if found.former_ids:
        ids = ", ".join(map(str, found.former_ids))
        lines.append(f"Had the address once and stays: contact {ids}.")
    lines += [
        f"Names the address and stays: {many:,} in {place}."
        for place, many in found.mentions.items()
    ]
    return lines


def _backup_told(each: HoldingBackup) -> str:
    until = "until it is unpinned" if each.pinned else f"until {moment(each.expires_at)}"
    second = f"; a second copy: {each.second_copy}" if each.second_copy else ""
    return f"Still held by backup {each.id}, {until}{_copies(each.downloads)}{second}."


def _copies(downloads: int) -> str:
    if not downloads:
        return ""
    return f"; {plural(downloads, 'copy', 'copies')} saved elsewhere"
