"""``--out``: a copy of an export's file, saved by the command that made it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.downloads import code_for_download
from crmdesk.cli.export_options import export_document, told
from crmdesk.cli.session import Seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.errors import UserError, WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.exports.model import Export

SaveTo = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Also save a copy here; it counts as a download."),
]


def refuse_not_waiting(out: Path | None, *, wait: bool) -> None:
    """A copy is saved once the file is there.

    Raises:
        WrongUsage: a copy is wanted, and nobody waits for the file.
    """
    if out is not None and not wait:
        raise WrongUsage(
            "usage", "A copy is saved when the export is done.", "Leave out --no-wait."
        )


def finish_and_save(here: Seat, export_id: str, out: Path, code: str | None) -> None:
    """Wait for an export that was asked for, save a copy, and tell of both.

    Raises:
        UserError: ``export_not_made``, ``export_not_approved``: there is no file, and why.
        SecondFactorRefused: the file is there, and was not saved.
    """
    exports = here.workspace.exports
    finish_job(here, exports.show(here.actor, export_id).job_id, wait=True)
    found = exports.show(here.actor, export_id)
    if not found.downloadable:
        raise _not_made(found)
    try:
        more, lines = save_copy(here, found, out, code)
    except UserError:
        here.output.remark(f"The export {found.id} is made; no copy was saved.")
        raise
    document = export_document(found) | more
    here.output.result(document, *told(document)[:-1], *lines)


def save_copy(
    here: Seat, found: Export, out: Path, code: str | None
) -> tuple[dict[str, str], list[str]]:
    """Save a copy, with a code where one is asked for.

    That the signed head of the log could not be saved beside it is remarked: the copy is there.

    Returns:
        What was saved, as fields of a document and as lines.

    Raises:
        SecondFactorRefused: ``not_enrolled``, ``code_missing``, ``code_wrong``, ``wait``.
    """
    from crmdesk.core.exports.report_anchor import HeadNotSaved, anchor_beside

    step_up_id = code_for_download(here, found.id, code, sensitive=bool(found.sensitive))
    path = out.absolute()
    anchor = anchor_beside(found.source, path)
    try:
        here.workspace.exports.download(here.actor, found.id, path, step_up_id=step_up_id)
    except HeadNotSaved as told:
        here.output.remark(f"{told.message} {told.hint}")
        anchor = None
    if anchor is None:
        return {"file": str(path)}, [f"Saved: {path}"]
    lines = [f"Saved: {path}", f"Signed head of the log: {anchor}"]
    return {"file": str(path), "anchor": str(anchor)}, lines


def _not_made(found: Export) -> UserError:
    if found.state.value == "pending_approval":
        return UserError(
            "export_not_approved",
            f"The export {found.id} waits for approval, so that no copy could be saved.",
            f"Once it is approved, run `crmdesk export download {found.id} --out FILE`.",
        )
    why = (found.error or {}).get("message", "")
    return UserError("export_not_made", f"The export was not made. {why}".strip())
