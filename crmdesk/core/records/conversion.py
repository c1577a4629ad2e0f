"""Carries a kept value over to a property as it is defined now, or says why it cannot go.

A backup holds canonical text of the type a property had then. Since then the type may have
changed, or an option gone. A value is converted only when nothing of it is lost: converting it
back would give the same text. "007" does not become the number 7.
"""

from __future__ import annotations

from collections.abc import Callable

from crmdesk.core.records.choices import option_choices
from crmdesk.core.records.dates import is_canonical_date, is_canonical_datetime
from crmdesk.core.records.multi import SEPARATOR
from crmdesk.core.records.numbers import is_canonical_number
from crmdesk.core.records.problems import ImportErrorType, ValueProblem
from crmdesk.core.records.types import PropertyFormat, PropertyShape, PropertyType
from crmdesk.core.records.values import is_storable

_MIDNIGHT = "T00:00:00.000Z"
_CHECKS: dict[PropertyType, Callable[[str], bool]] = {
    PropertyType.STRING: is_storable,
    PropertyType.PHONE: is_storable,
    PropertyType.NUMBER: is_canonical_number,
    PropertyType.DATE: is_canonical_date,
    PropertyType.DATETIME: is_canonical_datetime,
    PropertyType.BOOL: ("true", "false").__contains__,
}

Convert = Callable[[str], str]


def converter(source: PropertyType, target: PropertyShape) -> Convert:
    """Make the function that carries one column's values from type ``source`` to ``target``.

    It takes canonical text of ``source`` (no blanks), returns canonical text of the target's
    type, and raises ValueProblem: FAILED_VALIDATION when the types do not meet without loss,
    INVALID_ENUMERATION_OPTION when the choice is not there (any more). Choices are matched by
    internal value only.
    """
    if target.type.has_options:
        return _to_choice(source, target)
    check = _CHECKS[target.type]

    def convert(text: str) -> str:
        carried = _between_days_and_moments(text, source, target.type)
        if not check(carried):
            raise _lossy(target.type)
        return carried

    return convert


def is_canonical(text: str, value_type: PropertyType) -> bool:
    """Whether a text is canonical for its type; options are not looked at."""
    return value_type.has_options or _CHECKS[value_type](text)


def _to_choice(source: PropertyType, target: PropertyShape) -> Convert:
    if target.format == PropertyFormat.OWNER:
        return str
    choices = option_choices(target.options)
    splits = PropertyType.MULTI_ENUMERATION in (source, target.type)

    def convert(text: str) -> str:
        values = text.split(SEPARATOR) if splits else [text]
        if target.type is PropertyType.ENUMERATION and len(values) > 1:
            raise _lossy(target.type)
        if not all(value in choices for value in values):
            raise ValueProblem(
                ImportErrorType.INVALID_ENUMERATION_OPTION, "This option does not exist any more."
            )
        return text

    return convert


def _between_days_and_moments(text: str, source: PropertyType, target: PropertyType) -> str:
    """A day and midnight UTC of that day say the same; any other time of day would be lost."""
    if source is PropertyType.DATE and target is PropertyType.DATETIME:
        return text + _MIDNIGHT
    if source is PropertyType.DATETIME and target is PropertyType.DATE:
        return text.removesuffix(_MIDNIGHT)
    return text


def _lossy(target: PropertyType) -> ValueProblem:
    return ValueProblem(
        ImportErrorType.FAILED_VALIDATION,
        f"The value cannot become {target.value.replace('_', ' ')} without losing something.",
    )
