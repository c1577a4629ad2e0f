"""``export summary``: how much left, by day, by person and by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from crmdesk.cli.output import plural, table
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.exports.overview import Amount, DayAmount


Months = Annotated[
    int | None,
    typer.Option(
        "--months", min=0, max=120, metavar="N", help="Also by user, in each of the last N months."
    ),
]


def summary(context: typer.Context, months: Months = None) -> None:
    """Sum up the finished exports of 30 days and two months: yours, or all for a Super Admin."""
    with seat(context) as here:
        found = here.workspace.export_overviews.show(here.actor)
        days = [{"day": each.day.isoformat(), **_amount(each.amount)} for each in found.days]
        exporters = [
            {"user_id": each.user_id, "user": each.user_name, **_amount(each.amount)}
            for each in found.exporters
        ]
        by_month = [_month(found.this_month), _month(found.last_month)]
        overviews = here.workspace.export_overviews
        by_user = [
            {
                "month": f"{each.month:%Y-%m}",
                "user_id": each.user_id,
                "user": each.user_name,
                **_amount(each.amount),
            }
            for each in overviews.months(here.actor, 1 if months is None else months)
        ]
        document = {
            **_amount(found.whole),
            "days": days,
            "exporters": exporters,
            "this_month": by_month[0],
            "last_month": by_month[1],
            "by_user": by_user,
        }
        lines = [f"{_words(found.whole)} in {len(days)} days."]
        for headings, rows in (
            (("day",), [day for day in days if day["exports"]]),
            (("user",), exporters),
            (("month",), by_month),
            (("month", "user"), by_user if months else []),
        ):
            if rows:
                lines += ["", *table((*headings, "exports", "records"), rows)]
        here.output.result(document, *lines)


def _amount(found: Amount) -> dict[str, int]:
    return {"exports": found.exports, "records": found.records}


def _month(found: DayAmount) -> dict[str, Any]:
    return {"month": f"{found.day:%Y-%m}", **_amount(found.amount)}


def _words(found: Amount) -> str:
    return f"{plural(found.exports, 'export')} of {plural(found.records, 'record')}"
