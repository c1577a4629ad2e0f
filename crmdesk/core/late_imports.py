"""Puts off modules that a library imports for what is not used here, until somebody uses them.

SQLAlchemy imports asyncio for drivers that wait, and the metadata of packages for drivers that
are found by name. Ours is neither, and each of the two brings dozens of modules: together a
sixth of the time in which a command starts.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import threading
from types import ModuleType
from typing import Any

_loading = threading.RLock()


class _Late(ModuleType):
    """Stands in for a module, and becomes it as soon as anything of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        with _loading:
            if sys.modules.get(self.__name__) is self:
                del sys.modules[self.__name__]
            real = importlib.import_module(self.__name__)
            self.__dict__.update(real.__dict__)
        return getattr(real, name)


def put_off() -> None:
    """Let the two wait; call it before SQLAlchemy is imported."""
    if "asyncio" not in sys.modules:
        waiting = _Late("asyncio")
        # A class of SQLAlchemy's takes it over when it is made; the two say the same of all ours.
        waiting.iscoroutine = inspect.iscoroutine  # type: ignore[attr-defined]
        sys.modules["asyncio"] = waiting
    if "importlib.metadata" not in sys.modules:
        sys.modules["importlib.metadata"] = importlib.metadata = _Late("importlib.metadata")
