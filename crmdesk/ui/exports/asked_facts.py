"""What an export was asked to hold, as names and values: what somebody reads who decides on it."""

from __future__ import annotations

from collections.abc import Sequence

from crmdesk.core.exports.asked import AskedFor
from crmdesk.core.exports.model import ExportFormat, ExportRequest, Naming
from crmdesk.core.exports.report_model import AuditLogReport, HistoryReport, ReportRequest
from crmdesk.core.records.filters import Filter, Group
from crmdesk.core.records.schema import ObjectType
from crmdesk.ui import words
from crmdesk.ui.audit.filter_words import filter_words
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled, say
from crmdesk.ui.records.condition_words import condition_sentence
from crmdesk.ui.records.conditions import condition_of
from crmdesk.ui.records.showing import Showing

Facts = list[tuple[str, str]]


def asked_facts(desk: Desk, asked: AskedFor) -> Facts:
    """Which records, which columns, how they stand in the file; without a value is left out."""
    request = asked.request
    labels = ", ".join(label for _name, label in asked.columns)
    columns = filled(say("%1: %2"), words.number(len(asked.columns)), labels)
    return [
        *chosen_facts(desk, asked),
        (say("Columns"), columns if labels else say("The record ID alone")),
        (say("Associated"), ", ".join(label for _name, label in asked.associated)),
        (say("Headings"), _naming(request.headers)),
        (say("Choices, owners"), _naming(request.choices)),
        (say("In the text"), ", ".join(_marks(request))),
    ]


def chosen_facts(desk: Desk, asked: AskedFor) -> Facts:
    """Which records it holds."""
    request = asked.request
    if isinstance(request, ReportRequest):
        return _of_report(desk, request)
    query = request.query
    lines = _filter_lines(desk, asked.object_type, query.groups)
    chosen = say("%Ln record{|s} chosen one by one", len(request.ids)) if request.ids else ""
    narrowed = chosen or asked.segment or query.search or lines
    headings = [say("Filter"), *(say("Or filter") for _line in lines[1:])]
    facts = [
        (say("Chosen"), chosen or ("" if narrowed else say("Every record"))),
        (say("Segment"), asked.segment),
        (say("Search"), query.search),
        *zip(headings, lines, strict=False),
    ]
    return [(name, value) for name, value in facts if value]


def _of_report(desk: Desk, request: ReportRequest) -> Facts:
    match request.subject:
        case HistoryReport() as subject:
            of = filled(say("%1 %2"), subject.object_name, words.number(subject.record_id))
            return [(say("Record"), of)]
        case AuditLogReport() as subject:
            vocabulary = desk.workspace.audit_reader.vocabulary(desk.actor)
            said = filter_words(subject.filters, vocabulary, desk.zone)
            return [
                (say("Chosen"), "" if said else say("Every entry")),
                (say("Filter"), said),
                (say("Comments"), say("In a column of their own") if subject.comments else ""),
            ]
        case _:
            return []


def columns_line(asked: AskedFor, most: int = 8) -> str:
    """How many columns, and the first of them by name."""
    labels = [label for _name, label in asked.columns]
    named = ", ".join(labels[:most]) + ("…" if len(labels) > most else "")
    text = say("%Ln column{|s}", len(labels))
    return filled(say("%1: %2"), text, named) if labels else say("The record ID alone.")


def _filter_lines(desk: Desk, of: ObjectType | None, groups: Sequence[Group]) -> list[str]:
    """Each group in one line, of which all must hold; a property that is gone by its name."""
    if of is None or not groups:
        return ["; ".join(each.property for each in group) for group in groups]
    showing = Showing.of(desk, of)
    return ["; ".join(_told(each, of, showing) for each in group) for group in groups]


def _told(each: Filter, of: ObjectType, showing: Showing) -> str:
    found = of.by_name.get(each.property)
    if found is None:
        return each.property
    return condition_sentence(condition_of(each, found), found, showing)


def _naming(naming: Naming) -> str:
    return say("Labels and names") if naming is Naming.LABEL else say("Internal names and values")


def _marks(request: ExportRequest | ReportRequest) -> list[str]:
    told = []
    if request.for_spreadsheets and request.format is ExportFormat.CSV:
        told.append(say("nothing is taken for a formula"))
    if request.bom:
        told.append(say("marked as UTF-8"))
    return told
