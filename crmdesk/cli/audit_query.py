"""``--query``: the search language of the audit log on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.session import Seat
from crmdesk.cli.times import zone_of
from crmdesk.core.errors import WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.audit.filters import AuditFilters
    from crmdesk.core.audit.language import Problem

InQuery = Annotated[
    str,
    typer.Option(
        "--query", metavar="TEXT", help="In the search language: action:delete -by:ann “Acme”."
    ),
]
_SENTENCES = {
    "key_unknown": "The log is not searched by “{key}”.",
    "value_missing": "After “{key}:” nothing is given.",
    "value_unknown": "“{value}” is nothing that “{key}:” knows.",
    "number_invalid": "“{value}” is not the number of an entry.",
    "date_invalid": "“{value}” is not a date.",
    "days_invalid": "“{value}” is not a number of days.",
    "range_reversed": "With “{key}:{value}” the dates end before they begin.",
    "quote_open": "A quote is opened and not closed.",
    "cannot_exclude": "“{key}:” cannot be ruled out with a minus.",
}
#: Characters shown before and after what is wrong.
_AROUND = 40
_HINTS = {
    "value_missing": "Write what is looked for right behind the colon, without a space.",
    "range_reversed": "Exchange the two dates.",
    "cannot_exclude": "Leave the minus out.",
    "key_unknown": "Put text that holds a colon into quotes.",
    "date_invalid": "Write it as 2026-11, 2026-11-22 or 2026-11-22T09:30, or today.",
    "days_invalid": "Write it as 30d.",
    "quote_open": 'Close it, or write \\" for a quote inside quotes.',
}


def in_query(here: Seat, text: str, filters: AuditFilters) -> AuditFilters:
    """The filters that were given, or what a search means.

    Raises:
        WrongUsage: ``query_invalid``: the first word that means nothing; or a search, and filters
            beside it.
    """
    from datetime import UTC, datetime

    from crmdesk.core.audit.filters import AuditFilters
    from crmdesk.core.audit.language import parse_search

    if not text.strip():
        return filters
    if filters != AuditFilters():
        raise WrongUsage(
            "usage", "A search says all filters.", "Give --query, or filters, not both."
        )
    zone = zone_of(here)
    vocabulary = here.workspace.audit_reader.vocabulary(here.actor)
    found = parse_search(text, vocabulary, datetime.now(UTC), zone)
    if found.problems:
        raise _refusal(found.problems[0], text)
    return found.filters


def _refusal(problem: Problem, text: str) -> WrongUsage:
    """What is wrong, where it stands, and what was perhaps meant."""
    sentence = _SENTENCES[problem.code].format(key=problem.key, value=problem.value)
    hint = _HINTS.get(problem.code, "")
    if problem.nearest is not None:
        hint = f"Did you mean “{problem.nearest}”?"
    place = f"At character {problem.start + 1}: {_around(text, problem.start, problem.end)}"
    return WrongUsage(
        "query_invalid", sentence, f"{place}\n{hint}".rstrip(), start=problem.start, end=problem.end
    )


def _around(text: str, start: int, end: int) -> str:
    """The text with the word that is wrong between marks, shortened where it is long."""
    before, after = text[:start], text[end:]
    before = before if len(before) <= _AROUND else f"…{before[-_AROUND:]}"
    after = after if len(after) <= _AROUND else f"{after[:_AROUND]}…"
    return f"{before}>>>{text[start:end]}<<<{after}"
