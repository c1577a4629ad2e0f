"""``restore``: what would change, doing it, taking it back."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from crmdesk.cli.deleted import restore_deleted
from crmdesk.cli.documents import plan_document, restore_document
from crmdesk.cli.lost_definitions import restore_definition
from crmdesk.cli.named_ids import listed_ids
from crmdesk.cli.out_file import Force, OutFile, refuse_target
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Code, JsonLines, Wait, group
from crmdesk.cli.secret_input import code_or_ask
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job, watching
from crmdesk.cli.words import skip_line
from crmdesk.core.access.step_up import StepUpPurpose
from crmdesk.core.errors import WrongUsage
from crmdesk.core.restore.model import PlanRequest, RestorePlan
from crmdesk.core.restore.starting import nothing_to_restore

app = group("Put values back from a backup.")
app.command("deleted")(restore_deleted)
app.command("definition")(restore_definition)

Source = Annotated[str, typer.Argument(metavar="ID_OR_FILE", help="Id of a backup, or its file.")]
RestoreId = Annotated[str, typer.Argument(metavar="RESTORE_ID", help="Id of the restore.")]
ObjectOption = Annotated[str | None, typer.Option("--object", metavar="O", help="Which object.")]
Properties = Annotated[
    str | None,
    typer.Option("--properties", metavar="A,B|all", help="Which properties, by internal name."),
]
Records = Annotated[
    str | None, typer.Option("--records", metavar="1,2", help="Only these records.")
]
SkipClears = Annotated[
    bool, typer.Option("--skip-clears", help="Leave values alone that the backup has none for.")
]
OnlyUnchanged = Annotated[
    bool, typer.Option("--only-unchanged", help="Leave values alone that a person edited since.")
]
NoAutomations = Annotated[
    bool, typer.Option("--no-automations", help="Run no automation rules afterwards.")
]


@app.command("plan")
def plan(
    context: typer.Context,
    source: Source,
    object_name: ObjectOption = None,
    properties: Properties = None,
    records: Records = None,
    skip_clears: SkipClears = False,
    only_unchanged: OnlyUnchanged = False,
    no_automations: NoAutomations = False,
) -> None:
    """Say what a restore would change; writes no record."""
    request = _request(
        source, object_name, properties, records, skip_clears, only_unchanged, no_automations
    )
    with seat(context) as here:
        made = _plan(here, request)
        here.output.result(plan_document(made), *_told(made))


@app.command("apply")
def apply(
    context: typer.Context,
    *,
    source: Annotated[
        str | None,
        typer.Argument(metavar="[ID_OR_FILE]", help="Plan and apply in one."),
    ] = None,
    plan_id: Annotated[
        str | None, typer.Option("--plan", metavar="PLAN_ID", help="A plan made earlier.")
    ] = None,
    object_name: ObjectOption = None,
    properties: Properties = None,
    records: Records = None,
    skip_clears: SkipClears = False,
    only_unchanged: OnlyUnchanged = False,
    no_automations: NoAutomations = False,
    accept_changes: Annotated[
        bool, typer.Option("--accept-changes", help="I know that live values are replaced.")
    ] = False,
    accept_irreversible: Annotated[
        bool,
        typer.Option("--accept-irreversible", help="I know that only its undo takes it back."),
    ] = False,
    code: Code = None,
    wait: Wait = True,
) -> None:
    """Do what a plan says, with a two-factor code."""
    _refuse_unaccepted(accept_changes, accept_irreversible)
    _refuse_unclear(plan_id, source)
    request = None
    if source is not None:
        request = _request(
            source, object_name, properties, records, skip_clears, only_unchanged, no_automations
        )
    with seat(context) as here:
        restores = here.workspace.restores
        if request is not None:
            made = _plan(here, request)
            here.output.say("\n".join(_told(made)))
        else:
            made = restores.read_plan(here.actor, plan_id or "")
        restore_id = restores.start(
            here.actor,
            made.id,
            accept_changes=accept_changes,
            accept_irreversible=accept_irreversible,
            step_up_id=_step_up(here, made, StepUpPurpose.RESTORE, code),
        )
        _finish(here, restore_id, wait)


@app.command("undo")
def undo(
    context: typer.Context,
    restore_id: RestoreId,
    code: Code = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    wait: Wait = True,
) -> None:
    """Take a restore back, where values still are what it wrote."""
    with seat(context) as here:
        restores = here.workspace.restores
        made = restores.undo_plan(here.actor, restore_id)
        if dry_run:
            here.output.result(plan_document(made), *_told(made))
            return
        step_up_id = _step_up(here, made, StepUpPurpose.RESTORE_UNDO, code)
        _finish(here, restores.start_undo(here.actor, made.id, step_up_id=step_up_id), wait)


@app.command("report")
def report(
    context: typer.Context, restore_id: RestoreId, out: OutFile, *, force: Force = False
) -> None:
    """Save every value that a restore wrote, and all that it left alone, as CSV."""
    refuse_target(out, force=force)
    out = out.absolute()
    with seat(context) as here:
        here.workspace.restores.save_report(here.actor, restore_id, out)
        document = {"restore_id": restore_id, "file": str(out)}
        here.output.result(document, f"Saved as {out}.")


@app.command("list")
def list_restores(context: typer.Context, as_lines: JsonLines = False) -> None:
    """List every restore, newest first."""
    with seat(context) as here:
        found = [restore_document(each) for each in here.workspace.restores.list(here.actor)]
        columns = ("restore_id", "name", "state", "records_changed", "user", "created_at")
        here.output.items("restores", found, columns, as_lines=as_lines)


@app.command("show")
def show(context: typer.Context, restore_id: RestoreId) -> None:
    """Show one restore."""
    with seat(context) as here:
        _print_restore(here, restore_id)


def _request(
    source: str,
    object_name: str | None,
    properties: str | None,
    records: str | None,
    skip_clears: bool,
    only_unchanged: bool,
    no_automations: bool,
) -> PlanRequest:
    if object_name is None or properties is None:
        raise WrongUsage(
            "restore_not_chosen",
            "A restore is of one object and of chosen properties.",
            "Give --object NAME and --properties A,B (or all).",
        )
    return PlanRequest(
        source=source,
        object_name=object_name,
        properties=None if properties == "all" else _names(properties),
        record_ids=listed_ids(records),
        skip_clears=skip_clears,
        only_unchanged=only_unchanged,
        without_automations=no_automations,
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _plan(here: Seat, request: PlanRequest) -> RestorePlan:
    with watching(here.output, "Comparing") as (reported, cancelled):
        return here.workspace.restores.plan(
            here.actor, request, reported=reported, cancelled=cancelled
        )


def _refuse_unaccepted(accept_changes: bool, accept_irreversible: bool) -> None:
    """Before anything is read and before any code is used up."""
    missing = [
        flag
        for flag, given in {
            "--accept-changes": accept_changes,
            "--accept-irreversible": accept_irreversible,
        }.items()
        if not given
    ]
    if missing:
        raise WrongUsage(
            "consequences_not_accepted",
            "A restore replaces live values, and only its undo takes that back.",
            f"Accept it with {' '.join(missing)}; no code was used up.",
        )


def _refuse_unclear(plan_id: str | None, source: str | None) -> None:
    if (plan_id is None) == (source is None):
        raise WrongUsage(
            "plan_or_backup",
            "Name either a plan or a backup.",
            "Give --plan PLAN_ID, or a backup with --object and --properties.",
        )


def _step_up(here: Seat, made: RestorePlan, purpose: StepUpPurpose, code: str | None) -> str:
    if not made.records_changing:
        # Said before the code: a recovery code is good for one time only.
        raise nothing_to_restore()
    given = code_or_ask(code) if made.code_needed else code
    return here.workspace.two_factor.step_up(here.actor, purpose, made.hash, given)


def _finish(here: Seat, restore_id: str, wait: bool) -> None:
    restore = here.workspace.restores.show(here.actor, restore_id)
    finish_job(here, restore.job_id, wait=wait)
    _print_restore(here, restore_id)


def _print_restore(here: Seat, restore_id: str) -> None:
    found = here.workspace.restores.show(here.actor, restore_id)
    document = restore_document(found)
    here.output.result(document, *_summary(document))


def _summary(document: dict[str, Any]) -> list[str]:
    lines = [f"{document['name']}: {document['state']} (restore {document['restore_id']})"]
    changed = plural(document["records_changed"], "record")
    values = plural(document["values_written"], "value")
    lines.append(f"{changed} changed, {values} written.")
    lines += [skip_line(reason, number) for reason, number in document["skipped"].items()]
    return lines


def _told(made: RestorePlan) -> list[str]:
    values, samples = made.values, plan_document(made)["samples"][:10]
    lines = [
        f"Plan {made.id} for {made.object_name}:",
        f"{plural(made.records_changing, 'record')} would change, "
        f"{made.records_unchanged:,} stay as they are.",
        f"Values: {values.set:,} set, {values.overwrite:,} overwritten, {values.clear:,} cleared.",
    ]
    lines += [skip_line(reason, number) for reason, number in made.skipped.items()]
    lines += [
        f"  {each['name'] or 'Record'} #{each['id']}, {each['property']}: "
        f"{each['old'] or '(empty)'} → {each['new'] or '(empty)'}"
        for each in samples
    ]
    more = values.set + values.overwrite + values.clear - len(samples)
    return [*lines, f"  … and {more:,} more"] if more else lines
