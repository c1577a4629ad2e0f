"""One comparison by the product, started by ``ours.py``: ``do_plan DATABASE ZIP COLUMNS``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import data
from crmdesk.core.backup.compare_rows import differing_rows
from crmdesk.core.backup.reader import read_backup


def main(database: str, zipped: str, columns: str) -> None:
    """Print how many records differ."""
    path = Path(zipped)
    unchecked = read_backup(path, known_key=None)
    key = unchecked.manifest.verify_key if unchecked.manifest else None
    backup = read_backup(path, known_key=key)
    comparison = differing_rows(Path(database), backup, data.shape(), columns.split(","))
    sys.stdout.write(f"{sum(1 for _ in comparison)}\n")
