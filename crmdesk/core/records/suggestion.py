"""Proposes a property for a column nobody knows: its name, label and type from its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crmdesk.core.records.catalogue import OptionDefinition, PropertyDefinition
from crmdesk.core.records.dates import DateOrder, canonical_datetime, detect_date_order
from crmdesk.core.records.headers import fold, words
from crmdesk.core.records.names import MAX_LABEL, name_from_label
from crmdesk.core.records.numbers import canonical_number
from crmdesk.core.records.problems import ValueProblem
from crmdesk.core.records.types import PropertyFormat, PropertyType

GROUP = "Other information"

# A column is a choice when few short words come back again and again.
_MAX_OPTIONS = 12
_MAX_OPTION_LENGTH = 40
_LEAST_REPETITION = 5
_MULTILINE_LENGTH = 200
_PHONE_WORDS = ("phone", "mobile", "fax", "telephone")


def suggest_property(
    header: str, samples: Sequence[str], taken: frozenset[str] | set[str] = frozenset()
) -> PropertyDefinition:
    """Propose the property that would hold this column, losing nothing of the samples.

    Codes with leading zeros and numbers longer than 15 digits become text, so that they come
    back as they were. Without any value the proposal is text.

    Args:
        header: as the file has it.
        samples: the column's cells, blanks included.
        taken: internal names that are in use.
    """
    label = "".join(c for c in words(header) if c.isprintable())[:MAX_LABEL].strip() or "Column"
    values = [sample.strip() for sample in samples if sample.strip()]
    value_type = PropertyType.PHONE if _is_phone(header, values) else _type_of(values)
    options: tuple[OptionDefinition, ...] = ()
    if value_type is PropertyType.ENUMERATION:
        options = tuple(OptionDefinition(value, value) for value in sorted(set(values)))
    is_long = value_type is PropertyType.STRING and any(
        "\n" in value or len(value) > _MULTILINE_LENGTH for value in values
    )
    return PropertyDefinition(
        name=name_from_label(label, taken),
        label=label,
        type=value_type,
        group=GROUP,
        format=PropertyFormat.MULTILINE if is_long else PropertyFormat.NONE,
        options=options,
    )


def _is_phone(header: str, values: Sequence[str]) -> bool:
    """A header that says so, over values of digits and marks; a number would lose the marks."""
    folded = fold(header)
    if not any(word in folded for word in _PHONE_WORDS):
        return False
    return all(any(c.isdigit() for c in value) and len(value) <= 40 for value in values)


def _type_of(values: Sequence[str]) -> PropertyType:
    if not values:
        return PropertyType.STRING
    if {value.casefold() for value in values} <= {"true", "false", "yes", "no"}:
        return PropertyType.BOOL
    if all(map(_is_plain_number, values)):
        return PropertyType.NUMBER
    when = _date_type(values)
    if when is not None:
        return when
    return PropertyType.ENUMERATION if _is_choice(values) else PropertyType.STRING


def _is_plain_number(value: str) -> bool:
    """A number that is not a code: no leading zeros, and digits a spreadsheet would keep."""
    digits = value.lstrip("+-")
    if sum(character.isdigit() for character in value) > 15:
        return False
    if digits[:1] == "0" and digits[1:2].isdigit():
        return False
    return _reads(canonical_number, value)


def _date_type(values: Sequence[str]) -> PropertyType | None:
    order = detect_date_order(values)
    trial = DateOrder.DAY_FIRST if order == DateOrder.UNDECIDED else order
    moments = []
    for value in values:
        try:
            moments.append(canonical_datetime(value, trial))
        except ValueProblem:
            return None
    has_time = any(not moment.endswith("T00:00:00.000Z") for moment in moments)
    return PropertyType.DATETIME if has_time else PropertyType.DATE


def _is_choice(values: Sequence[str]) -> bool:
    distinct = set(values)
    if len(distinct) > _MAX_OPTIONS or len(values) < _LEAST_REPETITION * len(distinct):
        return False
    return all(len(value) <= _MAX_OPTION_LENGTH and ";" not in value for value in distinct)


def _reads(read: Callable[[str], str], value: str) -> bool:
    try:
        read(value)
    except ValueProblem:
        return False
    return True
