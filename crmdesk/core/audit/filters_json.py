"""Filters of the audit log as JSON, the way views and waiting exports keep them.

Read by a program that may be newer or older than the one that wrote: what it does not know is
named, and the rest holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.clock import from_text, to_text


def filters_to_json(filters: AuditFilters) -> dict[str, Any]:
    """Plain values that :func:`filters_from_json` reads back; what asks nothing is left out."""
    usual = AuditFilters()
    return {
        field.name: _plain(getattr(filters, field.name))
        for field in fields(filters)
        if getattr(filters, field.name) != getattr(usual, field.name)
    }


def filters_from_json(facts: Mapping[str, Any]) -> tuple[AuditFilters, tuple[str, ...]]:
    """The filters that were kept, and the names of those that cannot be read."""
    known: dict[str, Any] = {}
    unreadable = []
    for name, value in facts.items():
        try:
            known[name] = _typed(_hints()[name], value)
        except (KeyError, TypeError, ValueError):
            unreadable.append(name)
    return AuditFilters(**known), tuple(unreadable)


@cache
def _hints() -> dict[str, Any]:
    return get_type_hints(AuditFilters)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _typed(hint: Any, value: Any) -> Any:
    """``value`` as a field of this type holds it.

    Raises:
        TypeError, ValueError: it is of another kind.
    """
    choices = [each for each in get_args(hint) if each is not NoneType]
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise TypeError(type(value).__name__)
        return tuple(_typed(choices[0], each) for each in value)
    if choices:
        return None if value is None else _typed(choices[0], value)
    if hint is datetime:
        return from_text(value)
    if issubclass(hint, Enum):
        return hint(value)
    if type(value) is not hint:
        raise TypeError(type(value).__name__)
    return value
