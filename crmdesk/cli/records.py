"""``record``: single records and their history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.asking import ask_for_good
from crmdesk.cli.documents import history_document, record_document
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Meant, ObjectName, RecordId, group
from crmdesk.cli.record_bulk import DryRun, register
from crmdesk.cli.record_filters import (
    Filters,
    GroupedFilters,
    InSegment,
    Or,
    find_view,
    query_of,
    refuse_view_with_filters,
)
from crmdesk.cli.record_relations import add_relations
from crmdesk.cli.session import Seat, seat
from crmdesk.core.errors import UserError, WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.records.record import HistoryEntry
    from crmdesk.core.records.recycle_bin_model import PurgePlan

app = group("View, add, edit, delete, associate and merge records.")
add_relations(app)

RecordIds = Annotated[list[int], typer.Argument(metavar="ID...", help="Record IDs.")]
Values = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE...", help="Internal names and their values.")
]
_MOST_COLUMNS = 5
# What to say when no record was found: the sentence, and what to do.
_NOT_LIVE = (
    "There is no record with such an ID to delete.",
    "For records that are deleted already, run `crmdesk record list OBJECT --archived`.",
)
_NOT_IN_BIN = (
    "No record with such an ID is in the recycle bin.",
    "To see what is there, run `crmdesk record list OBJECT --archived`.",
)
register(app)


@app.command("add")
def add(context: typer.Context, object_name: ObjectName, values: Values) -> None:
    """Add a record."""
    from crmdesk.core.changes.change_set import Source

    given = _pairs(values)
    with seat(context) as here:
        record = here.workspace.editor.add(here.actor, object_name, given, Source.COMMAND_LINE)
        here.output.result(record_document(record), f"Added with the record ID {record.id}.")


@app.command("get")
def get(
    context: typer.Context,
    object_name: ObjectName,
    record_id: RecordId,
    reveal: Annotated[
        list[str] | None,
        typer.Option(help="Show the value of this sensitive property; it is logged."),
    ] = None,
) -> None:
    """Show one record, live or in the recycle bin."""
    with seat(context) as here:
        reader = here.workspace.records
        document = record_document(reader.get(here.actor, object_name, record_id))
        if reveal:
            revealed = reader.reveal(here.actor, object_name, record_id, reveal)
            document["properties"] |= revealed
        lines = [f"{name}: {value}" for name, value in document["properties"].items() if value]
        if document["archived_at"] is not None:
            here.output.remark(
                f"This record has been in the recycle bin since {document['archived_at']}."
            )
        here.output.result(document, *lines)


@app.command("set")
def set_values(
    context: typer.Context, object_name: ObjectName, record_id: RecordId, values: Values
) -> None:
    """Change values of a record; NAME= clears one."""
    from crmdesk.core.changes.change_set import Source

    given = _pairs(values)
    with seat(context) as here:
        record = here.workspace.editor.update(
            here.actor, object_name, record_id, given, source=Source.COMMAND_LINE
        )
        # Values that are so already make no new version.
        here.output.result(record_document(record), f"The record is at version {record.version}.")


@app.command("list", cls=GroupedFilters)
def list_records(
    context: typer.Context,
    object_name: ObjectName,
    *,
    filters: Filters = None,
    alternatives: Or = False,  # noqa: ARG001 - told by its place among the filters
    segment: InSegment = None,
    view: Annotated[
        str | None, typer.Option("--view", metavar="NAME", help="As this saved view has it.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option(metavar="A,B", help="Only these properties.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    archived: Annotated[
        bool, typer.Option("--archived", help="Those in the recycle bin instead.")
    ] = False,
    as_lines: JsonLines = False,
) -> None:
    """List records, newest first."""
    refuse_view_with_filters(view, filters, segment)
    with seat(context) as here:
        query = query_of(here, object_name, filters, segment, archived=archived)
        if view is not None:
            kept = find_view(here, object_name, view).definition
            query = kept.query(object_name)
            columns = columns or ",".join(kept.columns) or None
        chosen = _columns(here, object_name, columns)
        ids = here.workspace.records.ids(here.actor, query)
        documents = [
            record_document(here.workspace.records.get(here.actor, object_name, found), chosen)
            for found in ids[:limit]
        ]
        if here.output.as_json or as_lines:
            here.output.items("records", documents, (), as_lines=as_lines, total=len(ids))
            return
        names = chosen or _display(here, object_name)
        rows = [{"id": each["id"], **each["properties"]} for each in documents]
        narrowed = bool(filters or segment or view)
        kind = "archived" if archived and not rows and not narrowed else "records"
        here.output.items(kind, rows, ("id", *names), narrowed=narrowed)
        if rows:
            here.output.remark(f"{plural(len(ids), 'record')} in all, {len(documents):,} shown.")


@app.command("delete")
def delete(context: typer.Context, object_name: ObjectName, record_ids: RecordIds) -> None:
    """Delete records to the recycle bin."""
    with seat(context) as here:
        change = here.workspace.editor.archive(here.actor, object_name, record_ids)
        _report(here, change.record_ids, "moved to the recycle bin", _NOT_LIVE)


@app.command("restore")
def restore(context: typer.Context, object_name: ObjectName, record_ids: RecordIds) -> None:
    """Bring records back from the recycle bin."""
    with seat(context) as here:
        change = here.workspace.editor.unarchive(here.actor, object_name, record_ids)
        _report(here, change.record_ids, "brought back", _NOT_IN_BIN)


@app.command("purge")
def purge(
    context: typer.Context,
    object_name: ObjectName,
    record_ids: RecordIds,
    yes: Meant = False,
    dry_run: DryRun = False,
) -> None:
    """Delete records for good; no restore brings them back."""
    with seat(context) as here:
        plan = here.workspace.editor.purge_plan(here.actor, object_name, record_ids)
        if dry_run:
            here.output.result(_purge_document(object_name, plan), _lost(object_name, plan))
            return
        if plan.records:
            here.output.say(_lost(object_name, plan))
            ask_for_good(yes=yes)
        change = here.workspace.editor.purge(here.actor, object_name, record_ids)
        _report(here, change.record_ids, "deleted for good", _NOT_IN_BIN)


@app.command("history")
def history(
    context: typer.Context,
    object_name: ObjectName,
    record_id: RecordId,
    property_name: Annotated[
        str | None, typer.Option("--property", help="Of this property only.")
    ] = None,
    as_lines: JsonLines = False,
) -> None:
    """Show what happened to a record, newest first."""
    with seat(context) as here:
        entries = here.workspace.records.history(here.actor, object_name, record_id, property_name)
        documents = [history_document(entry) for entry in entries]
        if not (here.output.as_json or as_lines):
            for document, entry in zip(documents, entries, strict=True):
                document["with"] = _with(entry)
        columns = ("at", "kind", "property", "old", "new", "with", "source", "user", "change_id")
        here.output.items("history", documents, columns, as_lines=as_lines)


def _with(entry: HistoryEntry) -> str | None:
    """The other record of an association in a few words."""
    note = entry.association
    if note is None:
        return None
    if note.record_id is None:
        return f"{note.count:,} {note.plural_label.lower()}"
    labels = f" as {', '.join(note.labels)}" if note.labels else ""
    return f"{note.name} ({note.object_name} {note.record_id}){labels}"


def _lost(object_name: str, plan: PurgePlan) -> str:
    """What a purge takes away, in numbers."""
    merged = f", {plan.merged:,} of them merged into the others" if plan.merged else ""
    addresses = ""
    if plan.contacts_with_address:
        many = plural(plan.contacts_with_address, "e-mail address", "e-mail addresses")
        addresses = f" {many} cannot be used for a new contact afterwards."
    return (
        f"This is for good: {plural(plan.records.get(object_name, 0), 'record')}{merged}, with "
        f"{plural(plan.history_entries, 'entry', 'entries')} of history and "
        f"{plural(plan.associations, 'association')}.{addresses}"
    )


def _purge_document(object_name: str, plan: PurgePlan) -> dict[str, int]:
    return {
        "records": plan.records.get(object_name, 0),
        "merged": plan.merged,
        "history_entries": plan.history_entries,
        "associations": plan.associations,
        "addresses": plan.contacts_with_address,
    }


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise WrongUsage(
                "value_without_name",
                f"“{text}” is not of the form NAME=VALUE.",
                "Write the internal name of a property, an equals sign and the value.",
            )
        if name in found:
            raise WrongUsage("value_twice", f"“{name}” is given twice.", "Give one value for it.")
        found[name] = value
    return found


def _columns(here: Seat, object_name: str, columns: str | None) -> list[str] | None:
    """The chosen properties, which must exist."""
    if columns is None:
        return None
    object_type = here.workspace.definitions.object(here.actor, object_name)
    names = [name.strip() for name in columns.split(",") if name.strip()]
    return [object_type.property(name).name for name in names]


def _display(here: Seat, object_name: str) -> list[str]:
    object_type = here.workspace.definitions.object(here.actor, object_name)
    names = dict.fromkeys((*object_type.display_properties, "email"))
    return [name for name in names if name in object_type.by_name][:_MOST_COLUMNS]


def _report(here: Seat, record_ids: Sequence[int], what: str, nothing: tuple[str, str]) -> None:
    """Say how many records it was; that it was none at all is an error with this sentence."""
    if not record_ids:
        raise UserError("records_not_found", *nothing)
    document = {"ids": list(record_ids), "total": len(record_ids)}
    here.output.result(document, f"{plural(len(record_ids), 'record')} {what}.")
