"""Filters on records: an operator language that the window, the command line and segments share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crmdesk.core.db.sqlite import quoted
from crmdesk.core.errors import UserError
from crmdesk.core.records.schema import ObjectType, Property
from crmdesk.core.records.types import PropertyType


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


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition; ``values`` are canonical texts, two of them for ``between``."""

    property: str
    operator: Operator
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordQuery:
    """Which records, in which order.

    Attributes:
        filters: all of them must hold.
        search: text that any display property, e-mail or phone contains.
        sort: property to sort by; ``None`` is newest first, in the bin last deleted first.
        archived: the recycle bin instead of the live records.
    """

    object_type: str
    filters: tuple[Filter, ...] = ()
    search: str = ""
    sort: str | None = None
    descending: bool = True
    archived: bool = False


_COMPARISONS = {
    Operator.EQ: "=",
    Operator.GT: ">",
    Operator.GTE: ">=",
    Operator.LT: "<",
    Operator.LTE: "<=",
}


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
            f"“{text}” is not a filter: “{operator_name}” is not an operator.",
            f"Write PROPERTY:OPERATOR:VALUE with one of {choices}.",
        ) from None
    several = operator in (Operator.IN, Operator.NOT_IN, Operator.BETWEEN)
    values = _values(value) if several else (value,)
    if operator in (Operator.HAS_PROPERTY, Operator.NOT_HAS_PROPERTY):
        values = ()
    elif operator is Operator.BETWEEN and len(values) != 2:
        raise UserError("filter_invalid", f"“{text}” needs two values.", "Write them as LOW,HIGH.")
    return Filter(name, operator, values)


def _values(text: str) -> tuple[str, ...]:
    if ";" in text:
        return tuple(text.removesuffix(";").split(";"))
    return tuple(value.strip() for value in text.split(","))


def conditions(object_type: ObjectType, query: RecordQuery) -> tuple[str, list[str]]:
    """SQL that follows WHERE, and its parameters."""
    parts = ["archived_at IS NOT NULL" if query.archived else "archived_at IS NULL"]
    values: list[str] = []
    for condition in query.filters:
        text, more = _condition(object_type.property(condition.property), condition)
        parts.append(text)
        values.extend(more)
    if query.search.strip():
        text, more = _search(object_type, query.search.strip())
        parts.append(text)
        values.extend(more)
    return " AND ".join(parts), values


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


def _condition(found: Property, condition: Filter) -> tuple[str, list[str]]:
    column = quoted(found.column)
    match condition.operator:
        case Operator.HAS_PROPERTY:
            return f"{column} IS NOT NULL", []
        case Operator.NOT_HAS_PROPERTY:
            return f"{column} IS NULL", []
        case Operator.NEQ:
            return f"{column} IS NOT {_placeholder(found, Operator.EQ)}", list(condition.values)
        case Operator.IN | Operator.NOT_IN:
            return _membership(found, condition)
        case Operator.CONTAINS_TOKEN | Operator.NOT_CONTAINS_TOKEN:
            return _containment(column, condition)
        case Operator.BETWEEN:
            text = f"{_comparable(found)} BETWEEN {_placeholder(found)} AND {_placeholder(found)}"
            return text, list(condition.values)
        case operator:
            exact = column if operator is Operator.EQ else _comparable(found)
            text = f"{exact} {_COMPARISONS[operator]} {_placeholder(found, operator)}"
            return text, list(condition.values)


def _placeholder(found: Property, operator: Operator = Operator.GT) -> str:
    if found.column == "id":
        return "CAST(? AS INTEGER)"
    ranged = found.type is PropertyType.NUMBER and operator is not Operator.EQ
    return "CAST(? AS REAL)" if ranged else "?"


def _membership(found: Property, condition: Filter) -> tuple[str, list[str]]:
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


def _containment(column: str, condition: Filter) -> tuple[str, list[str]]:
    text = f"{column} LIKE ? ESCAPE '\\'"
    if condition.operator is Operator.NOT_CONTAINS_TOKEN:
        text = f"({column} IS NULL OR NOT {text})"
    return text, [like_pattern(condition.values[0])]


def like_pattern(text: str) -> str:
    """A LIKE pattern for "contains", with the text's own wildcards taken literally."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _search(object_type: ObjectType, text: str) -> tuple[str, list[str]]:
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
