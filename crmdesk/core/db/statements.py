"""Statements as SQLAlchemy compiled them, kept for every database that this process opens.

Left to itself it keeps them an engine, and each takes a millisecond and more to compile: a second
database in the process, as when looking as another user, would compile all of them anew.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.util import LRUCache

_MOST = 500


class CompiledStatements(LRUCache[Any, Any]):
    """By all that SQLAlchemy tells them apart by but the engine, whose dialect comes first.

    That is an object of each engine's own, and in one process all of them are alike.
    """

    def get(self, key: Any, default: Any = None) -> Any:
        """The statement that was compiled for any engine; ``default`` where there is none."""
        return super().get(_of_any_engine(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_any_engine(key), value)


def _of_any_engine(key: tuple[Any, ...]) -> tuple[Any, ...]:
    return key[1:]


STATEMENTS = CompiledStatements(_MOST)
