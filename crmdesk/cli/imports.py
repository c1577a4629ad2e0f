"""``import``: files into records, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from crmdesk.cli import import_options as options
from crmdesk.cli.import_choices import Choices, ColumnChoices, RowChoices, save_template
from crmdesk.cli.import_columns import column_documents, import_notices
from crmdesk.cli.import_documents import (
    import_document,
    import_lines,
    listed_document,
    tried_document,
)
from crmdesk.cli.import_proposals import FileChoices, Proposed, SeveralChoices, propose
from crmdesk.cli.import_reading import reading_document, reading_notices
from crmdesk.cli.import_templates import templates
from crmdesk.cli.import_undo import undo
from crmdesk.cli.out_file import Force, refuse_target
from crmdesk.cli.parameters import JsonLines, Wait, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job, watching
from crmdesk.core.errors import UserError, WrongUsage
from crmdesk.core.transfer.model import ImportRequest

# No object can have this name, so that it never stands in the way of one.
_FILE = "import-file"


@dataclass(frozen=True, slots=True)
class Going:
    """How it goes on: only a trial, refused rows into a file, or waiting for the end."""

    dry_run: bool
    errors: Path | None
    wait: bool


class _ImportGroup(TyperGroup):
    """Takes everything that is none of its commands for ``OBJECT FILE`` or ``BACKUP.zip``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the name of the command in front that is not named."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_FILE, *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Keep the name that nobody types out of usage lines and errors."""
        name, command, rest = super().resolve_command(ctx, args)
        return "" if name == _FILE else name, command, rest

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Show what can be said about a file too: it is what the group is asked for most."""
        file = self.commands[_FILE]
        found = (parameter.get_help_record(ctx) for parameter in file.params)
        with formatter.section("With a file"):
            formatter.write_dl([record for record in found if record is not None])
        super().format_options(ctx, formatter)


class _FileCommand(TyperCommand):
    """The command without a name."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line as one types it."""
        path = " ".join(ctx.command_path.split())
        formatter.write_usage(path, " ".join(self.collect_usage_pieces(ctx)))


app = group("Import a file: import OBJECT FILE, or import BACKUP.zip.", _ImportGroup)
app.command("undo")(undo)
app.command("templates")(templates)


@app.command(_FILE, cls=_FileCommand, hidden=True)
def import_file(
    context: typer.Context,
    object_or_zip: options.ObjectOrZip,
    file: options.File = None,
    *,
    mode: options.Mode = None,
    key: options.Key = None,
    mapping: options.Columns = None,
    create_properties: options.CreateProperties = False,
    encoding: options.Encoding = None,
    delimiter: options.Delimiter = None,
    header: options.Header = None,
    sheet: options.Sheet = None,
    objects: options.Objects = None,
    dry_run: options.DryRun = False,
    errors: options.Errors = None,
    force: Force = False,
    max_bytes: options.MaxBytes = None,
    associate: options.Associate = None,
    associate_label: options.AssociateLabel = None,
    label_column: options.LabelColumn = None,
    static: options.Static = None,
    date_format: options.DateFormat = None,
    template: options.Template = None,
    save_as: options.SaveTemplate = None,
    lifecycle_back: options.LifecycleBack = False,
    guarded: options.Guarded = None,
    in_bin: options.InBin = None,
    tables: options.Tables = None,
    also: options.Also = None,
    shared: options.Shared = None,
    wait: Wait = True,
) -> None:
    """Import a file into an object, or the tables of a zip or workbook."""
    refuse_target(errors, force=force)
    links = (associate, associate_label, label_column)
    columns = ColumnChoices(mapping, *links, static, date_format, create_properties)
    rows = RowChoices(mode, key, in_bin, lifecycle_back, template, save_as)
    files = FileChoices(object_or_zip, file, sheet, encoding, delimiter, header, max_bytes, guarded)
    several = SeveralChoices(objects, tables, also, shared)
    _import(context, files, several, Choices(columns, rows), Going(dry_run, errors, wait))


@app.command("list")
def list_imports(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    as_lines: JsonLines = False,
) -> None:
    """List imports and restores, newest first."""
    with seat(context) as here:
        found = here.workspace.imports.list(here.actor, limit)
        counts = ("rows", "created", "updated", "failed")
        columns = ("import_id", "name", "state", *counts, "user", "created_at")
        documents = [listed_document(each) for each in found]
        if not (here.output.as_json or as_lines):
            # For people the state says it; scripts have a key of its own.
            documents = [d | {"state": "undone"} if d["undone"] else d for d in documents]
        here.output.items("imports", documents, columns, as_lines=as_lines)


@app.command("show")
def show(
    context: typer.Context,
    import_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the import.")],
    errors: Annotated[
        Path | None, typer.Option("--errors", metavar="FILE", help="Save the refused rows here.")
    ] = None,
    force: Force = False,
) -> None:
    """Show one import."""
    refuse_target(errors, force=force)
    with seat(context) as here:
        if errors is not None:
            here.workspace.imports.save_errors(here.actor, import_id, errors.absolute())
        document = import_document(here.workspace.imports.show(here.actor, import_id))
        if errors is not None:
            document["error_file"] = str(errors.absolute())
        here.output.result(document, *import_lines(document))


def _import(
    context: typer.Context,
    files: FileChoices,
    several: SeveralChoices,
    choices: Choices,
    going: Going,
) -> None:
    """Import what was asked for, or try it, and tell of each table."""
    with seat(context) as here:
        proposed = propose(here, files, several, choices)
        if going.errors is not None and len(proposed) > 1:
            raise WrongUsage(
                "errors_of_several",
                "Refused rows of several tables do not go into one file.",
                "Leave --errors out, and save each with `crmdesk import show ID --errors FILE`.",
            )
        if several.together:
            done = _together(here, proposed, choices.columns.named, going)
        else:
            done = [_do(here, each, choices.columns.named, going) for each in proposed]
        save_template(here, choices.rows.save_as, proposed)
        lines = (line for each in done for line in import_lines(each))
        alone = files.file is not None and not several.together
        here.output.result(done[0] if alone else {"imports": done}, *lines)


def _do(here: Seat, proposed: Proposed, pairs: Mapping[str, str], going: Going) -> dict[str, Any]:
    """Import one table, or try it, and tell what it says of its columns."""
    told = _told(here, proposed, pairs)
    request = proposed[1]
    done = _try(here, request, going.errors) if going.dry_run else _run(here, request, going)
    return done | told


def _told(here: Seat, proposed: Proposed, pairs: Mapping[str, str]) -> dict[str, Any]:
    """How it was read and where the columns go; people are told at once what they should know."""
    found, request = proposed
    object_type = here.workspace.definitions.object(here.actor, request.object_name)
    notices = [*reading_notices(found), *import_notices(found, request, object_type)]
    for notice in notices:
        here.output.remark(notice["message"])
    columns = column_documents(found, request, pairs)
    return reading_document(found) | columns | {"warnings": notices}


def _try(here: Seat, request: ImportRequest, errors: Path | None) -> dict[str, Any]:
    with watching(here.output, "Reading") as (reported, cancelled):
        tried = here.workspace.imports.dry_run(here.actor, request, reported, cancelled, errors)
    return tried_document(request, tried, errors)


def _run(here: Seat, request: ImportRequest, going: Going) -> dict[str, Any]:
    imports, errors = here.workspace.imports, going.errors
    import_id = imports.start(here.actor, request)
    finish_job(here, imports.show(here.actor, import_id).job_id, wait=going.wait)
    document = import_document(imports.show(here.actor, import_id))
    if errors is not None and document["error_file"] is not None:
        _save_errors(here, import_id, errors)
        document["error_file"] = str(errors.absolute())
    return document


def _save_errors(here: Seat, import_id: str, errors: Path) -> None:
    """Save the refused rows of an import just done, which stands whatever becomes of the file."""
    try:
        here.workspace.imports.save_errors(here.actor, import_id, errors.absolute())
    except UserError:
        here.output.remark(f"The import {import_id} is done; its refused rows were not saved.")
        raise


def _together(
    here: Seat, proposed: Sequence[Proposed], pairs: Mapping[str, str], going: Going
) -> list[dict[str, Any]]:
    """Import several tables in one job, so that one may name the records of another."""
    told = [_told(here, each, pairs) for each in proposed]
    imports, requests = here.workspace.imports, [request for _, request in proposed]
    if going.dry_run:
        with watching(here.output, "Reading") as (reported, cancelled):
            tried = imports.dry_run_together(here.actor, requests, reported, cancelled)
        documents = [
            tried_document(request, each, None)
            for request, each in zip(requests, tried, strict=True)
        ]
    else:
        ids = imports.start_together(here.actor, requests)
        finish_job(here, imports.show(here.actor, ids[0]).job_id, wait=going.wait)
        documents = [import_document(imports.show(here.actor, each)) for each in ids]
    return [document | words for document, words in zip(documents, told, strict=True)]
