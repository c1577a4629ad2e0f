"""What a filter chip can ask, in a person's terms, and the same in the core's filter language."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from crmdesk.core.records.filters import Filter, Operator
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType


class Ask(StrEnum):
    """What is asked of one property."""

    ANY_OF = "any_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    IS = "is"
    BETWEEN = "between"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    THIS_MONTH = "this_month"
    DAYS = "days"
    YES = "yes"
    NO = "no"
    HAS = "has"
    HAS_NOT = "has_not"


#: Asks that take nothing more; the others take one or two values, or a list.
BARE = frozenset(
    {Ask.TODAY, Ask.YESTERDAY, Ask.LAST_7_DAYS, Ask.LAST_30_DAYS, Ask.THIS_MONTH}
    | {Ask.YES, Ask.NO, Ask.HAS, Ask.HAS_NOT}
)
_ENDS = (Ask.HAS, Ask.HAS_NOT)
_TIMES = (Ask.TODAY, Ask.YESTERDAY, Ask.LAST_7_DAYS, Ask.LAST_30_DAYS, Ask.THIS_MONTH, Ask.DAYS)
_PLAIN = {
    Ask.ANY_OF: Operator.IN,
    Ask.NONE_OF: Operator.NOT_IN,
    Ask.CONTAINS: Operator.CONTAINS_TOKEN,
    Ask.CONTAINS_NOT: Operator.NOT_CONTAINS_TOKEN,
    Ask.IS: Operator.EQ,
    Ask.BETWEEN: Operator.BETWEEN,
    Ask.AT_LEAST: Operator.GTE,
    Ask.AT_MOST: Operator.LTE,
    Ask.HAS: Operator.HAS_PROPERTY,
    Ask.HAS_NOT: Operator.NOT_HAS_PROPERTY,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One chip that is on.

    Attributes:
        property: internal name.
        ask: what is asked.
        values: canonical texts; two days or numbers for a range.
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
            return (Ask.BETWEEN, Ask.AT_LEAST, Ask.AT_MOST, Ask.IS, *_ENDS)
        case PropertyType.DATE | PropertyType.DATETIME:
            return (*_TIMES, *_ENDS)
        case PropertyType.BOOL:
            return (Ask.YES, Ask.NO, *_ENDS)
        case _:
            return (Ask.CONTAINS, Ask.CONTAINS_NOT, Ask.IS, *_ENDS)


def filters_of(
    condition: Condition, object_type: ObjectType, zone: tzinfo, *, now: datetime | None = None
) -> tuple[Filter, ...]:
    """The core's filters for a condition; none for a property that is gone by now."""
    found = object_type.by_name.get(condition.property)
    if found is None:
        return ()
    name, ask = condition.property, condition.ask
    if ask in (Ask.YES, Ask.NO):
        return (Filter(name, Operator.EQ, ("true" if ask is Ask.YES else "false",)),)
    if ask in _TIMES:
        today = (now or datetime.now(UTC)).astimezone(zone).date()
        first, last = _days(condition, today)
        return (Filter(name, Operator.BETWEEN, _bounds(found, first, last, zone)),)
    return (Filter(name, _PLAIN[ask], condition.values),)


def _days(condition: Condition, today: date) -> tuple[date, date]:
    match condition.ask:
        case Ask.YESTERDAY:
            return today - timedelta(days=1), today - timedelta(days=1)
        case Ask.LAST_7_DAYS:
            return today - timedelta(days=6), today
        case Ask.LAST_30_DAYS:
            return today - timedelta(days=29), today
        case Ask.THIS_MONTH:
            last = monthrange(today.year, today.month)[1]
            return today.replace(day=1), today.replace(day=last)
        case Ask.DAYS:
            first, last_day = (date.fromisoformat(text) for text in condition.values)
            return first, last_day
        case _:
            return today, today


def _bounds(found: Property, first: date, last: date, zone: tzinfo) -> tuple[str, str]:
    """First and last moment of the days, both within; a date has no zone, a moment has."""
    if found.type is PropertyType.DATE:
        return first.isoformat(), last.isoformat()
    begin = datetime.combine(first, time.min, zone).astimezone(UTC)
    end = datetime.combine(last, time.max, zone).astimezone(UTC)
    return _instant(begin), _instant(end)


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
