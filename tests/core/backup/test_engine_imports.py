from __future__ import annotations

import subprocess
import sys


def test_what_prints_and_compares_rows_imports_no_sqlalchemy() -> None:
    program = (
        "import sys, crmdesk.core.backup.engine, crmdesk.core.backup.compare_rows\n"
        "print([name for name in ('sqlalchemy', 'alembic', 'keyring') if name in sys.modules])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
