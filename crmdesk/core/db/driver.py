"""The one SQLite of this program: ``from crmdesk.core.db.driver import sqlite3``.

pysqlite3 is the standard library's module with a current SQLite inside; two connections that
print rows take half the time with it that they take with a Linux distribution's. Where there is
no build of it, the standard library's does the same work. Never both on one file in a process:
closing a file of the one lets go of the locks of the other (POSIX), and the file is damaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["sqlite3"]
