"""``restore deleted``: records that a backup has and the workspace lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from crmdesk.cli.named_ids import listed_ids
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Code
from crmdesk.cli.secret_input import code_missing, code_or_ask
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.clock import to_text
from crmdesk.core.errors import WrongUsage
from crmdesk.core.files.presence import is_file
from crmdesk.core.restore.deleted_model import (
    Comeback,
    DeletedPlan,
    DeletedRecord,
    DeletedRequest,
    Refusal,
    nothing_comes_back,
)

_MOST_TOLD = 100
_WORDS = {
    Comeback.FROM_BIN: "out of the recycle bin",
    Comeback.ANEW: "anew, under a new record ID",
    Refusal.MERGED: "NOT: merged into another record",
    Refusal.ERASED: "NOT: this person was deleted for good",
    Refusal.TAKEN: "NOT: another record has its unique value",
    Refusal.REQUIRED: "NOT: a required property has no value",
    Refusal.BACK_ALREADY: "NOT: it is back already",
}


def restore_deleted(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="ID_OR_FILE", help="Id of a backup, or its file.")
    ],
    object_name: Annotated[str, typer.Option("--object", metavar="O", help="Which object.")],
    records: Annotated[
        str | None, typer.Option("--records", metavar="1,2", help="Only these; else all deleted.")
    ] = None,
    related: Annotated[
        bool,
        typer.Option(
            "--related/--no-related", help="Also deleted records that they were associated with."
        ),
    ] = True,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would come back.")
    ] = False,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="I know that records are brought back.")
    ] = False,
    code: Code = None,
) -> None:
    """Bring deleted records back, with their associations where the backup is complete."""
    if not (dry_run or accept_changes):
        raise WrongUsage(
            "not_accepted",
            "Bringing records back has to be accepted.",
            "Look with --dry-run, then add --accept-changes.",
        )
    request = _request(source, object_name, records, related=related)
    with seat(context) as here:
        plan = here.workspace.deleted_records.plan(here.actor, request)
        document = _document(plan)
        if dry_run:
            here.output.result(document, *_told(plan))
            return
        here.output.say("\n".join(_told(plan)))
        result = _brought_back(here, plan, code)
        here.output.result(
            document | result,
            f"{plural(int(result.get('records_changed', 0)), 'record')} came back with "
            f"{plural(int(result.get('associations', 0)), 'association')}.",
        )


def _request(
    source: str, object_name: str, records: str | None, *, related: bool
) -> DeletedRequest:
    path = Path(source)
    place = str(path.absolute()) if is_file(path) else source
    return DeletedRequest(place, object_name, listed_ids(records), related)


def _brought_back(here: Seat, plan: DeletedPlan, code: str | None) -> dict[str, Any]:
    """Do what the plan says; what its job tells of it."""
    step_up_id = _step_up(here, plan, code)
    job_id = here.workspace.deleted_records.start(here.actor, plan.id, step_up_id=step_up_id)
    finish_job(here, job_id, wait=True)
    return dict(here.workspace.jobs.job(here.actor, job_id).result or {})


def _step_up(here: Seat, plan: DeletedPlan, code: str | None) -> str:
    if not plan.coming:
        # Said before the code: a recovery code is good for one time only.
        raise nothing_comes_back()
    given = code_or_ask(code) if plan.two_factor_needed else None
    if plan.two_factor_needed and given is None:
        raise code_missing()
    return here.workspace.two_factor.step_up(here.actor, StepUpPurpose.RESTORE, plan.hash, given)


def _document(plan: DeletedPlan) -> dict[str, Any]:
    return {
        "plan_id": plan.id,
        "plan_hash": plan.hash,
        "object": plan.object_name,
        "snapshot_at": to_text(plan.snapshot_at),
        "complete": plan.complete,
        "counts": {name: dict(counts) for name, counts in plan.counts().items()},
        "associations": plan.associations,
        "records": [_record(each) for each in plan.records[:_MOST_TOLD]],
    }


def _record(found: DeletedRecord) -> dict[str, Any]:
    return {
        "object": found.object,
        "id": found.record_id,
        "name": found.name,
        "comes_back": found.comeback.value,
        "refusal": None if found.refusal is None else found.refusal.value,
        "related": found.related,
        "values_left_out": list(found.values_left_out),
    }


def _told(plan: DeletedPlan) -> Iterator[str]:
    yield f"{plural(len(plan.coming), 'record')} can come back from {plan.source_name}"
    if plan.complete:
        yield f"with {plural(plan.associations, 'association')}"
    else:
        yield "without associations: this backup holds values only"
    for each in plan.records[:_MOST_TOLD]:
        way = _WORDS[each.refusal or each.comeback]
        title = f"{each.object} {each.record_id} {each.name}".rstrip()
        left_out = f" (without {', '.join(each.values_left_out)})" if each.values_left_out else ""
        yield f"  {title}: {way}{left_out}"
    if len(plan.records) > _MOST_TOLD:
        yield f"  and {len(plan.records) - _MOST_TOLD} more"
