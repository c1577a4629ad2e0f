from __future__ import annotations

import subprocess
import sys

import pytest

FIRST = (
    "from crmdesk.core.db.sqlite_memory import stop_counting_memory\n"
    "done = stop_counting_memory()\n"
    "import sqlite3\n"
    "print(done, sqlite3.connect(':memory:').execute('SELECT 1').fetchone()[0])\n"
)
LATE = "import sqlite3\n" + FIRST


@pytest.mark.parametrize(
    ("program", "answer"), [(FIRST, str(sys.platform == "linux")), (LATE, "False")]
)
def test_memory_counting_stops_only_before_sqlite_is_imported_and_sqlite_works_either_way(
    program: str, answer: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == [answer, "1"]


def test_what_prints_and_compares_rows_imports_no_sqlalchemy() -> None:
    program = (
        "import sys, crmdesk.core.backup.engine, crmdesk.core.backup.compare_rows\n"
        "print([name for name in ('sqlalchemy', 'alembic', 'keyring') if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
