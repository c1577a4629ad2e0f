"""Filters on records: a language that the window, the command line, views and segments share.

A group of filters holds where all of them do; a record fits when one of the groups holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.errors import UserError
from crmdesk.core.records.periods import Period, is_period


class Operator(StrEnum):
    """What a filter asks of a property."""

    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not_in"
    HAS_PROPERTY = "has_property"
    NOT_HAS_PROPERTY = "not_has_property"
    CONTAINS_TOKEN = "contains_token"  # noqa: S105 - the operator's public name
    NOT_CONTAINS_TOKEN = "not_contains_token"  # noqa: S105 - the operator's public name
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition.

    Attributes:
        values: canonical texts; two of them for ``between``, a period or two days (ISO, both
            within) for ``within``.
    """

    property: str
    operator: Operator
    values: tuple[str, ...] = ()


Group = tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records, in which order.

    Attributes:
        filters: all of them must hold.
        alternatives: further groups; a record fits too when all filters of one of them hold.
        search: text that any display property, e-mail or phone contains.
        sort: property to sort by; ``None`` is newest first, in the bin last deleted first.
        archived: the recycle bin instead of the live records.
        segment: id of a segment whose members alone are meant.
    """

    object_type: str
    filters: Group = ()
    search: str = ""
    sort: str | None = None
    descending: bool = True
    archived: bool = False
    alternatives: tuple[Group, ...] = ()
    segment: int | None = None

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups of which one must hold; none lets every record through."""
        return tuple(group for group in (self.filters, *self.alternatives) if group)


_SEVERAL = (Operator.IN, Operator.NOT_IN, Operator.BETWEEN, Operator.WITHIN)
_BARE = (Operator.HAS_PROPERTY, Operator.NOT_HAS_PROPERTY)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_filter(text: str) -> Filter:
    """Read ``PROPERTY:OP:VALUE``; several values are separated by ``;``, or else by ``,``.

    Where a value holds a comma, a semicolon separates: ``"Oslo, Norway;"`` is that one value.

    Raises:
        UserError: ``filter_invalid``.
    """
    name, _, rest = text.partition(":")
    operator_name, _, value = rest.partition(":")
    try:
        operator = Operator(operator_name)
    except ValueError:
        choices = ", ".join(Operator)
        raise UserError(
            "filter_invalid",
            f"“{text}” is not a filter: {_no_operator(operator_name)}.",
            f"Write PROPERTY:OPERATOR:VALUE with one of {choices}.",
        ) from None
    values = _values(value) if operator in _SEVERAL else (value,)
    if operator in _BARE:
        values = ()
    elif operator is Operator.BETWEEN and len(values) != 2:
        raise UserError("filter_invalid", f"“{text}” needs two values.", "Write them as LOW,HIGH.")
    elif operator is Operator.WITHIN:
        _refuse_no_period(text, values)
    return Filter(name, operator, values)


def filter_text(found: Filter) -> str:
    """The text that :func:`parse_filter` reads back."""
    value = ";".join(found.values)
    if len(found.values) == 1 and found.operator in _SEVERAL and "," in value:
        value = f"{value};"
    return f"{found.property}:{found.operator}:{value}"


def _no_operator(name: str) -> str:
    return f"“{name}” is not an operator" if name else "it names no operator"


def parse_groups(texts: Iterable[str], between: str) -> tuple[Group, ...]:
    """Groups of filters from texts, a text that equals ``between`` standing between two groups.

    Raises:
        UserError: ``filter_invalid``, also for a group without a filter.
    """
    groups: list[list[Filter]] = [[]]
    for text in texts:
        if text == between:
            groups.append([])
        else:
            groups[-1].append(parse_filter(text))
    if len(groups) > 1 and not all(groups):
        raise UserError(
            "filter_invalid",
            f"There is no filter beside {between}.",
            f"Write at least one --filter before and after each {between}.",
        )
    return tuple(tuple(group) for group in groups if group)


def to_json(groups: Sequence[Group]) -> str:
    """Groups as views and segments keep them."""
    return json.dumps(
        [
            [
                {"property": each.property, "operator": each.operator.value, "values": each.values}
                for each in group
            ]
            for group in groups
        ],
        ensure_ascii=False,
    )


def from_json(text: str) -> tuple[Group, ...]:
    """The groups that :func:`to_json` wrote."""
    return tuple(
        tuple(
            Filter(each["property"], Operator(each["operator"]), tuple(each["values"]))
            for each in group
        )
        for group in json.loads(text)
    )


def _values(text: str) -> tuple[str, ...]:
    if ";" in text:
        return tuple(text.removesuffix(";").split(";"))
    return tuple(value.strip() for value in text.split(","))


def _refuse_no_period(text: str, values: tuple[str, ...]) -> None:
    days = len(values) == 2 and all(_DAY.fullmatch(value) for value in values)
    if days or (len(values) == 1 and is_period(values[0])):
        return
    names = ", ".join(Period)
    raise UserError(
        "filter_invalid",
        f"“{text}” names no days.",
        f"Write {names}, last_30_days (any number), next_7_days, or FIRST,LAST as 2026-11-01.",
    )
