"""Starts the product's part by name: ``ours do_backup DATABASE TARGET``."""

from __future__ import annotations

import importlib
import sys


def main(name: str, *arguments: str) -> None:
    """Run one module of this folder."""
    importlib.import_module(f"benchmarks.{name}").main(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
