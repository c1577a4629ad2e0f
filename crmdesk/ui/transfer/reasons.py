"""Why the way on of the import assistant is closed, and what its button says."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crmdesk.core.transfer.model import Preflight
from crmdesk.ui.transfer.bundle import Bundle
from crmdesk.ui.transfer.wording import filled, say


def why_no_columns(bundle: Bundle, *, mapped: bool) -> str:
    """Why files and columns do not lead on; empty when they do.

    Args:
        mapped: each table must have a column that goes somewhere.
    """
    if not bundle.entries:
        return say("Choose a file")
    if not bundle.taken:
        return say("Choose a table")
    for place, draft in bundle.drafts.items():
        if not draft.readable:
            return _of_table(bundle, place, say("Choose the object"))
        if mapped and not draft.mapping:
            return _of_table(bundle, place, say("Map at least one column"))
    return ""


def why_no_import(bundle: Bundle, results: Mapping[int, Preflight], *, checking: bool) -> str:
    """Why the import cannot start; empty when it can."""
    place = undecided(bundle)
    if place >= 0:
        return _of_table(bundle, place, say("Choose the order in dates"))
    if not results:
        found = say("Checking the first rows") if checking else ""
        return found or say("It cannot be imported like this")
    # Associations alone are worth an import.
    idle = all(
        each.whole and not each.created + each.updated + each.associations
        for each in results.values()
    )
    return say("Nothing would change") if idle else ""


def undecided(bundle: Bundle) -> int:
    """Place of the first table whose dates can be read in two ways; -1 for none."""
    drafts = bundle.drafts.items()
    return next((n for n, each in drafts if each.asks_date_order and each.date_order is None), -1)


def start_words(results: Collection[Preflight]) -> str:
    """What the button that starts the import says."""
    if not results or not all(each.whole for each in results):
        return say("Start import")
    return say("Import %Ln row{|s}", sum(each.created + each.updated for each in results))


def _of_table(bundle: Bundle, place: int, reason: str) -> str:
    """A reason, with the table it is about where several are imported."""
    if len(bundle.taken) == 1:
        return reason
    return filled(say("%1: %2"), bundle.entries[place].title, reason)
