"""Filters of the audit log as JSON, the way views and waiting exports keep them.

Read by a program that may be newer or older than the one that wrote: what it does not know is
named, and the rest holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.clock import from_text, to_text


def filters_to_json(filters: AuditFilters) -> dict[str, Any]:
    """Plain values that :func:`filters_from_json` reads back; what asks nothing is left out."""
    return _plain_fields(filters)


def filters_from_json(facts: Mapping[str, Any]) -> tuple[AuditFilters, tuple[str, ...]]:
    """The filters that were kept, and the names of those that cannot be read."""
    unreadable: list[str] = []
    known = _typed_fields(AuditFilters, facts, unreadable)
    return AuditFilters(**known), tuple(unreadable)


def _plain_fields(values: Any) -> dict[str, Any]:
    usual = type(values)()
    return {
        field.name: _plain(getattr(values, field.name))
        for field in fields(values)
        if getattr(values, field.name) != getattr(usual, field.name)
    }


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _plain_fields(value)
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed_fields(kind: type, facts: Mapping[str, Any], unreadable: list[str]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name, value in facts.items():
        try:
            known[name] = _typed(_hints(kind)[name], value, unreadable)
        except (KeyError, TypeError, ValueError):
            unreadable.append(name)
    return known


def _typed(hint: Any, value: Any, unreadable: list[str]) -> Any:
    """``value`` as a field of this type holds it.

    Raises:
        TypeError, ValueError: it is of another kind.
    """
    choices = [each for each in get_args(hint) if each is not NoneType]
    if get_origin(hint) is tuple:
        return tuple(_typed(choices[0], each, unreadable) for each in _of(list, value))
    if choices:
        return None if value is None else _typed(choices[0], value, unreadable)
    if is_dataclass(hint):
        return hint(**_typed_fields(hint, _of(dict, value), unreadable))  # type: ignore[arg-type, operator]
    if hint is datetime:
        return from_text(value)
    return hint(value) if issubclass(hint, Enum) else _of(hint, value)


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(type(value).__name__)
    return value
