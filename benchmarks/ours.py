"""Starts the product's part as its worker process starts: ``ours do_backup DATABASE TARGET``."""

from __future__ import annotations

import importlib
import sys

from crmdesk.core.db.sqlite_memory import stop_counting_memory


def main(name: str, *arguments: str) -> None:
    """Run one module of this folder, imported only after SQLite was set up."""
    stop_counting_memory()
    importlib.import_module(f"benchmarks.{name}").main(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
