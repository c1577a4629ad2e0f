from __future__ import annotations

import subprocess
import sys

import pytest

from crmdesk.core.db.driver import sqlite3

#: A backup made, verified and read by a process that has only Python's own SQLite.
WITHOUT = """
import sys
sys.modules['pysqlite3'] = None
import pytest
from crmdesk.core.db.driver import sqlite3
assert sqlite3.__name__.startswith('sqlite3')
raise SystemExit(pytest.main(['-q', '-p', 'no:cacheprovider', *sys.argv[1:]]))
"""

SOME = "hostile or sparse"


def test_the_whole_program_uses_one_sqlite() -> None:
    program = (
        "import sys, crmdesk.app, crmdesk.cli.main, crmdesk.core.workspace\n"
        "import crmdesk.core.backup.engine, crmdesk.core.transfer.work\n"
        "from crmdesk.core.db.driver import sqlite3\n"
        "print({'_sqlite3', 'pysqlite3._sqlite3'} & set(sys.modules) - {sqlite3.__name__})\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.count("_sqlite3'") == 1


@pytest.mark.skipif(sqlite3.__name__.startswith("sqlite3"), reason="there is only Python's own")
def test_pythons_own_sqlite_does_the_same_where_there_is_no_other() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "tests/core/backup/test_engine.py", "-k", SOME],
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-2000:]
