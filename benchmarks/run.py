"""Measures the product beside named peers: ``python3 dev.py bench [--full] [--only backup,plan]``.

Contestants run in turns, so that a busy minute of the computer hits all of them; what counts is
the ratio. Each measured thing is a module with ``TITLE``, ``NOTE`` and ``contestants(rows)``, or
``measure(rows, rounds, say)`` where a part of a process is timed, listed in ``MEASURED``.
Results are kept in ``.data`` and written to ``RESULTS.md``.
"""

from __future__ import annotations

import argparse
import compileall
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import (
    apply,
    audit,
    audit_window,
    backup,
    data,
    exporting,
    exporting_all,
    exporting_workbooks,
    first_window,
    importing,
    lists,
    plan,
    profile,
    proving,
    report,
    reporting,
    window,
)
from benchmarks.measure import ROOT, interleaved

MEASURED = {
    "backup": backup,
    "plan": plan,
    "apply": apply,
    "import": importing,
    "export": exporting,
    "export-all": exporting_all,
    "export-xlsx": exporting_workbooks,
    "lists": lists,
    "window": window,
    "first-window": first_window,
    "profile": profile,
    "audit": audit,
    "audit-window": audit_window,
    "audit-verify": proving,
    "audit-report": reporting,
}
USUAL_ROWS = 200_000
FULL_ROWS = 1_000_000


def main() -> int:
    """Measure what was asked for, and write the table."""
    asked = _arguments()
    sizes = [USUAL_ROWS, FULL_ROWS] if asked.full else [asked.rows]
    data.FOLDER.mkdir(exist_ok=True)
    # As an installer leaves it: every process would compile it anew where Python may keep nothing.
    compileall.compile_dir(ROOT / "crmdesk", quiet=1)
    for name in asked.only.split(",") if asked.only else MEASURED:
        module = MEASURED[name]
        for rows in sizes:
            _say(f"{module.TITLE}, {rows:,} records")
            if hasattr(module, "measure"):
                table = module.measure(rows, asked.rounds, _say)
            else:
                table = interleaved(module.contestants(rows), rows, asked.rounds, _say)
            found = report.measured(rows, asked.rounds, module, table)
            # After each table: a run that is cut keeps what it has found.
            report.write(Path(__file__).with_name("RESULTS.md"), [found])
    return 0


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description="Measure beside the peers.")
    parser.add_argument("--full", action="store_true", help="also at 1,000,000 records")
    parser.add_argument("--only", default="", help=f"some of: {', '.join(MEASURED)}")
    parser.add_argument("--rows", type=int, default=USUAL_ROWS, help="records without --full")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contestant")
    asked = parser.parse_args()
    unknown = set(asked.only.split(",")) - {""} - MEASURED.keys()
    if unknown:
        parser.error(f"not measured: {', '.join(sorted(unknown))}")
    return asked


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
