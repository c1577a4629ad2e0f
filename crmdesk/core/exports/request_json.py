"""An export request as JSON, the way it waits in its row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crmdesk.core.exports.model import ExportFormat, ExportRequest, ExportSource, Naming
from crmdesk.core.records import filters
from crmdesk.core.records.filters import RecordQuery


def is_report(facts: Mapping[str, Any]) -> bool:
    """Whether a stored request is one for a report."""
    return "subject" in facts


def request_to_json(request: ExportRequest) -> dict[str, Any]:
    """Plain values that :func:`request_from_json` reads back."""
    query = request.query
    facts = asdict(request)
    facts["query"] = {
        "object_type": query.object_type,
        "groups": json.loads(filters.to_json(query.groups)),
        "search": query.search,
        "segment": query.segment,
    }
    return facts


def request_from_json(facts: Mapping[str, Any]) -> ExportRequest:
    """The request that was stored."""
    asked = facts["query"]
    first, *others = filters.from_json(json.dumps(asked["groups"])) or ((),)
    query = RecordQuery(
        asked["object_type"],
        first,
        asked["search"],
        alternatives=tuple(others),
        segment=asked["segment"],
    )
    return ExportRequest(
        query=query,
        source=ExportSource(facts["source"]),
        source_name=facts["source_name"],
        name=facts["name"],
        ids=tuple(facts["ids"]),
        columns=None if facts["columns"] is None else tuple(facts["columns"]),
        format=ExportFormat(facts["format"]),
        headers=Naming(facts["headers"]),
        choices=Naming(facts["choices"]),
        associated=tuple(facts["associated"]),
        bom=facts["bom"],
        for_spreadsheets=facts["for_spreadsheets"],
    )
