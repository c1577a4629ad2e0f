"""A report request as JSON, the way it waits in its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crmdesk.core.audit.filters_json import filters_from_json, filters_to_json
from crmdesk.core.exports.model import ExportFormat, Naming
from crmdesk.core.exports.report_model import (
    AuditLogReport,
    HistoryReport,
    ReportRequest,
    ReportSubject,
    UsersReport,
)

_AUDIT_LOG, _USERS, _HISTORY = "audit_log", "users", "property_history"
_KIND = "report"


def report_to_json(request: ReportRequest) -> dict[str, Any]:
    """Plain values that :func:`report_from_json` reads back."""
    facts = asdict(request)
    subject = request.subject
    match subject:
        case AuditLogReport(filters=filters, up_to=up_to, comments=comments):
            told: dict[str, Any] = {_KIND: _AUDIT_LOG, "filters": filters_to_json(filters)}
            told |= {"up_to": up_to, "comments": comments}
        case UsersReport():
            told = {_KIND: _USERS}
        case HistoryReport():
            told = {_KIND: _HISTORY} | asdict(subject)
    facts["subject"] = told
    return facts


def report_from_json(facts: Mapping[str, Any]) -> ReportRequest:
    """The request that was stored."""
    return ReportRequest(
        subject=_subject(facts["subject"]),
        name=facts["name"],
        columns=None if facts["columns"] is None else tuple(facts["columns"]),
        format=ExportFormat(facts["format"]),
        headers=Naming(facts["headers"]),
        choices=Naming(facts["choices"]),
        bom=facts["bom"],
        for_spreadsheets=facts["for_spreadsheets"],
    )


def _subject(facts: Mapping[str, Any]) -> ReportSubject:
    if facts[_KIND] == _AUDIT_LOG:
        return AuditLogReport(
            filters_from_json(facts["filters"])[0], facts.get("up_to"), bool(facts.get("comments"))
        )
    if facts[_KIND] == _USERS:
        return UsersReport()
    return HistoryReport(facts["object_name"], facts["record_id"], facts["property_name"])
