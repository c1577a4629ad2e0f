"""How the first dates of a column would be read, for whoever chooses their order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from crmdesk.core.records.dates import DateOrder, canonical_date
from crmdesk.core.records.problems import ValueProblem

CHOICES = (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST)
_SHOWN = 3


def preview_dates(samples: Sequence[str], order: DateOrder) -> tuple[tuple[str, str | None], ...]:
    """The first three cells, each with the day it would be (``YYYY-MM-DD``), if it is one."""
    found = []
    for text in [sample for sample in samples if sample.strip()][:_SHOWN]:
        day = None
        with suppress(ValueProblem):
            day = canonical_date(text, order)
        found.append((text, day))
    return tuple(found)
