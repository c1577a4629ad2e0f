"""What a filter chip can ask, in a person's terms, and the same in the core's filter language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.records.filters import Filter, Group, Operator
from crmdesk.core.records.periods import Period
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType


class Ask(StrEnum):
    """What is asked of one property."""

    ANY_OF = "any_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    IS = "is"
    IS_NOT = "is_not"
    BETWEEN = "between"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MORE_THAN = "more_than"
    LESS_THAN = "less_than"
    PERIOD = "period"
    DAYS = "days"
    AFTER = "after"
    BEFORE = "before"
    YES = "yes"
    NO = "no"
    HAS = "has"
    HAS_NOT = "has_not"
    AS_WRITTEN = "as_written"
    """A filter that was made elsewhere and has no words here: it can be looked at and cleared."""


#: Asks that take nothing more; the others take one or two values, or a list.
BARE = frozenset({Ask.YES, Ask.NO, Ask.HAS, Ask.HAS_NOT})
#: Periods that the window offers by name; the first is chosen to begin with.
PERIODS = (
    Period.TODAY.value,
    Period.YESTERDAY.value,
    Period.THIS_WEEK.value,
    Period.LAST_WEEK.value,
    Period.THIS_MONTH.value,
    Period.LAST_MONTH.value,
    Period.THIS_QUARTER.value,
    Period.THIS_YEAR.value,
    Period.LAST_YEAR.value,
    "last_7_days",
    "last_30_days",
    "last_90_days",
    Period.TOMORROW.value,
    Period.NEXT_WEEK.value,
    Period.NEXT_MONTH.value,
    "next_7_days",
    "next_30_days",
)
_ENDS = (Ask.HAS, Ask.HAS_NOT)
_PLAIN = {
    Ask.ANY_OF: Operator.IN,
    Ask.NONE_OF: Operator.NOT_IN,
    Ask.CONTAINS: Operator.CONTAINS_TOKEN,
    Ask.CONTAINS_NOT: Operator.NOT_CONTAINS_TOKEN,
    Ask.STARTS_WITH: Operator.STARTS_WITH,
    Ask.ENDS_WITH: Operator.ENDS_WITH,
    Ask.IS: Operator.EQ,
    Ask.IS_NOT: Operator.NEQ,
    Ask.BETWEEN: Operator.BETWEEN,
    Ask.AT_LEAST: Operator.GTE,
    Ask.AT_MOST: Operator.LTE,
    Ask.MORE_THAN: Operator.GT,
    Ask.LESS_THAN: Operator.LT,
    Ask.PERIOD: Operator.WITHIN,
    Ask.DAYS: Operator.WITHIN,
    Ask.AFTER: Operator.GT,
    Ask.BEFORE: Operator.LT,
    Ask.HAS: Operator.HAS_PROPERTY,
    Ask.HAS_NOT: Operator.NOT_HAS_PROPERTY,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One chip that is on.

    Attributes:
        property: internal name.
        ask: what is asked.
        values: canonical texts; two days or numbers for a range, the name of a period.
    """

    property: str
    ask: Ask
    values: tuple[str, ...] = ()


def asks_of(found: Property) -> Sequence[Ask]:
    """What can be asked of a property, the usual one first."""
    match found.type:
        case PropertyType.ENUMERATION | PropertyType.MULTI_ENUMERATION:
            return (Ask.ANY_OF, Ask.NONE_OF, *_ENDS)
        case PropertyType.NUMBER:
            ends = (Ask.AT_LEAST, Ask.AT_MOST, Ask.MORE_THAN, Ask.LESS_THAN)
            return (Ask.BETWEEN, *ends, Ask.IS, Ask.IS_NOT, *_ENDS)
        case PropertyType.DATE | PropertyType.DATETIME:
            return (Ask.PERIOD, Ask.DAYS, Ask.AFTER, Ask.BEFORE, *_ENDS)
        case PropertyType.BOOL:
            return (Ask.YES, Ask.NO, *_ENDS)
        case _:
            texts = (Ask.CONTAINS, Ask.CONTAINS_NOT, Ask.STARTS_WITH, Ask.ENDS_WITH)
            return (*texts, Ask.IS, Ask.IS_NOT, *_ENDS)


def filter_of(condition: Condition) -> Filter:
    """The core's filter for a condition."""
    name, ask = condition.property, condition.ask
    if ask in (Ask.YES, Ask.NO):
        return Filter(name, Operator.EQ, ("true" if ask is Ask.YES else "false",))
    if ask is Ask.AS_WRITTEN:
        return Filter(name, Operator(condition.values[0]), condition.values[1:])
    return Filter(name, _PLAIN[ask], condition.values)


def filters_of(conditions: Iterable[Condition], object_type: ObjectType) -> Group:
    """The core's filters for conditions; none for a property that is gone by now."""
    known = object_type.by_name
    return tuple(filter_of(each) for each in conditions if each.property in known)


def condition_of(found: Filter, of: Property) -> Condition:
    """The condition that a filter is, however it was made."""
    for ask in asks_of(of):
        condition = Condition(of.name, ask, () if ask in BARE else found.values)
        if filter_of(condition) == found and _fits(condition):
            return condition
    if of.type.has_options and found.operator in (Operator.EQ, Operator.NEQ):
        ask = Ask.ANY_OF if found.operator is Operator.EQ else Ask.NONE_OF
        return Condition(of.name, ask, found.values)
    return Condition(of.name, Ask.AS_WRITTEN, (found.operator.value, *found.values))


def _fits(condition: Condition) -> bool:
    """Whether the window can show and edit these values under this ask."""
    if condition.ask is Ask.PERIOD:
        return len(condition.values) == 1
    if condition.ask is Ask.DAYS:
        return len(condition.values) == 2
    if condition.ask in (Ask.AFTER, Ask.BEFORE):
        return len(condition.values[0]) == len("2026-11-22")
    return True
