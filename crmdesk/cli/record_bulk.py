"""``record set-many``, ``delete-many``, ``undo``: acts on many records, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.output import plural
from crmdesk.cli.parameters import ObjectName, Wait
from crmdesk.cli.record_filters import Filters, GroupedFilters, InSegment, Or, query_of
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job
from crmdesk.cli.words import skip_line
from crmdesk.core.errors import UserError, WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.changes.plan import ValueCounts
    from crmdesk.core.records.bulk_model import BulkPlan
    from crmdesk.core.records.picking import Picked

Ids = Annotated[list[int] | None, typer.Option("--id", metavar="ID", help="This record.")]
Everything = Annotated[bool, typer.Option("--all", help="Every record of the object.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count; write nothing.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the group ``record``."""
    app.command("set-many", cls=GroupedFilters)(set_many)
    app.command("delete-many", cls=GroupedFilters)(delete_many)
    app.command("undo")(undo)


def set_many(
    context: typer.Context,
    object_name: ObjectName,
    values: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME=VALUE...",
            help="NAME= clears; NAME+=A and NAME-=A add and remove options.",
        ),
    ],
    *,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    segment: InSegment = None,
    record_ids: Ids = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    wait: Wait = True,
) -> None:
    """Change values of many records at once; it can be undone."""
    from crmdesk.core.records.bulk_model import BulkChange

    changes = [BulkChange(*_change(text)) for text in values]
    with seat(context) as here:
        picked = _picked(here, object_name, filters, segment, record_ids, everything)
        plan = here.workspace.bulk.plan_edit(here.actor, object_name, picked, changes)
        _do(here, plan, "changed", dry_run=dry_run, wait=wait)


def delete_many(
    context: typer.Context,
    object_name: ObjectName,
    *,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    segment: InSegment = None,
    record_ids: Ids = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    wait: Wait = True,
) -> None:
    """Delete many records to the recycle bin at once; it can be undone."""
    with seat(context) as here:
        picked = _picked(here, object_name, filters, segment, record_ids, everything)
        plan = here.workspace.bulk.plan_delete(here.actor, object_name, picked)
        _do(here, plan, "moved to the recycle bin", dry_run=dry_run, wait=wait)


def undo(
    context: typer.Context,
    change_id: Annotated[
        int | None, typer.Argument(metavar="[CHANGE]", help="Without it, the last thing you did.")
    ] = None,
) -> None:
    """Take back what you did last, where nobody changed it since."""
    with seat(context) as here:
        undoing = here.workspace.undoing
        act = undoing.last(here.actor) if change_id is None else undoing.act(here.actor, change_id)
        if act is None:
            raise UserError("nothing_to_undo", "There is nothing to undo.")
        if act.large:
            job_id = undoing.start(here.actor, act.change_id)
            finish_job(here, job_id, wait=True)
            result = dict(here.workspace.jobs.job(here.actor, job_id).result or {})
            records, skipped = int(result["records_changed"]), result["skipped"]
        else:
            done = undoing.undo(here.actor, act.change_id)
            records, skipped = done.records, dict(done.skipped)
        document = {
            "undone": act.change_id,
            "kind": act.kind.value,
            "object": act.object_name or None,
            "records": records,
            "skipped": skipped,
        }
        lines = [skip_line(reason, count) for reason, count in skipped.items()]
        here.output.result(document, f"Undone: {plural(records, 'record')}.", *lines)


def _change(text: str) -> tuple[str, Any, str]:
    from crmdesk.core.records.bulk_model import BulkAction

    name, equals, value = text.partition("=")
    if not equals or not name.rstrip("+-"):
        raise WrongUsage(
            "value_without_name",
            f"“{text}” is not of the form NAME=VALUE.",
            "Write the internal name of a property, an equals sign and the value.",
        )
    if name.endswith("+"):
        return name[:-1], BulkAction.ADD_OPTIONS, value
    if name.endswith("-"):
        return name[:-1], BulkAction.REMOVE_OPTIONS, value
    return name, BulkAction.SET if value.strip() else BulkAction.CLEAR, value


def _picked(
    here: Seat,
    object_name: str,
    filters: Sequence[str] | None,
    segment: str | None,
    record_ids: Sequence[int] | None,
    everything: bool,
) -> Picked:
    """What is meant must be said: no filter is not everything."""
    from crmdesk.core.records.picking import Picked

    narrowed = bool(filters) or segment is not None
    if [narrowed, record_ids is not None, everything].count(True) != 1:
        raise WrongUsage(
            "records_not_chosen",
            "It is not clear which records are meant.",
            "Give --filter or --segment, or --id for each record, or --all.",
        )
    if record_ids is not None:
        return Picked(record_ids)
    return Picked(query=query_of(here, object_name, filters, segment))


def _do(here: Seat, plan: BulkPlan, what: str, *, dry_run: bool, wait: bool) -> None:
    document: dict[str, Any] = {
        "plan_id": plan.id,
        "object": plan.object_name,
        "records": plan.records,
        "records_changing": plan.records_changing,
        "records_unchanged": plan.records_unchanged,
        "properties": {name: asdict(counts) for name, counts in plan.properties.items()},
        "skipped": dict(plan.skipped),
    }
    skips = [skip_line(reason, count) for reason, count in plan.skipped.items()]
    counted = [_counted(name, counts) for name, counts in plan.properties.items()]
    if dry_run or not plan.records_changing:
        text = f"{plural(plan.records_changing, 'record')} would be {what}."
        here.output.result(document, text, *counted, *skips)
        return
    from crmdesk.core.changes.change_set import Source

    job_id = here.workspace.bulk.start(here.actor, plan.id, Source.COMMAND_LINE)
    document["job_id"] = job_id
    finish_job(here, job_id, wait=wait)
    if not wait:
        here.output.result(document, f"The job {job_id} is running.")
        return
    result = here.workspace.jobs.job(here.actor, job_id).result or {}
    document["records_changed"] = result.get("records_changed", 0)
    document["change_id"] = result.get("change_id")
    text = f"{plural(int(document['records_changed']), 'record')} {what}."
    here.output.result(document, text, *skips)


def _counted(name: str, counts: ValueCounts) -> str:
    parts = [
        (counts.set, "filled in"),
        (counts.overwrite, "overwritten"),
        (counts.clear, "cleared"),
        (counts.unchanged, "not touched"),
    ]
    return f"{name}: {', '.join(f'{number:,} {word}' for number, word in parts if number)}"
