"""Lets several threads print rows without queueing for SQLite's memory statistics.

SQLite counts every allocation under one lock for the whole process. Two connections printing
rows spent a quarter of their time waiting for it; nothing of ours reads the count. The switch
only works before SQLite is initialised, which importing ``sqlite3`` does: call this first in a
process that makes backups. This module must therefore import neither ``sqlite3`` nor SQLAlchemy.
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys

_CONFIG_MEMSTATUS = 9
_OK = 0


def stop_counting_memory() -> bool:
    """Switch the statistics off; False where it is too late or cannot be done.

    Nothing but speed depends on the answer.
    """
    # sqlite3_config takes variable arguments, which ctypes passes rightly on Linux only.
    if sys.platform != "linux" or "_sqlite3" in sys.modules:
        return False
    found = importlib.util.find_spec("_sqlite3")
    if found is None or found.origin is None:
        return False
    try:
        # Through Python's own extension, so that it is the one library this process uses.
        library = ctypes.CDLL(found.origin)
        return bool(library.sqlite3_config(_CONFIG_MEMSTATUS, ctypes.c_int(0)) == _OK)
    except (OSError, AttributeError):
        return False
