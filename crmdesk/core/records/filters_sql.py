"""What a query asks, as SQL over one object's table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from crmdesk.core.db.sqlite import balanced, quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.filters import Filter, Group, Operator, RecordQuery
from crmdesk.core.records.periods import Moment, bounds, days_of
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType

Condition = tuple[str, list[str]]

_COMPARISONS = {
    Operator.EQ: "=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}
_DAY_LENGTH = 10


def conditions(object_type: ObjectType, query: RecordQuery, moment: Moment) -> Condition:
    """SQL that follows WHERE, and its parameters; a segment is the caller's to add."""
    parts = ["archived_at IS NOT NULL" if query.archived else "archived_at IS NULL"]
    values: list[str] = []
    if query.groups:
        text, more = any_group(object_type, query.groups, moment)
        parts.append(text)
        values += more
    if query.search.strip():
        text, more = search_condition(object_type, query.search.strip())
        parts.append(text)
        values += more
    return " AND ".join(parts), values


def any_group(object_type: ObjectType, groups: Sequence[Group], moment: Moment) -> Condition:
    """SQL that is true where all filters of one of the groups hold.

    Raises:
        UserError: ``property_unknown``.
    """
    texts, values = [], []
    for group in groups:
        parts = []
        for each in group:
            text, more = _condition(object_type.property(each.property), each, moment)
            parts.append(text)
            values += more
        texts.append(balanced(parts, " AND "))
    return balanced(texts, " OR "), values


def order(object_type: ObjectType, query: RecordQuery) -> str:
    """SQL that follows ORDER BY; blanks come last either way."""
    if query.sort is None:
        return "archived_at DESC, id DESC" if query.archived else "id DESC"
    direction = "DESC" if query.descending else "ASC"
    found = object_type.property(query.sort)
    if found.column == "id":
        return f"id {direction}"
    expression = _comparable(found)
    if found.type in (PropertyType.STRING, PropertyType.PHONE, PropertyType.ENUMERATION):
        expression += " COLLATE NOCASE"
    return f"{expression} {direction} NULLS LAST, id {direction}"


def _comparable(found: Property) -> str:
    column = quoted(found.column)
    if found.type is PropertyType.NUMBER and found.column != "id":
        # Canonical text keeps every digit; for order and ranges a double is enough.
        return f"CAST({column} AS REAL)"
    return column


def _condition(found: Property, condition: Filter, moment: Moment) -> Condition:
    column = quoted(found.column)
    match condition.operator:
        case Operator.HAS_PROPERTY:
            return f"{column} IS NOT NULL", []
        case Operator.NOT_HAS_PROPERTY:
            return f"{column} IS NULL", []
        case Operator.IN | Operator.NOT_IN:
            return _membership(found, condition)
        case Operator.WITHIN:
            return _within(found, condition, moment)
        case (
            Operator.CONTAINS_TOKEN
            | Operator.NOT_CONTAINS_TOKEN
            | Operator.STARTS_WITH
            | Operator.ENDS_WITH
        ):
            return _likeness(column, condition)
    if found.type is PropertyType.DATETIME and _are_days(condition.values):
        return _by_day(found, condition, moment)
    return _comparison(found, condition)


def _comparison(found: Property, condition: Filter) -> Condition:
    column, operator = quoted(found.column), condition.operator
    values = list(condition.values)
    if operator is Operator.NEQ:
        return f"{column} IS NOT {_placeholder(found, Operator.EQ)}", values
    if operator is Operator.BETWEEN:
        text = f"{_comparable(found)} BETWEEN {_placeholder(found)} AND {_placeholder(found)}"
        return text, values
    exact = column if operator is Operator.EQ else _comparable(found)
    return f"{exact} {_COMPARISONS[operator]} {_placeholder(found, operator)}", values


def _placeholder(found: Property, operator: Operator = Operator.GT) -> str:
    if found.column == "id":
        return "CAST(? AS INTEGER)"
    ranged = found.type is PropertyType.NUMBER and operator is not Operator.EQ
    return "CAST(? AS REAL)" if ranged else "?"


def _within(found: Property, condition: Filter, moment: Moment) -> Condition:
    if found.type not in (PropertyType.DATE, PropertyType.DATETIME):
        raise UserError(
            "filter_invalid",
            f"{found.label} holds no date, so “within” cannot be asked of it.",
            "Use another operator.",
            property=found.name,
        )
    if len(condition.values) == 1:
        first, last = days_of(condition.values[0], moment.today)
    else:
        first, last = sorted(_day(value) for value in condition.values)
    return f"{quoted(found.column)} BETWEEN ? AND ?", list(_ends(found, first, last, moment))


def _by_day(found: Property, condition: Filter, moment: Moment) -> Condition:
    """A moment against whole days, as people write them: "after 1 May" is after its end."""
    column, days = quoted(found.column), [_day(value) for value in condition.values]
    begin, end = bounds(days[0], days[-1], moment.zone)
    match condition.operator:
        case Operator.GT:
            return f"{column} > ?", [end]
        case Operator.GTE:
            return f"{column} >= ?", [begin]
        case Operator.LT:
            return f"{column} < ?", [begin]
        case Operator.LTE:
            return f"{column} <= ?", [end]
        case Operator.NEQ:
            return f"({column} IS NULL OR {column} NOT BETWEEN ? AND ?)", [begin, end]
        case _:
            return f"{column} BETWEEN ? AND ?", [begin, end]


def _are_days(values: Sequence[str]) -> bool:
    return bool(values) and all(len(value) == _DAY_LENGTH for value in values)


def _ends(found: Property, first: date, last: date, moment: Moment) -> tuple[str, str]:
    """A date has no zone, a moment has."""
    if found.type is PropertyType.DATE:
        return first.isoformat(), last.isoformat()
    return bounds(first, last, moment.zone)


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    # At the ends of the calendar, a day has no beginning or end in UTC.
    if not date.min.year < found.year < date.max.year:
        raise UserError("filter_invalid", f"“{text}” is not a day.", "Write it as 2026-11-22.")
    return found


def _membership(found: Property, condition: Filter) -> Condition:
    column = quoted(found.column)
    inverted = condition.operator is Operator.NOT_IN
    if found.type is PropertyType.MULTI_ENUMERATION:
        any_of = " OR ".join(f"instr(';' || {column} || ';', ?) > 0" for _ in condition.values)
        values = [f";{value};" for value in condition.values]
    else:
        placeholder = "CAST(? AS INTEGER)" if found.column == "id" else "?"
        any_of = f"{column} IN ({', '.join([placeholder] * len(condition.values))})"
        values = list(condition.values)
    return (f"({column} IS NULL OR NOT ({any_of}))" if inverted else f"({any_of})"), values


def _likeness(column: str, condition: Filter) -> Condition:
    escaped = _escaped(condition.values[0])
    pattern = {
        Operator.STARTS_WITH: f"{escaped}%",
        Operator.ENDS_WITH: f"%{escaped}",
    }.get(condition.operator, f"%{escaped}%")
    text = f"{column} LIKE ? ESCAPE '\\'"
    if condition.operator is Operator.NOT_CONTAINS_TOKEN:
        text = f"({column} IS NULL OR NOT {text})"
    return text, [pattern]


def like_pattern(text: str) -> str:
    """A LIKE pattern for "contains", with the text's own wildcards taken literally."""
    return f"%{_escaped(text)}%"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def search_condition(object_type: ObjectType, text: str) -> Condition:
    """SQL that is true where a searched property contains ``text``, or it is the record's id."""
    columns = [quoted(p.column) for p in searched(object_type)]
    pattern = like_pattern(text)
    parts = [f"{column} LIKE ? ESCAPE '\\'" for column in columns]
    values = [pattern] * len(columns)
    if text.isascii() and text.isdigit():
        parts.append("id = CAST(? AS INTEGER)")
        values.append(text)
    return f"({' OR '.join(parts)})", values


def searched(object_type: ObjectType) -> Sequence[Property]:
    """The properties that the search box looks into; sensitive ones never, or it would tell."""
    names = dict.fromkeys((*object_type.display_properties, "email", "phone", "domain", "city"))
    found = [object_type.by_name[name] for name in names if name in object_type.by_name]
    return [p for p in found if not p.sensitive and not p.calculated] or list(
        object_type.writable[:1]
    )
