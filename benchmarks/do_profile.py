"""One profiled run of ours, started by ``ours.py``: ``do_profile backup|plan DATABASE …``.

Prints as JSON the processor seconds by C function and callers.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys

from benchmarks.tally import Tally


def main(name: str, *arguments: str) -> None:
    """Run another module of this folder under a tally."""
    module = importlib.import_module(f"benchmarks.{name}")
    with contextlib.redirect_stdout(io.StringIO()), Tally() as tally:
        module.main(*arguments)
    json.dump(tally.seconds, sys.stdout)
