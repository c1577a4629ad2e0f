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
    ObjectDifference,
    Side,
)


def comparison_document(found: Comparison, samples: Sequence[DifferingRecord]) -> dict[str, Any]:
    """The numbers by object and property, the definitions, and some records."""
    return {
        "then": _side(found.earlier),
        "now": _side(found.later),
        "objects": {each.name: _object(each) for each in found.objects},
        "definitions": [_definition(each) for each in found.definitions],
        "samples": [_record(each) for each in samples],
    }


def comparison_lines(found: Comparison, samples: Sequence[DifferingRecord]) -> Iterator[str]:
    """The same for people."""
    yield f"Then: {_title(found.earlier)}"
    yield f"Now:  {_title(found.later)}"
    for each in found.objects:
        if not each.differs:
            yield f"{each.label}: {plural(each.unchanged, 'record')}, no difference"
            continue
        yield (
            f"{each.label}: {each.added} added, {each.removed} removed, {each.changed} changed, "
            f"{each.unchanged} unchanged"
        )
        for name, number in each.properties.items():
            yield f"  {each.labels.get(name, name)}: {number}"
    for difference in found.definitions:
        yield _definition_line(difference)
    for record in samples:
        title = f"{record.object} {record.record_id} {record.name}".rstrip()
        yield f"{title}: {record.change.value}"
        yield from (f"  {value.property}: {_words(value)}" for value in record.values)


def _words(value: ComparedValue) -> str:
    if value.hidden:
        return "differs (sensitive)"
    return f"{value.then or '(blank)'} → {value.now or '(blank)'}"


def _definition_line(found: DefinitionDifference) -> str:
    what = found.change.value.replace("_", " ")
    item = f" “{found.item}”" if found.item else ""
    change = f": {found.then or '(none)'} → {found.now or '(none)'}"
    return f"{found.object}: {what}: {found.name}{item}" + (
        change if found.then or found.now else ""
    )


def _title(side: Side) -> str:
    return f"{side.name or 'the workspace as it is'}, {to_text(side.at)}"


def _side(side: Side) -> dict[str, Any]:
    return {"source": side.reference or None, "at": to_text(side.at)}


def _object(found: ObjectDifference) -> dict[str, Any]:
    return {
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "unchanged": found.unchanged,
        "properties": dict(found.properties),
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
