"""From the words of ``import`` to the imports they ask for: one table, or several in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from crmdesk.cli.import_choices import Choices, file_pairs, table_pairs, with_template
from crmdesk.core.errors import WrongUsage
from crmdesk.core.transfer.model import FileOptions, ImportRequest, Inspection, Question
from crmdesk.core.transfer.shared_keys import (
    SharedColumn,
    TableTogether,
    in_order,
    keys_of,
    share_key,
)

if TYPE_CHECKING:
    from crmdesk.cli.session import Seat

_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|"}

#: What was found in a file, and the import that it leads to.
Proposed = tuple[Inspection, ImportRequest]


@dataclass(frozen=True, slots=True)
class FileChoices:
    """Which file, and how it is read.

    Attributes:
        target: the object; the file itself where no file is named.
    """

    target: str
    file: Path | None
    sheet: str | None
    encoding: str | None
    delimiter: str | None
    header: bool | None
    max_bytes: int | None
    guarded: bool | None

    @property
    def options(self) -> FileOptions:
        """The same for the service."""
        mark = _DELIMITERS.get(self.delimiter, self.delimiter) if self.delimiter else None
        return FileOptions(
            self.sheet,
            encoding=self.encoding,
            delimiter=mark,
            has_header=self.header,
            max_bytes=self.max_bytes,
            guarded=self.guarded,
        )


@dataclass(frozen=True, slots=True)
class SeveralChoices:
    """Which tables beside, and the columns that they share."""

    objects: Sequence[str] | None
    tables: Sequence[str] | None
    also: Sequence[str] | None
    shared: Sequence[str] | None

    @property
    def together(self) -> bool:
        """Whether one job imports them all, so that one may name the records of another."""
        return bool(self.tables or self.also or self.shared)


def propose(
    here: Seat, files: FileChoices, several: SeveralChoices, choices: Choices
) -> list[Proposed]:
    """Every import that is asked for, in the order in which they run."""
    proposed = _found(here, files, several, choices)
    choices.columns.refuse_unknown([name for each, _ in proposed for name in each.headers])
    proposed = [(each, _chosen(here, each, request, choices)) for each, request in proposed]
    if not several.together:
        return proposed
    proposed = _with_key_where_it_is(proposed, choices.rows.key)
    inspections, requests = [found for found, _ in proposed], [each for _, each in proposed]
    for header in several.shared or ():
        requests = _shared(here, inspections, requests, header)
    return [(inspections[place], requests[place]) for place in in_order(requests)]


def _with_key_where_it_is(proposed: list[Proposed], key: str | None) -> list[Proposed]:
    """Of several tables the key finds records in those that have a column for it."""
    having = [key in (request.mapping or {}).values() for _, request in proposed]
    if key is None or not any(having):
        # Where no table has it, the first one says so.
        return proposed
    return [
        (each, request if has else replace(request, key=None))
        for (each, request), has in zip(proposed, having, strict=True)
    ]


def _found(
    here: Seat, files: FileChoices, several: SeveralChoices, choices: Choices
) -> list[Proposed]:
    create = choices.columns.create_properties
    if files.file is not None:
        wanted = replace(files.options, object_name=files.target)
        found = [_inspected(here, files.file, wanted, choices.columns.named)]
    elif several.tables:
        found = _of_sheets(here, files.target, table_pairs(several.tables), files.options)
    else:
        found = _of_zip(here, files.target, several.objects or (), files.options)
    # How the first file is written says nothing of the others.
    plain = FileOptions(max_bytes=files.max_bytes, guarded=files.guarded)
    for path, object_name in file_pairs(several.also).items():
        found.append(_inspected(here, Path(path), replace(plain, object_name=object_name), {}))
    return [(each, each.request(create_properties=create)) for each in found]


def _chosen(
    here: Seat, found: Inspection, request: ImportRequest, choices: Choices
) -> ImportRequest:
    named = {h: name for h, name in choices.columns.named.items() if h in found.headers}
    templated = with_template(here, request, choices.rows.template)
    return choices.applied(_named(templated, named), found)


def _of_zip(
    here: Seat, path: str, objects: Sequence[str], options: FileOptions
) -> list[Inspection]:
    """Every table of a zip whose object is known.

    Nothing else is imported by a guess: a list that only resembles an object must be named.
    """
    whole = here.workspace.imports.inspect(here.actor, path, options)
    if whole.kind != "zip":
        guess = next((table.object_name for table in whole.tables if table.object_name), None)
        raise WrongUsage(
            "object_missing",
            f"Name the object that {whole.name} goes into: "
            f"`crmdesk import {guess or 'OBJECT'} {quote(path)}`.",
            "",
        )
    return [*here.workspace.imports.inspect_tables(here.actor, path, objects, options)]


def _of_sheets(
    here: Seat, path: str, sheets: Mapping[str, str], options: FileOptions
) -> list[Inspection]:
    """The chosen tables of a file, in the order they were named."""
    return [
        here.workspace.imports.inspect(
            here.actor, path, replace(options, table=sheet, object_name=object_name)
        )
        for sheet, object_name in sheets.items()
    ]


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
    if found.kind == "csv" and options.table is not None:
        raise WrongUsage(
            "sheet_of_no_workbook",
            f"{found.name} is no workbook: it has no sheets.",
            "Leave --sheet out.",
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
    links = tuple(each for each in request.associations if each.header not in pairs)
    return replace(request, mapping=kept | named, associations=links)


def _shared(
    here: Seat, found: Sequence[Inspection], requests: Sequence[ImportRequest], header: str
) -> list[ImportRequest]:
    """The imports associated by a column: the first table whose rows it tells apart is named."""
    objects = {each.name: each for each in here.workspace.definitions.objects(here.actor)}
    tables = [
        TableTogether(each, objects[request.object_name], request.mapping or {})
        for each, request in zip(found, requests, strict=True)
    ]
    named = next((n for n, table in enumerate(tables) if header in keys_of(table)), None)
    naming = [n for n, each in enumerate(found) if n != named and header in each.headers]
    if named is None or not naming:
        raise WrongUsage(
            "shared_column_unknown",
            f"No two of the tables share a column “{header}” that tells the rows of one apart.",
            "Name a column that stands in both tables and whose values stand once in one of them.",
        )
    changed = list(requests)
    for place in naming:
        changed = share_key(changed, tables, place, SharedColumn(header, named, header))
    return changed
