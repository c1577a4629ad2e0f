"""What a job took of a log of another program, as its row keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crmdesk.core.audit.imported_model import BadRow, LogFileSurvey, LogKind, RowFault
from crmdesk.core.clock import optional_from_text, to_text
from crmdesk.core.records.dates import DateOrder

_TIMES = ("first_at", "last_at")


def taken_to_json(import_id: int | None, taken: LogFileSurvey) -> dict[str, Any]:
    """As plain values for a job's result."""
    facts = asdict(taken) | {"import_id": import_id}
    for name in _TIMES:
        facts[name] = None if facts[name] is None else to_text(facts[name])
    return facts


def taken_from_json(result: Mapping[str, Any]) -> tuple[int | None, LogFileSurvey]:
    """The import's id, none where nothing was new, and what was added."""
    facts = dict(result)
    import_id = facts.pop("import_id")
    facts["kind"] = LogKind(facts["kind"])
    order = facts["date_order"]
    facts["date_order"] = None if order is None else DateOrder(order)
    facts["bad_rows"] = tuple(
        BadRow(**(bad | {"fault": RowFault(bad["fault"])})) for bad in facts["bad_rows"]
    )
    for name in _TIMES:
        facts[name] = optional_from_text(facts[name])
    return import_id, LogFileSurvey(**facts)
