"""Recognises what a file's columns and the file itself are about.

A column is matched by internal name, then label, then the further names a property goes by. A
column nobody claims stays visible, with a proposal of what property could be made for it.
Nothing is matched by likeness: a near miss would put values where nobody looks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Generic, TypeVar

from crmdesk.core.files.names import tidy
from crmdesk.core.records.catalogue import Catalogue, ObjectDefinition, PropertyDefinition
from crmdesk.core.records.headers import (
    fold,
    folded_set,
    is_association,
    is_kind_of_activity,
    is_stage_history,
    split_object,
)
from crmdesk.core.records.suggestion import suggest_property
from crmdesk.core.records.types import PropertyShape


class MatchedBy(StrEnum):
    """How a column was recognised; all after ALIAS leave it unmapped."""

    INTERNAL_NAME = "internal_name"
    LABEL = "label"
    ALIAS = "alias"
    #: Known from CRM exports, but the property does not exist here yet; it is proposed.
    KNOWN_COLUMN = "known_column"
    #: Another column claims the same property with a better or an earlier right.
    DUPLICATE = "duplicate"
    ASSOCIATION = "association"
    KIND_OF_ACTIVITY = "kind_of_activity"
    STAGE_HISTORY = "stage_history"
    NOTHING = "nothing"


CONFIDENCE = {
    MatchedBy.INTERNAL_NAME: 1.0,
    MatchedBy.LABEL: 0.95,
    MatchedBy.ALIAS: 0.8,
    MatchedBy.KNOWN_COLUMN: 0.9,
}

Known = TypeVar("Known", bound=PropertyShape)


@dataclass(frozen=True, slots=True)
class ColumnMatch(Generic[Known]):
    """What one column of a file is taken for.

    Attributes:
        header: as the file has it.
        property: where its values would go, or None when it stays unmapped.
        confidence: from 0 (nothing known) to 1 (the internal name itself).
        how: by what it was recognised.
        suggestion: the property that could be made for an unmapped column of values.
    """

    header: str
    property: Known | None
    confidence: float
    how: MatchedBy
    suggestion: PropertyDefinition | None = None


class RecognisedBy(StrEnum):
    """What gave away which object a file holds."""

    FILE_NAME = "file_name"
    HEADERS = "headers"
    NOTHING = "nothing"


def recognise_columns(
    headers: Sequence[str],
    samples: Sequence[Sequence[str]],
    definition: ObjectDefinition,
    properties: Sequence[Known],
) -> list[ColumnMatch[Known]]:
    """Match each header to a property of the object, one property to one column at most.

    Args:
        headers: as the file has them, in order.
        samples: rows of cells from the top of the file; ragged rows are fine.
        definition: the object in the catalogue, for aliases and known columns.
        properties: the object's properties as they are now, custom ones included.

    Returns:
        One match for each header, in order.
    """
    names = _names_of(definition, properties)
    taken = {p.name for p in properties}
    known = _known_columns(definition, taken)
    exact = _to_the_letter(names, properties)
    found = [
        replace(exact[header], header=header)
        if header in exact
        else _match(header, definition, names, known)
        for header in headers
    ]
    claimed = _claims(found)
    matches: list[ColumnMatch[Known]] = []
    for index, match in enumerate(found):
        settled = _without_lost_claim(match, index, claimed)
        if settled.how is MatchedBy.NOTHING:
            column = [row[index] for row in samples if index < len(row)]
            proposal = suggest_property(settled.header, column, taken)
            settled = replace(settled, suggestion=proposal)
        if settled.suggestion is not None:
            taken.add(settled.suggestion.name)
        matches.append(settled)
    return matches


def recognise_object(
    file_name: str,
    headers: Sequence[str],
    catalogue: Catalogue,
    custom: Sequence[ObjectDefinition] = (),
) -> tuple[str | None, RecognisedBy]:
    """The object a file is about, by its name, else by its headers.

    Args:
        file_name: with or without folder and ending; dates, numbers and "exports all" in it
            do not matter.
        headers: the file's headers.
        catalogue: the standard objects.
        custom: the workspace's custom objects, as :meth:`Catalogue.custom` makes them.

    Returns:
        Internal name and what gave it away; None when neither tells.
    """
    by_name = _object_by_file_name(file_name, (*catalogue.objects, *custom))
    if by_name is not None:
        return by_name, RecognisedBy.FILE_NAME
    by_headers = _object_by_headers(headers, catalogue)
    if by_headers is not None:
        return by_headers, RecognisedBy.HEADERS
    return None, RecognisedBy.NOTHING


def _names_of(
    definition: ObjectDefinition, properties: Iterable[Known]
) -> tuple[tuple[MatchedBy, dict[str, Known]], ...]:
    """Folded names to properties, strongest first; a name two properties share is no name."""
    aliases = {p.name: p.aliases for p in definition.properties}
    tables: tuple[dict[str, list[Known]], ...] = ({}, {}, {})
    for each in properties:
        tables[0].setdefault(fold(each.name), []).append(each)
        tables[1].setdefault(fold(each.label), []).append(each)
        for alias in folded_set(aliases.get(each.name, ())):
            tables[2].setdefault(alias, []).append(each)
    kinds = (MatchedBy.INTERNAL_NAME, MatchedBy.LABEL, MatchedBy.ALIAS)
    return tuple(
        (kind, {key: found[0] for key, found in table.items() if key and len(found) == 1})
        for kind, table in zip(kinds, tables, strict=True)
    )


def _to_the_letter(
    names: tuple[tuple[MatchedBy, dict[str, Known]], ...], properties: Sequence[Known]
) -> dict[str, ColumnMatch[Known]]:
    """Names and labels that, folded, are nobody's or another's: ``A-B`` beside ``AB``, or ``=``."""
    exact: dict[str, list[ColumnMatch[Known]]] = {}
    for how, texts in (
        (MatchedBy.LABEL, [tidy(each.label) for each in properties]),
        (MatchedBy.INTERNAL_NAME, [each.name for each in properties]),
    ):
        own: dict[str, list[ColumnMatch[Known]]] = {}
        for text, each in zip(texts, properties, strict=True):
            own.setdefault(text, []).append(ColumnMatch(text, each, CONFIDENCE[how], how))
        exact |= own
    found = {text: each[0] for text, each in exact.items() if len(each) == 1}
    return {text: each for text, each in found.items() if _folded(text, names) != each.property}


def _folded(text: str, names: tuple[tuple[MatchedBy, dict[str, Known]], ...]) -> Known | None:
    return next((table[fold(text)] for _, table in names if fold(text) in table), None)


def _known_columns(definition: ObjectDefinition, taken: set[str]) -> dict[str, PropertyDefinition]:
    """Columns of CRM exports that have no property here, by folded name and label."""
    missing = [p for p in definition.known_properties if p.name not in taken]
    by_label = {fold(p.label): p for p in reversed(missing)}
    return by_label | {fold(p.name): p for p in missing}


def _match(
    header: str,
    definition: ObjectDefinition,
    names: tuple[tuple[MatchedBy, dict[str, Known]], ...],
    known: dict[str, PropertyDefinition],
) -> ColumnMatch[Known]:
    for folded in map(fold, _readings(header, definition)):
        for how, table in names:
            if how is MatchedBy.ALIAS and folded in known:
                confidence = CONFIDENCE[MatchedBy.KNOWN_COLUMN]
                return ColumnMatch(header, None, confidence, MatchedBy.KNOWN_COLUMN, known[folded])
            if folded in table:
                return ColumnMatch(header, table[folded], CONFIDENCE[how], how)
    return ColumnMatch(header, None, 0.0, _kind_of(header))


def _kind_of(header: str) -> MatchedBy:
    """What a column is that holds no value of the record itself."""
    if is_association(header):
        return MatchedBy.ASSOCIATION
    if is_kind_of_activity(header):
        return MatchedBy.KIND_OF_ACTIVITY
    return MatchedBy.STAGE_HISTORY if is_stage_history(header) else MatchedBy.NOTHING


def _readings(header: str, definition: ObjectDefinition) -> list[str]:
    """The header, and the header without its object when that is the object in hand."""
    head, of_object = split_object(header)
    readings = [header]
    folded = fold(header)
    own = {fold(definition.name), fold(definition.singular), fold(definition.plural)}
    if of_object is not None and fold(of_object) in own:
        readings.append(head)
    # "CompanyPhone" in a file of companies is the phone; "DealID" is too little to go by.
    readings += [
        folded.removeprefix(prefix)
        for prefix in sorted(own)
        if folded.startswith(prefix) and len(folded) > len(prefix) + 2
    ]
    return readings


def _claims(found: Sequence[ColumnMatch[Known]]) -> dict[str, int]:
    """Which column gets a property that several claim: the surest, then the first."""
    claims: dict[str, int] = {}
    for index, match in enumerate(found):
        wanted = match.property or match.suggestion
        if wanted is None:
            continue
        holder = claims.get(wanted.name)
        if holder is None or match.confidence > found[holder].confidence:
            claims[wanted.name] = index
    return claims


def _without_lost_claim(
    match: ColumnMatch[Known], index: int, claimed: dict[str, int]
) -> ColumnMatch[Known]:
    wanted = match.property or match.suggestion
    if wanted is None or claimed[wanted.name] == index:
        return match
    return ColumnMatch(match.header, None, 0.0, MatchedBy.DUPLICATE)


def _object_by_file_name(file_name: str, objects: Iterable[ObjectDefinition]) -> str | None:
    stem = file_name.replace("\\", "/").rpartition("/")[2]
    stem = stem.rpartition(".")[0] or stem
    parts = [part for part in map(fold, _words_of(stem)) if part.isalpha()]
    pairs = [first + second for first, second in pairwise(parts)]
    wanted = [fold(stem), *pairs, *parts]
    names = {fold(name): each.name for each in objects for name in each.file_names}
    return next((names[part] for part in wanted if part in names), None)


def _words_of(stem: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in stem).split()


def _object_by_headers(headers: Sequence[str], catalogue: Catalogue) -> str | None:
    """The object whose own columns these are: the one with clearly the most matches.

    Columns that name the object count more: "Deal owner" says more than "Phone".
    """
    scores = sorted(
        ((_score(headers, each), each.name) for each in catalogue.objects), reverse=True
    )
    (best, name), (second, _) = scores[0], scores[1]
    return name if best >= 2 and best > second else None


def _score(headers: Sequence[str], definition: ObjectDefinition) -> int:
    names = _names_of(definition, definition.properties)
    found = [
        match for header in headers if (match := _match(header, definition, names, {})).property
    ]
    matched = {match.property.name for match in found if match.property is not None}
    if not matched & _telling(definition):
        return 0
    score = 0
    for match in found:
        names_object = fold(definition.singular) in fold(match.header)
        score += (1 if match.how is MatchedBy.ALIAS else 2) + (2 if names_object else 0)
    return score + 2 * len(matched & _telling(definition))


def _telling(definition: ObjectDefinition) -> set[str]:
    """Properties without one of which a file is not about this object."""
    names = {*definition.display_properties, *definition.match_properties}
    return names | {definition.fallback_property}
