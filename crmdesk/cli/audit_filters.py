"""Options that narrow the audit log, for its list and for its export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from crmdesk.cli.session import Seat
from crmdesk.cli.times import span, zone_of

if TYPE_CHECKING:
    from crmdesk.core.audit.filters import AuditFilters

Categories = Annotated[
    list[str] | None, typer.Option("--category", metavar="C", help="Only this category.")
]
Subcategories = Annotated[
    list[str] | None, typer.Option("--subcategory", metavar="S", help="Only this one.")
]
Actions = Annotated[
    list[str] | None, typer.Option("--action", metavar="A", help="Only this action.")
]
By = Annotated[
    list[str] | None,
    typer.Option("--by", metavar="USER_OR_TEAM", help="E-mail, name or team, or its start."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="T", help="From this time or day on (ISO 8601), in the workspace's zone."
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="T", help="Up to this time, or the end of this day."),
]
Search = Annotated[
    str, typer.Option("--search", metavar="TEXT", help="Text anywhere in the details.")
]


def audit_filters(
    here: Seat,
    categories: list[str] | None,
    subcategories: list[str] | None,
    actions: list[str] | None,
    by: list[str] | None,
    since: str | None,
    until: str | None,
    search: str,
) -> AuditFilters:
    """What was typed, in core's words.

    Raises:
        WrongUsage: ``time_invalid``, ``range_reversed``.
    """
    from crmdesk.core.audit.filters import AuditFilters

    first, last = span(since, until, zone_of(here))
    return AuditFilters(
        categories=tuple(categories or ()),
        subcategories=tuple(subcategories or ()),
        actions=tuple(actions or ()),
        by=tuple(by or ()),
        since=first,
        until=last,
        texts=(search,) if search.strip() else (),
    )
