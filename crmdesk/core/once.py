"""What is made once, also where two threads ask for it first at the same time."""

from __future__ import annotations

import functools
from collections.abc import Callable
from threading import RLock
from typing import Any, Self, TypeVar, overload

_Made = TypeVar("_Made")


class cached_property(functools.cached_property[_Made]):  # noqa: N801 - stands in for the other
    """As the one of ``functools``, which has no lock since Python 3.12.

    A service that keeps state must not be made twice: what one thread opened in the first, another
    would not find in the second.
    """

    def __init__(self, func: Callable[[Any], _Made]) -> None:
        super().__init__(func)
        self._making = RLock()

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _Made: ...

    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | _Made:
        # Once made it stands in the instance, and nobody comes here any more.
        with self._making:
            return super().__get__(instance, owner)
