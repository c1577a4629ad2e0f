"""``import``: files into records, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crmdesk.cli.documents import moment
from crmdesk.cli.import_columns import column_documents, column_lines, import_notices
from crmdesk.cli.import_undo import undo
from crmdesk.cli.output import plural
from crmdesk.cli.parameters import JsonLines, Wait, group
from crmdesk.cli.session import Seat, seat
from crmdesk.cli.waiting import finish_job, watching
from crmdesk.core.errors import WrongUsage
from crmdesk.core.transfer.model import (
    FileOptions,
    Import,
    ImportMode,
    ImportProblem,
    ImportRequest,
    Inspection,
    Preflight,
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


app = group("Import a file: import OBJECT FILE, or import BACKUP.zip.", _ImportGroup)
app.command("undo")(undo)


@app.command(_FILE, hidden=True)
def import_file(
    context: typer.Context,
    object_or_zip: Annotated[str, typer.Argument(metavar="OBJECT", help="Which object.")],
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The file.")] = None,
    *,
    mode: Annotated[ImportMode, typer.Option(help="What may become of a row.")] = ImportMode.UPSERT,
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
    wait: Wait = True,
) -> None:
    """Import a file into an object, or the tables of a zip."""
    mark = _DELIMITERS.get(delimiter, delimiter) if delimiter else None
    options = FileOptions(sheet, encoding=encoding, delimiter=mark, max_bytes=max_bytes)
    pairs = _pairs(mapping or ())
    with seat(context) as here:
        if file is None:
            proposed = _of_zip(here, object_or_zip, objects or (), options)
        else:
            wanted = replace(options, object_name=object_or_zip)
            inspected = _inspected(here, file, wanted, pairs)
            proposed = [(inspected, _proposed(inspected, pairs, create_properties))]
        proposed = [(each, replace(request, mode=mode, key=key)) for each, request in proposed]
        done = [_do(here, each, pairs, dry_run, errors, wait) for each in proposed]
        lines = (line for each in done for line in _told(each))
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
        documents = [_listed(each) for each in found]
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
        document = _document(here.workspace.imports.show(here.actor, import_id))
        if errors is not None:
            document["error_file"] = str(errors)
        here.output.result(document, *_told(document))


def _of_zip(here: Seat, path: str, objects: Sequence[str], options: FileOptions) -> list[Proposed]:
    """Every table of a zip whose object is known."""
    found = here.workspace.imports.inspect_tables(here.actor, path, objects, options)
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


def _proposed(
    found: Inspection, pairs: Mapping[str, str], create_properties: bool
) -> ImportRequest:
    """The import as the file suggests it, with the columns that were named."""
    request = found.request(create_properties=create_properties)
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
    return _tried(request, tried, errors)


def _run(here: Seat, request: ImportRequest, errors: Path | None, wait: bool) -> dict[str, Any]:
    imports = here.workspace.imports
    import_id = imports.start(here.actor, request)
    finish_job(here, imports.show(here.actor, import_id).job_id, wait=wait)
    document = _document(imports.show(here.actor, import_id))
    if errors is not None and document["error_file"] is not None:
        imports.save_errors(here.actor, import_id, errors.absolute())
        document["error_file"] = str(errors)
    return document


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


def _document(found: Import) -> dict[str, Any]:
    return _listed(found) | {
        "unchanged": found.unchanged,
        "errors": [_problem(each) for each in found.errors[:_MOST_ERRORS]],
        "error_file": found.error_file,
        "notes": dict(found.notes),
        "job_id": found.job_id,
    }


def _listed(found: Import) -> dict[str, Any]:
    return {
        "import_id": found.id,
        "name": found.name,
        "kind": found.kind,
        "object": found.object_name,
        "state": found.state.value,
        "rows": found.rows,
        "created": found.created,
        "updated": found.updated,
        "failed": found.failed,
        "undone": found.undone_by is not None,
        "undone_by": found.undone_by,
        "undoes": found.undoes,
        "user": found.user_name or None,
        "created_at": moment(found.created_at),
    }


def _tried(request: ImportRequest, tried: Preflight, errors: Path | None) -> dict[str, Any]:
    examples = [problem for group in tried.problems for problem in group.examples]
    written = errors is not None and errors.exists()
    return {
        "import_id": None,
        "name": Path(request.path).name,
        "object": request.object_name,
        "rows": tried.rows,
        "created": tried.created,
        "updated": tried.updated,
        "unchanged": tried.unchanged,
        "failed": tried.failed,
        "errors": [_problem(each) for each in examples[:_MOST_ERRORS]],
        "error_file": str(errors) if written else None,
        "notes": dict(tried.notes),
    }


def _problem(found: ImportProblem) -> dict[str, Any]:
    return {
        "row": found.row,
        "column": found.column,
        "type": found.type,
        "message": found.message,
    }


def _told(document: Mapping[str, Any]) -> list[str]:
    rows = plural(document["rows"], "row")
    unchanged = document.get("unchanged", 0)
    lines = [
        f"{document['name']} into {document['object']}: {rows}",
        *column_lines(document),
        f"{document['created']:,} created, {document['updated']:,} updated, "
        f"{unchanged:,} unchanged, {document['failed']:,} failed.",
    ]
    lines += [
        f"  Row {each['row']}, {each['column'] or 'whole row'}: {each['message']}"
        for each in document["errors"][:10]
    ]
    if document["error_file"] is not None:
        lines.append(f"All of them: {document['error_file']}")
    return lines
