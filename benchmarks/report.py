"""Keeps results of earlier runs and writes them all as one page."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.measure import ROOT
from crmdesk.core.db.driver import sqlite3


def write(target: Path, tables: list[dict[str, Any]]) -> None:
    """Write the page; sections of it that were not measured anew stay as they are."""
    sections = dict.fromkeys(_section(each) for each in tables)
    renewed = {_heading(section) for section in sections}
    kept = _sections(target) if target.exists() else []
    stay = [section for section in kept if _heading(section) not in renewed]
    parts = [_opening(), *sorted([*stay, *sections], key=_place)]
    target.write_text("\n".join(parts), encoding="utf-8")


def measured(
    rows: int, rounds: int, module: ModuleType, table: list[dict[str, Any]]
) -> dict[str, Any]:
    """One table, with when and beside what it was measured."""
    return {
        "title": module.TITLE,
        "note": module.NOTE,
        "rows": rows,
        "rounds": rounds,
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "load": round(os.getloadavg()[1], 1),
        "columns": getattr(module, "COLUMNS", None),
        "table": table,
    }


def _sections(target: Path) -> list[str]:
    """The sections of a page as :func:`_section` made them."""
    return ["## " + text for text in target.read_text(encoding="utf-8").split("\n## ")[1:]]


def _heading(section: str) -> str:
    return section.partition("\n")[0]


def _place(section: str) -> tuple[str, int]:
    """What was measured, then how much of it."""
    title, _, amount = _heading(section).rpartition(", ")
    return title, int("".join(filter(str.isdigit, amount)) or 0)


def _opening() -> str:
    return f"""# Speed beside the peers

Made by `python3 dev.py bench`. Contestants run in turns, each as a process of its own; times are
medians. **Ratios count, seconds do not**: “× ours” says how many times longer a peer takes than
the first row. Processor seconds are given too, since they suffer less from a shared computer.

Machine: {platform.system()} {platform.machine()}, {os.cpu_count()} processors ({_processor()}).
Versions: Python {platform.python_version()}, SQLite {sqlite3.sqlite_version},
isal {version("isal")}, {_first_line("zip -v | sed -n 2p")},
sqlite3 shell {_first_line("sqlite3 --version").split(" ")[0]}.
"""


def _section(kept: dict[str, Any]) -> str:
    lines = [
        f"## {kept['title']}, {kept['rows']:,} records",
        "",
        f"{kept['at']}, {kept['rounds']} rounds, load of the computer {kept['load']}. "
        + kept["note"],
        "",
        *_table(kept),
    ]
    lines += ["", "Commands:", "", "```"]
    lines += dict.fromkeys(_without_place(row["command"]) for row in kept["table"])
    return "\n".join([*lines, "```", ""])


def _table(kept: dict[str, Any]) -> list[str]:
    """The measured rows, in the columns of a race unless the module has its own."""
    columns = kept.get("columns")
    if not columns:
        return [
            "| | seconds | × ours | at least | processor s | × ours | peak memory MB |",
            "|---|---:|---:|---:|---:|---:|---:|",
            *(_line(row) for row in kept["table"]),
        ]
    return [
        f"| {' | '.join(columns.values())} |",
        "|---" + "|---:" * (len(columns) - 1) + "|",
        *(f"| {' | '.join(_cell(row[key]) for key in columns)} |" for row in kept["table"]),
    ]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _line(row: dict[str, Any]) -> str:
    name = row["name"].replace("|", "\\|")
    return (
        f"| {name} | {row['seconds']:.2f} | {row['ratio']:.2f} | {row['target']} "
        f"| {row['processor_seconds']:.2f} | {row['processor_ratio']:.2f} "
        f"| {row['memory']:.0f} |"
    )


def _without_place(command: str) -> str:
    """The command as anyone can type it in the project's folder."""
    shorter = command.replace(f"{ROOT}/", "")
    start, found, rest = shorter.partition("'SELECT ")
    if not found:
        return shorter
    return f"{start}'SELECT …'{rest.partition(chr(39))[2]}"


def _processor() -> str:
    line = _first_line("grep -m1 'model name' /proc/cpuinfo")
    return line.partition(":")[2].strip() or platform.processor() or "unknown"


def _first_line(command: str) -> str:
    if not shutil.which(shlex.split(command)[0]):
        return "unknown"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0].strip()
