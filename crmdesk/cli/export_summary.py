"""``export summary``: how much left, by day, by person and by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from crmdesk.cli.output import plural, table
from crmdesk.cli.session import seat

if TYPE_CHECKING:
    from crmdesk.core.exports.overview import Amount, DayAmount


def summary(context: typer.Context) -> None:
    """Sum up the finished exports of 30 days and two months: yours, or all for a Super Admin."""
    with seat(context) as here:
        found = here.workspace.export_overviews.show(here.actor)
        days = [{"day": each.day.isoformat(), **_amount(each.amount)} for each in found.days]
        exporters = [
            {"user_id": each.user_id, "user": each.user_name, **_amount(each.amount)}
            for each in found.exporters
        ]
        months = [_month(found.this_month), _month(found.last_month)]
        document = {
            **_amount(found.whole),
            "days": days,
            "exporters": exporters,
            "this_month": months[0],
            "last_month": months[1],
        }
        lines = [f"{_words(found.whole)} in {len(days)} days."]
        for heading, rows in (
            ("day", [day for day in days if day["exports"]]),
            ("user", exporters),
            ("month", months),
        ):
            if rows:
                lines += ["", *table((heading, "exports", "records"), rows)]
        here.output.result(document, *lines)


def _amount(found: Amount) -> dict[str, int]:
    return {"exports": found.exports, "records": found.records}


def _month(found: DayAmount) -> dict[str, Any]:
    return {"month": f"{found.day:%Y-%m}", **_amount(found.amount)}


def _words(found: Amount) -> str:
    return f"{plural(found.exports, 'export')} of {plural(found.records, 'record')}"
