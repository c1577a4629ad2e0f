"""``import``: files into records, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from crmdesk.cli.import_choices import (
    Associate,
    AssociateLabel,
    Choices,
    DateFormat,
    InBin,
    LabelColumn,
    LifecycleBack,
    SaveTemplate,
    Static,
    Tables,
    Template,
    save_template,
    table_pairs,
    with_template,
)
from crmdesk.cli.import_columns import column_documents, import_notices
from crmdesk.cli.import_documents import (
    import_document,
    import_lines,
    listed_document,
    tried_document,
)
from crmdesk.cli.import_templates import templates
from crmdesk.cli.import_undo import undo
from crmdesk.cli.parameters import JsonLines, Wait, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job, watching
from crmdesk.core.errors import WrongUsage
from crmdesk.core.transfer.model import (
    FileOptions,
    ImportMode,
    ImportRequest,
    Inspection,
    Question,
)

# No object can have this name, so that it never stands in the way of one.
_FILE = "import-file"
_MOST_ERRORS = 100
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}


#: What was found in a file, and the import that it leads to.
Proposed = tuple[Inspection, ImportRequest]


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
    object_or_zip: Annotated[str, typer.Argument(metavar="OBJECT", help="Which object.")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The file.")] = None,
    *,
    mode: Annotated[
        ImportMode | None, typer.Option(help="What may become of a row (upsert).")
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="PROPERTY", help="What finds the record of a row.")
    ] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=PROPERTY", help="Where a column goes."),
    ] = None,
    create_properties: Annotated[
        bool, typer.Option("--create-properties", help="Make a property for unknown columns.")
    ] = False,
    encoding: Annotated[str | None, typer.Option(metavar="E", help="E.g. utf-8, cp1252.")] = None,
    delimiter: Annotated[
        str | None, typer.Option(metavar="D", help="comma, semicolon, tab, pipe or a character.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(metavar="S", help="Sheet of a workbook.")] = None,
    objects: Annotated[
        list[str] | None, typer.Option("--object", metavar="O", help="Only this one of a zip.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    errors: Annotated[
        Path | None, typer.Option("--errors", metavar="FILE", help="Write refused rows here.")
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option("--max-bytes", metavar="N", min=1, help="Refuse larger files.")
    ] = None,
    associate: Associate = None,
    associate_label: AssociateLabel = None,
    label_column: LabelColumn = None,
    static: Static = None,
    date_format: DateFormat = None,
    template: Template = None,
    save_as: SaveTemplate = None,
    lifecycle_back: LifecycleBack = False,
    in_bin: InBin = None,
    tables: Tables = None,
    wait: Wait = True,
) -> None:
    """Import a file into an object, or the tables of a zip or workbook."""
    mark = _DELIMITERS.get(delimiter, delimiter) if delimiter else None
    options = FileOptions(sheet, encoding=encoding, delimiter=mark, max_bytes=max_bytes)
    pairs = _pairs(mapping or ())
    choices = Choices(
        associate or (),
        associate_label or (),
        label_column or (),
        static or (),
        date_format or (),
        lifecycle_back,
        in_bin,
        mode,
        key,
    )
    with seat(context) as here:
        if file is None and tables:
            proposed = _of_sheets(here, object_or_zip, table_pairs(tables), options)
        elif file is None:
            proposed = _of_zip(here, object_or_zip, objects or (), options)
        else:
            wanted = replace(options, object_name=object_or_zip)
            inspected = _inspected(here, file, wanted, pairs)
            proposed = [(inspected, inspected.request(create_properties=create_properties))]
        choices.refuse_unknown([name for each, _ in proposed for name in each.headers])
        proposed = [
            (each, choices.applied(_named(with_template(here, request, template), pairs), each))
            for each, request in proposed
        ]
        if tables and not dry_run:
            done = _together(here, proposed, pairs, wait)
        else:
            done = [_do(here, each, pairs, dry_run, errors, wait) for each in proposed]
        save_template(here, save_as, proposed)
        lines = (line for each in done for line in import_lines(each))
        here.output.result({"imports": done} if file is None else done[0], *lines)


@app.command("list")
def list_imports(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 200,
    as_lines: JsonLines = False,
) -> None:
    """List imports and restores, newest first."""
    with seat(context) as here:
        found = here.workspace.imports.list(here.actor, limit)
        columns = ("import_id", "name", "state", "rows", "created", "updated", "failed", "user")
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
) -> None:
    """Show one import."""
    with seat(context) as here:
        if errors is not None:
            here.workspace.imports.save_errors(here.actor, import_id, errors.absolute())
        document = import_document(here.workspace.imports.show(here.actor, import_id))
        if errors is not None:
            document["error_file"] = str(errors)
        here.output.result(document, *import_lines(document))


def _of_zip(here: Seat, path: str, objects: Sequence[str], options: FileOptions) -> list[Proposed]:
    """Every table of a zip whose object is known.

    Nothing else is imported by a guess: a list that only resembles an object must be named.
    """
    whole = here.workspace.imports.inspect(here.actor, path, options)
    if whole.kind != "zip":
        guess = next((table.object_name for table in whole.tables if table.object_name), None)
        raise WrongUsage(
            "object_missing",
            f"Name the object that {whole.name} goes into: "
            f"crmdesk import {guess or 'OBJECT'} {quote(path)}",
            "",
        )
    found = here.workspace.imports.inspect_tables(here.actor, path, objects, options)
    return [(each, each.request()) for each in found]


def _of_sheets(
    here: Seat, path: str, sheets: Mapping[str, str], options: FileOptions
) -> list[Proposed]:
    """The chosen tables of a file, in the order they were named."""
    found = [
        here.workspace.imports.inspect(
            here.actor, path, replace(options, table=sheet, object_name=object_name)
        )
        for sheet, object_name in sheets.items()
    ]
    return [(each, each.request()) for each in found]


def _inspected(
    here: Seat, file: Path, options: FileOptions, pairs: Mapping[str, str]
) -> Inspection:
    """What is in the file; it must have the columns that were named."""
    found = here.workspace.imports.inspect(here.actor, file, options)
    if Question.TABLE in found.questions:
        raise WrongUsage(
            "sheet_not_chosen",
            f"{found.name} holds several tables: {', '.join(t.name for t in found.tables)}.",
            "Choose one with --sheet NAME.",
        )
    for header in pairs:
        if header not in found.headers:
            raise WrongUsage(
                "column_unknown",
                f"{found.name} has no column “{header}”.",
                f"Its columns are: {', '.join(found.headers)}.",
            )
    return found


def _named(request: ImportRequest, pairs: Mapping[str, str]) -> ImportRequest:
    """The import with the columns that were named."""
    if not pairs:
        return request
    # A property takes one column: who names one takes it from the column that was recognised.
    kept = {
        header: name
        for header, name in (request.mapping or {}).items()
        if header not in pairs and name not in pairs.values()
    }
    named = {header: name for header, name in pairs.items() if name}
    return replace(request, mapping=kept | named)


def _do(
    here: Seat,
    proposed: Proposed,
    pairs: Mapping[str, str],
    dry_run: bool,
    errors: Path | None,
    wait: bool,
) -> dict[str, Any]:
    """Import one table, or try it, and tell what it says of its columns."""
    found, request = proposed
    columns = column_documents(found, request, pairs)
    object_type = here.workspace.definitions.object(here.actor, request.object_name)
    notices = import_notices(found, request, object_type)
    for notice in notices:
        here.output.remark(notice["message"])
    done = _try(here, request, errors) if dry_run else _run(here, request, errors, wait)
    return done | columns | {"warnings": notices}


def _try(here: Seat, request: ImportRequest, errors: Path | None) -> dict[str, Any]:
    with watching(here.output, "Reading") as (reported, cancelled):
        tried = here.workspace.imports.dry_run(here.actor, request, reported, cancelled, errors)
    return tried_document(request, tried, errors)


def _run(here: Seat, request: ImportRequest, errors: Path | None, wait: bool) -> dict[str, Any]:
    imports = here.workspace.imports
    import_id = imports.start(here.actor, request)
    finish_job(here, imports.show(here.actor, import_id).job_id, wait=wait)
    document = import_document(imports.show(here.actor, import_id))
    if errors is not None and document["error_file"] is not None:
        imports.save_errors(here.actor, import_id, errors.absolute())
        document["error_file"] = str(errors)
    return document


def _together(
    here: Seat, proposed: Sequence[Proposed], pairs: Mapping[str, str], wait: bool
) -> list[dict[str, Any]]:
    """Import several tables in one job, so that one may name the records of another."""
    imports = here.workspace.imports
    ids = imports.start_together(here.actor, [request for _, request in proposed])
    finish_job(here, imports.show(here.actor, ids[0]).job_id, wait=wait)
    return [
        import_document(imports.show(here.actor, import_id))
        | column_documents(found, request, pairs)
        for import_id, (found, request) in zip(ids, proposed, strict=True)
    ]


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        header, equals, name = text.rpartition("=")
        if not equals:
            raise WrongUsage(
                "mapping_invalid",
                f"“{text}” is not of the form COLUMN=PROPERTY.",
                "Write the column's heading and a property; COLUMN= leaves a column out.",
            )
        pairs[header] = name
    return pairs
