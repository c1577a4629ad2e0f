"""Records that are named one by one."""

from __future__ import annotations

from typing import Annotated

import typer

from crmdesk.cli.session import Seat
from crmdesk.core.errors import WrongUsage

Ids = Annotated[list[int] | None, typer.Option("--id", metavar="ID", help="This record.")]


def listed_ids(text: str | None) -> tuple[int, ...] | None:
    """Ids between commas; None for none given.

    Raises:
        WrongUsage: ``record_ids_invalid``.
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise WrongUsage(
            "record_ids_invalid",
            f"“{text}” is not a list of record IDs.",
            "Write numbers with commas: --records 1,2",
        ) from None


def unknown_ids(here: Seat, object_name: str, ids: list[int] | None) -> dict[str, list[int]]:
    """Which of the ids that were named are no record, or one of the recycle bin."""
    records, named = here.workspace.records, list(dict.fromkeys(ids or ()))
    found = records.rows(here.actor, object_name, named, ())
    in_bin = records.deletions(here.actor, object_name, named) if named else {}
    return {"unknown": [each for each in named if each not in found or each in in_bin]}


def passed_over(unknown: dict[str, list[int]]) -> list[str]:
    """The same in words; nothing where all of them are there."""
    ids = ", ".join(map(str, unknown["unknown"]))
    return [f"Passed over, as no such record is there or it is in the recycle bin: {ids}"] * bool(
        ids
    )
