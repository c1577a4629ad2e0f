"""Filters on the command line: repeated ``--filter`` all hold, ``--or`` begins another group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from crmdesk.cli.session import Seat
from crmdesk.core.errors import UserError, WrongUsage

if TYPE_CHECKING:
    from crmdesk.core.records.filters import Group, RecordQuery
    from crmdesk.core.records.segments import Segment
    from crmdesk.core.records.views import SavedView

_FILTER_HELP = (
    "Only records that fit; all filters of a group must hold. OP is eq, neq, gt, gte, lt, lte, "
    "between, in, not_in, has_property, not_has_property, contains_token, not_contains_token, "
    "starts_with, ends_with or within; in, not_in and between take several values: "
    "city:in:Oslo,Rome, or with semicolons where a value holds a comma; within takes today, "
    "this_week, last_30_days and the like, or two days."
)
OR = "--or"

Filters = Annotated[
    list[str] | None,
    typer.Option("--filter", metavar="PROPERTY:OP:VALUE", help=_FILTER_HELP),
]
Or = Annotated[
    bool, typer.Option(OR, help="Between two filters: fit the ones before, or the ones after.")
]
InSegment = Annotated[
    str | None, typer.Option("--segment", metavar="NAME", help="Only members of this segment.")
]


class GroupedFilters(TyperCommand):
    """A command whose ``--or`` stands between filters: their order is what it says."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Turn each ``--or`` into a filter of that text, which keeps its place among the others."""
        end = args.index("--") if "--" in args else len(args)
        words = [
            part for word in args[:end] for part in (("--filter", OR) if word == OR else (word,))
        ]
        return super().parse_args(ctx, [*words, *args[end:]])


def groups_of(filters: Sequence[str] | None) -> tuple[Group, ...]:
    """The groups of filters that were typed.

    Raises:
        UserError: ``filter_invalid``.
    """
    from crmdesk.core.records.filters import parse_groups

    return parse_groups(filters or (), OR)


def filter_texts(group: Group) -> list[str]:
    """The filters of a group as ``--filter`` takes them."""
    from crmdesk.core.records.filters import filter_text

    return [filter_text(each) for each in group]


def query_of(
    here: Seat,
    object_name: str,
    filters: Sequence[str] | None,
    segment: str | None = None,
    *,
    archived: bool = False,
) -> RecordQuery:
    """The records that the options ask for.

    Raises:
        UserError: ``filter_invalid``, ``segment_unknown``.
    """
    from crmdesk.core.records.filters import RecordQuery

    groups = groups_of(filters)
    found = None if segment is None else find_segment(here, segment, object_name).id
    first = groups[0] if groups else ()
    return RecordQuery(
        object_name, first, archived=archived, alternatives=groups[1:], segment=found
    )


def find_segment(here: Seat, reference: str, object_name: str | None = None) -> Segment:
    """A segment by its name or id.

    Raises:
        UserError: ``segment_unknown``, ``segment_ambiguous``.
    """
    found = here.workspace.segments.list(here.actor, object_name)
    named = [each for each in found if each.name.lower() == reference.lower()]
    matching = named or [each for each in found if str(each.id) == reference]
    if not matching:
        whose = "" if object_name is None else f" of {object_name}"
        raise UserError(
            "segment_unknown",
            f"There is no segment “{reference}”{whose}.",
            "Run `crmdesk segment list`.",
        )
    if len(matching) > 1:
        raise UserError(
            "segment_ambiguous",
            f"Several objects have a segment “{reference}”.",
            "Name it by its id, as `crmdesk segment list` shows it.",
        )
    return matching[0]


def refuse_view_with_filters(
    view: str | None, filters: Sequence[str] | None, segment: str | None
) -> None:
    """A view says which records; what else is asked of them would be guessed.

    Raises:
        WrongUsage: a view, and filters or a segment beside it.
    """
    if view is not None and (filters or segment):
        raise WrongUsage(
            "usage", "A view has filters of its own.", "Give the view, or filters, not both."
        )


def find_view(here: Seat, object_name: str, reference: str) -> SavedView:
    """A view of an object by its name or id.

    Raises:
        UserError: ``view_unknown``.
    """
    found = here.workspace.views.list(here.actor, object_name)
    named = [each for each in found if each.name.lower() == reference.lower()]
    matching = named or [each for each in found if str(each.id) == reference]
    if not matching:
        raise UserError(
            "view_unknown",
            f"There is no view “{reference}” of {object_name}.",
            f"Run `crmdesk view list {object_name}`.",
        )
    # One's own comes before another's of the same name.
    return min(matching, key=lambda each: not each.mine)
