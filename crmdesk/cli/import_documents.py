"""Imports and trials of them, for scripts and for people."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmdesk.cli.documents import moment
from crmdesk.cli.import_columns import column_lines
from crmdesk.cli.import_reading import reading_lines
from crmdesk.cli.output import plural

if TYPE_CHECKING:
    from crmdesk.core.transfer.model import Import, ImportProblem, ImportRequest, Preflight

_MOST_ERRORS = 100


def import_document(found: Import) -> dict[str, Any]:
    """One import with all that is known of it."""
    return listed_document(found) | {
        "unchanged": found.unchanged,
        "associated": found.associated,
        "not_associated": found.not_associated,
        "errors": [_problem(each) for each in found.errors[:_MOST_ERRORS]],
        "error_file": found.error_file,
        "notes": dict(found.notes),
        "job_id": found.job_id,
    }


def listed_document(found: Import) -> dict[str, Any]:
    """One import as the list has it."""
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


def tried_document(request: ImportRequest, tried: Preflight, errors: Path | None) -> dict[str, Any]:
    """What an import would do."""
    examples = sorted(
        (problem for group in tried.problems for problem in group.examples),
        key=lambda problem: problem.row,
    )
    saved = None if errors is None or not errors.exists() else str(errors.absolute())
    return {
        "import_id": None,
        "name": Path(request.path).name,
        "object": request.object_name,
        "rows": tried.rows,
        "created": tried.created,
        "updated": tried.updated,
        "unchanged": tried.unchanged,
        "failed": tried.failed,
        "associated": tried.associations,
        "not_associated": sum(
            each.count for each in tried.problems if each.type.startswith("ASSOCIATION_")
        ),
        "errors": [_problem(each) for each in examples[:_MOST_ERRORS]],
        "error_file": saved,
        "notes": dict(tried.notes),
    }


def _problem(found: ImportProblem) -> dict[str, Any]:
    return {
        "row": found.row,
        "column": found.column,
        "type": found.type,
        "message": found.message,
    }


def import_lines(document: Mapping[str, Any]) -> list[str]:
    """The same in words."""
    rows = plural(document["rows"], "row")
    unchanged = document.get("unchanged", 0)
    lines = [
        f"{document['name']} into {document['object']}: {rows}",
        *reading_lines(document),
        *column_lines(document),
        f"{document['created']:,} created, {document['updated']:,} updated, "
        f"{unchanged:,} unchanged, {document['failed']:,} failed.",
    ]
    linked, lost = document.get("associated", 0), document.get("not_associated", 0)
    if linked or lost:
        lines.append(f"{plural(linked, 'association')}, {lost:,} not made.")
    backwards = document.get("notes", {}).get("lifecycle_backwards", 0)
    if backwards:
        lines.append(f"{plural(backwards, 'lifecycle stage')} left as it is: it never goes back.")
    if document.get("undone"):
        lines.append(f"It was undone by {document['undone_by']}.")
    lines += [
        f"  Row {each['row']}, {each['column'] or 'whole row'}: {each['message']}"
        for each in document["errors"][:10]
    ]
    if document["error_file"] is not None:
        lines.append(_where_all_are(document["import_id"], document["error_file"]))
    return lines


def _where_all_are(import_id: str | None, error_file: str) -> str:
    """Where the refused rows were saved; the vault's own name of them helps nobody."""
    if import_id is not None and error_file.startswith(import_id):
        return f"To save all of them, run `crmdesk import show {import_id} --errors FILE`."
    return f"All of them: {error_file}"
