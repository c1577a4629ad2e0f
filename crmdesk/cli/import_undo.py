"""``import undo``: take an import back, or say what that would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.documents import moment
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import Wait
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crmdesk.core.transfer.undo_model import UndoPlan

_SHOWN = 10
_REASONS = {
    "changed_since": "changed since",
    "associated_since": "associated with others since",
    "in_recycle_bin": "in the recycle bin",
    "deleted_for_good": "deleted for good",
    "merged": "merged into another",
    "property_gone": "the property is gone",
    "option_gone": "the option is gone",
    "owner_gone": "the owner is gone",
    "stage_gone": "the stage is gone",
    "required": "required, and it was empty",
    "not_unique": "another record has the value now",
}


def undo(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the import.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    wait: Wait = True,
) -> None:
    """Take an import back: its records to the recycle bin, values as they were."""
    with seat(context) as here:
        undos = here.workspace.import_undos
        plan = undos.plan(here.actor, import_id)
        document = undo_document(plan)
        if dry_run:
            here.output.result(document | {"undo_id": None}, *_told(document, "Would go"))
            return
        if plan.does_nothing:
            raise UserError(
                "nothing_to_undo",
                f"Everything that “{plan.name}” wrote has been changed since.",
                "Nothing was undone. The records can be changed or deleted themselves.",
            )
        undo_id = undos.start(here.actor, import_id, plan.hash)
        _finish(here, undo_id, document, wait)


def undo_document(plan: UndoPlan) -> dict[str, Any]:
    """A plan as scripts read it."""
    return {
        "import_id": plan.import_id,
        "name": plan.name,
        "object": plan.object_name,
        "plan_hash": plan.hash,
        "records_deleted": plan.deleted,
        "records_restored": plan.restored,
        "associations_removed": plan.associations,
        "skipped": dict(plan.left_alone),
        "left_alone": [
            {"id": each.record_id, "name": each.name, "property": each.property or None}
            | {"reason": each.reason}
            for each in plan.examples
        ],
        "samples": [
            {"id": each.record_id, "property": each.property, "old": each.old, "new": each.new}
            for each in plan.samples
        ],
        "undo_until": moment(plan.undo_until),
    }


def _finish(here: Seat, undo_id: str, document: dict[str, Any], wait: bool) -> None:
    imports = here.workspace.imports
    finish_job(here, imports.show(here.actor, undo_id).job_id, wait=wait)
    done = imports.show(here.actor, undo_id)
    facts = document | {"undo_id": undo_id, "state": done.state.value, "job_id": done.job_id}
    here.output.result(facts, *_told(document, "Went" if wait else "Going"))


def _told(document: Mapping[str, Any], goes: str) -> Iterator[str]:
    yield f"Undo of {document['name']} ({document['object']})"
    yield f"  {goes} to the recycle bin: {plural(document['records_deleted'], 'record')}"
    yield f"  Values as before: {plural(document['records_restored'], 'record')}"
    yield f"  Associations removed: {document['associations_removed']:,}"
    for reason, number in document["skipped"].items():
        yield f"  Left alone: {number:,}, {_REASONS.get(reason, reason)}"
    for each in document["left_alone"][:_SHOWN]:
        what = f", {each['property']}" if each["property"] else ""
        reason = _REASONS.get(each["reason"], each["reason"])
        yield f"    {each['id']} {each['name']}{what}: {reason}"
