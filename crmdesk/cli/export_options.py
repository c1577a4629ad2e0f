"""Options that exports of every kind have, and what is said of one that was made."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from crmdesk.cli.documents import moment
from crmdesk.cli.output import plural
from crmdesk.cli.session import Seat
from crmdesk.cli.waiting import finish_job
from crmdesk.core.errors import WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.exports.model import Export

Choice = TypeVar("Choice", bound=StrEnum)
EVERY_COLUMN = "all"
#: Kinds of exports that are counted in records.
_OF_RECORDS = frozenset({"object", "view", "segment", "backup"})
_NOTES = {
    "parts": "More rows than one file holds: {:,} files in one zip.",
    "long_values": "Texts longer than a cell: {:,}. The sheet “Long values” has the rest.",
    "asker_disallowed": "Whoever asked for it lost the right to while it was written.",
    "associations_cut": "Records with more than 1,000 associated ones: {:,}. Their cells hold the "
    "first 1,000.",
}
Columns = Annotated[
    str,
    typer.Option("--columns", metavar="A,B|all", help="Internal names, in the order of the file."),
]
FileFormat = Annotated[str, typer.Option("--format", metavar="csv|xlsx", help="Kind of file.")]
Headers = Annotated[
    str, typer.Option("--headers", metavar="label|name", help="What stands over the columns.")
]
Choices = Annotated[
    str, typer.Option("--values", metavar="label|name", help="How choices and owners stand.")
]
Associated = Annotated[
    str | None,
    typer.Option("--associated", metavar="A,B", help="Also ids and names of these objects'."),
]
ExportName = Annotated[str, typer.Option("--name", metavar="N", help="What it is called.")]
Bom = Annotated[
    bool, typer.Option("--bom", help="A mark before UTF-8 that some spreadsheets need.")
]
ForSpreadsheet = Annotated[
    bool,
    typer.Option("--for-spreadsheet", help="Nothing in it is taken for a formula."),
]


def written_as(
    columns: str, file_format: str, headers: str, values: str, **others: Any
) -> dict[str, Any]:
    """How a file is written, by the names that requests of every kind have for it.

    Raises:
        WrongUsage: a choice that does not exist.
    """
    from crmdesk.core.exports.model import ExportFormat, Naming

    return {
        "columns": None if columns == EVERY_COLUMN else names_of(columns),
        "format": chosen_of("--format", ExportFormat, file_format),
        "headers": chosen_of("--headers", Naming, headers),
        "choices": chosen_of("--values", Naming, values),
        **others,
    }


def chosen_of(option: str, kind: type[Choice], text: str) -> Choice:
    """What an option was given, as one of its choices.

    Raises:
        WrongUsage: it is none of them.
    """
    try:
        return kind(text)
    except ValueError:
        raise WrongUsage(
            "usage", f"{option} does not take “{text}”.", f"It takes {_either(list(kind))}."
        ) from None


def _either(words: list[str]) -> str:
    """E.g. ``"csv, xlsx or jsonl"``."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def names_of(text: str) -> tuple[str, ...]:
    """Names parted by commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def finish_export(here: Seat, export_id: str, *, wait: bool) -> None:
    """Wait for an export that was asked for, and tell of it."""
    finish_job(here, here.workspace.exports.show(here.actor, export_id).job_id, wait=wait)
    tell_export(here, export_id)


def tell_export(here: Seat, export_id: str) -> None:
    """Say where an export stands."""
    document = export_document(here.workspace.exports.show(here.actor, export_id))
    here.output.result(document, *told(document))


def export_document(found: Export) -> dict[str, Any]:
    """One export for scripts."""
    return {
        "export_id": found.id,
        "name": found.name,
        "source": found.source_name,
        "source_kind": found.source.value,
        "object": found.object_name,
        "format": found.format.value,
        "state": found.state.value,
        "file": found.file_state.value,
        "records": found.records,
        "bytes": found.bytes,
        "user": found.user_name or None,
        "created_at": moment(found.created_at),
        "expires_at": moment(found.expires_at),
        "sensitive": list(found.sensitive),
        "notes": dict(found.notes),
        "reason": found.reason or None,
        "error": found.error,
    }


def told(document: dict[str, Any]) -> list[str]:
    """Where an export stands, in words."""
    state = document["state"].replace("_", " ")
    lines = [f"Export {document['export_id']} “{document['name']}”: {state}."]
    if document["records"] is not None:
        unit = "record" if document["source_kind"] in _OF_RECORDS else "row"
        size = f", {document['bytes']:,} bytes" if document["bytes"] else ""
        lines.append(f"{plural(document['records'], unit)}{size}.")
    lines += [_NOTES[note].format(count) for note, count in document["notes"].items()]
    if document["state"] == "pending_approval":
        lines.append("Somebody who may approve exports has to approve it first.")
    if document["state"] == "succeeded":
        lines.append(_file_told(document))
    return lines


def _file_told(document: dict[str, Any]) -> str:
    """How its file is saved, or what became of it."""
    kind = "backup" if document["source_kind"] == "backup" else "export"
    match document["file"]:
        case "expired":
            return "Its file has expired and was removed."
        case "missing":
            return "Its file is no longer in the vault."
        case _:
            command = f"crmdesk {kind} download {document['export_id']} --out FILE"
            return f"To save it, run `{command}`."
