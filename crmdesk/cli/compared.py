"""A comparison as the command line tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from crmdesk.cli.output import plural
from crmdesk.core.clock import to_text
from crmdesk.core.compare.model import (
    ComparedValue,
    Comparison,
    DefinitionDifference,
    DifferingRecord,
    LeftOutReason,
    ObjectDifference,
    Side,
)

_WHY = {
    LeftOutReason.NOT_HERE: "there is no such object here",
    LeftOutReason.NO_KEY: "nothing in it tells records apart",
    LeftOutReason.SECOND_TABLE: "another table holds the same object",
}


def comparison_document(found: Comparison, samples: Sequence[DifferingRecord]) -> dict[str, Any]:
    """The numbers by object and property, the definitions, and some records."""
    return {
        "then": _side(found.earlier),
        "now": _side(found.later),
        "objects": {each.name: _object(each) for each in found.objects},
        "definitions": [_definition(each) for each in found.definitions],
        "left_out": [
            {"object": each.object or None, "table": each.label, "reason": each.reason.value}
            for each in found.left_out
        ],
        "samples": [_record(each) for each in samples],
    }


def comparison_lines(found: Comparison, samples: Sequence[DifferingRecord]) -> Iterator[str]:
    """The same for people."""
    yield f"Then: {_title(found.earlier)}"
    yield f"Now:  {_title(found.later)}"
    for each in found.objects:
        yield from _object_lines(each)
    for left in found.left_out:
        yield f"{left.label}: left out, {_WHY[left.reason]}"
    for difference in found.definitions:
        yield _definition_line(difference)
    for record in samples:
        number = "(only in the file)" if record.record_id is None else record.record_id
        title = f"{record.object} {number} {record.name}".rstrip()
        yield f"{title}: {record.change.value}"
        yield from (f"  {value.property}: {_words(value)}" for value in record.values)


def _object_lines(found: ObjectDifference) -> Iterator[str]:
    if found.differs:
        yield (
            f"{found.label}: {found.added} added, {found.removed} removed, "
            f"{found.changed} changed, {found.unchanged} unchanged"
        )
    else:
        yield f"{found.label}: {plural(found.unchanged, 'record')}, no difference"
    if found.matched_by:
        yield (
            f"  matched by {found.matched_by}; left out, because they have none of their own: "
            f"{found.left_out_then} then, {found.left_out_now} now"
        )
    for name, number in found.properties.items():
        yield f"  {found.labels.get(name, name)}: {number}"


def _words(value: ComparedValue) -> str:
    if value.hidden:
        return "differs (sensitive)"
    return f"{value.then or '(empty)'} → {value.now or '(empty)'}"


def _definition_line(found: DefinitionDifference) -> str:
    what = found.change.value.replace("_", " ")
    item = f" “{found.item}”" if found.item else ""
    change = f": {found.then or '(none)'} → {found.now or '(none)'}"
    return f"{found.object}: {what}: {found.name}{item}" + (
        change if found.then or found.now else ""
    )


def _title(side: Side) -> str:
    doubt = "" if side.verified else " (not verified: this workspace did not make it)"
    return f"{side.name or 'the workspace as it is'}, {to_text(side.at)}{doubt}"


def _side(side: Side) -> dict[str, Any]:
    return {"source": side.reference or None, "at": to_text(side.at), "verified": side.verified}


def _object(found: ObjectDifference) -> dict[str, Any]:
    return {
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "properties": dict(found.properties),
        "matched_by": found.matched_by or None,
        "left_out_then": found.left_out_then,
        "left_out_now": found.left_out_now,
    }


def _definition(found: DefinitionDifference) -> dict[str, Any]:
    return {
        "object": found.object,
        "change": found.change.value,
        "name": found.name,
        "label": found.label,
        "item": found.item or None,
        "then": found.then or None,
        "now": found.now or None,
        "recreatable": found.recreatable,
    }


def _record(found: DifferingRecord) -> dict[str, Any]:
    return {
        "object": found.object,
        "id": found.record_id,
        "name": found.name,
        "change": found.change.value,
        "values": [
            {
                "property": value.property,
                "old": value.then,
                "new": value.now,
                "sensitive": value.hidden,
            }
            for value in found.values
        ],
    }
