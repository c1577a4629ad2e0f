"""``python3 dev.py faults [--only NAME]``: every goal in full, its figure, and whether it is met.

The same tests as in the normal run, with all their trials; ``--sampled`` keeps to the sample.
Each goal writes its line in the table of ``docs/reliability.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise and the tests that prove it.

    Attributes:
        name: for ``--only``.
        promise: what shall hold, as the page says it.
        tests: arguments of pytest.
    """

    name: str
    promise: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a goal's tests found."""

    goal: Goal
    passed: bool
    not_run: tuple[str, ...]
    trials: int
    figures: tuple[str, ...]
    seconds: float


def _goal(name: str, promise: str, file: str, *words: str) -> Goal:
    tests = [f"tests/faults/test_{file}.py"]
    return Goal(name, promise, (*tests, *(("-k", " or ".join(words)) if words else ())))


GOALS = (
    _goal(
        "kill-any-write",
        "kill -9 at any write leaves all or nothing, and the next start says which",
        "kill",
        "any_write",
    ),
    _goal("kill-any-time", "kill -9 at any time, then the same again", "kill", "any_time"),
    _goal("kill-init", "an init killed at any write can be done again, or is done", "kill_init"),
    _goal(
        "kill-window",
        "a job outlives its window; killed with it, it is found at the next start",
        "kill",
        "outlives",
        "with_its_window",
    ),
    _goal("power", "a power cut loses nothing that was acknowledged", "power_cut"),
    _goal("guessing", "of a thousand guesses by eight processes at most ten are tried", "guessing"),
    _goal("clock", "a clock set to and fro breaks neither order nor waits", "clock"),
    _goal("expiry", "what is kept for some days lapses to the second, and then goes", "expiry"),
    _goal("order", "content, name and folder are synced before the database says so", "order"),
    _goal(
        "small-disk",
        "a full disk refuses clearly; with room the same command works; the reserve cures",
        "full_disk",
        "with_room",
        "cured",
    ),
    _goal("no-room", "no room at any write", "full_disk", "no_room", "scratch"),
    _goal("failed-sync", "a failed sync is never reported as success", "full_disk", "sync"),
    _goal("estimates", "the size of a backup is foretold to a fifth", "estimates"),
    _goal("targets", "places that take no file are refused at once", "refused_targets"),
    _goal("entries", "an entry tells who, from where, what, old and new", "entries_whole"),
    _goal("log-first", "what cannot be logged does not happen", "fails_closed"),
    _goal(
        "two-writers",
        "two processes write at once: none is refused, nothing is lost",
        "concurrency",
        "two_processes",
        "without_the_lock",
    ),
    _goal("foreign-lock", "a foreign lock is waited for, then named", "concurrency", "foreign"),
    _goal("window-locked", "the window draws on under a foreign lock", "foreign_lock"),
    _goal("one-instant", "a backup beside a writer is one instant", "concurrency", "instant"),
    _goal("one-restore", "of twenty restores at once one runs", "concurrency", "twenty", "holder"),
    _goal("two-editors", "the second of two editors is told", "concurrency", "editors"),
    _goal("altered-backups", "an altered backup is never restored silently", "altered_backups"),
    _goal(
        "damaged-database",
        "a bit that flips in the database is found; the start tells, and nothing is written",
        "damaged_database",
    ),
    _goal(
        "zip-readers", "every reader takes our zips, of any size, without a warning", "zip_readers"
    ),
    _goal(
        "hostile-imports",
        "a mutilated file is refused in a sentence, or every row of it is told",
        "hostile_imports",
    ),
    Goal(
        "odd-files",
        "odd, hostile and huge files are read right or refused, in little memory",
        ("tests/core/files", "tests/core/transfer/test_sources.py"),
    ),
    _goal(
        "purged-values", "what is deleted for good is in no file of the database", "purged_values"
    ),
    _goal("altered-log", "an altered audit log is found, at the right entry", "altered_log"),
    _goal(
        "random-restores", "exactly the chosen cells change, as counted before", "random_restores"
    ),
    _goal(
        "round-trip",
        "values survive backup, empty workspace, import or rebuild, and backup",
        "round_trip",
    ),
    _goal(
        "kill-rebuild",
        "a killed restore of a workspace leaves none, and can be done again",
        "kill_rebuild",
    ),
    _goal("modes", "nobody else on the computer reads a file", "modes"),
    Goal(
        "replayed-codes",
        "no code counts twice, nor after a later one; guessing has to wait, also across processes",
        tuple(f"tests/core/access/test_{name}.py" for name in ("totp", "two_factor", "guessing")),
    ),
    Goal(
        "keyrings",
        "a keyring that is locked, emptied or missing is said; nothing falls back to plain text",
        tuple(f"tests/core/access/test_{name}.py" for name in ("keyring_store", "secret_file")),
    ),
    Goal(
        "drills",
        "the newest backup is restored on trial, and the result is kept",
        ("tests/core/backup/test_drills.py",),
    ),
    Goal(
        "spreadsheets",
        "a spreadsheet calculates nothing of what people wrote; a workbook keeps it as it was",
        ("tests/faults/test_spreadsheets.py", "-m", "full or not full"),
    ),
    _goal(
        "exported-and-imported",
        "what was exported for spreadsheets is imported as it was, headings included",
        "exported_and_imported",
    ),
    _goal(
        "log-counts",
        "every count, list, bar and page of the log is what SQL counts by hand",
        "log_counts",
    ),
    _goal(
        "log-reports",
        "an entry of the log is one row of its report in every format, whatever it holds",
        "log_reports",
    ),
    Goal(
        "large-exports",
        "more rows than a part or a sheet holds come in several, and none is lost",
        ("tests/faults/test_large_exports.py", "-m", "full or not full"),
    ),
    Goal(
        "no-secrets",
        "no key, token or password stands in the project or in the package that is given away",
        ("tests/test_committed_files.py", "-k", "secret", "-m", "full or not full"),
    ),
    _goal(
        "mail",
        "a sender killed as the server takes a message loses none; only that one comes twice",
        "mail",
    ),
    _goal(
        "cancelled-exports",
        "an export ends finished or cancelled, never both, and what is cancelled is gone at once",
        "export_cancel",
    ),
    _goal(
        "own-exports", "another user's export is like none, whatever the way to it", "own_exports"
    ),
    _goal(
        "export-alerts",
        "of an export beyond the threshold each Super Admin is told once, of one as large never",
        "export_alerts",
    ),
    _goal("canaries", "no secret is found in files, arguments or environments", "canaries"),
)


def measure(goal: Goal, *, full: bool) -> Outcome:
    """Run a goal's tests and gather what they tell."""
    with tempfile.TemporaryDirectory() as folder:
        figures, report = Path(folder) / "figures", Path(folder) / "report"
        environment = os.environ | {"CRMDESK_TEST_FIGURES": str(figures)}
        if full:
            environment["CRMDESK_TEST_FAULTS"] = "full"
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *goal.tests]
        # A trial has its own time limit; all of them together take as long as they take.
        command += ["-o", "faulthandler_timeout=0"]
        with report.open("w", encoding="utf-8") as file:
            done = subprocess.run(command, cwd=ROOT, env=environment, stdout=file, check=False)
        seconds = time.monotonic() - began
        text = report.read_text(encoding="utf-8")
        lines = figures.read_text(encoding="utf-8").splitlines() if figures.exists() else []
    if done.returncode:
        sys.stdout.write(text)
    told = [json.loads(line) for line in lines]
    if not told:
        # These tests count themselves.
        cases = int((re.findall(r"(\d+) passed", text) or ["0"])[-1])
        told = [{"trials": cases, "figure": f"{cases} cases"}]
    return Outcome(
        goal,
        done.returncode == 0,
        tuple(line for line in text.splitlines() if line.startswith("SKIPPED")),
        sum(line["trials"] for line in told),
        tuple(dict.fromkeys(line["figure"] for line in told)),
        seconds,
    )


def row(outcome: Outcome, *, full: bool) -> str:
    """A goal's line in the table of the page."""
    met = "yes" if outcome.passed else "**no**"
    if outcome.not_run:
        met += " (part not run here)"
    trials = f"{outcome.trials:,}" + ("" if full else " (sample)")
    command = f"`python3 dev.py faults --only {outcome.goal.name}`"
    figures = "; ".join(summed(outcome.figures))
    return f"| {outcome.goal.promise} | {trials} | {figures} | {met} | {command} |"


def summed(figures: tuple[str, ...]) -> list[str]:
    """Figures that count the same thing, added up; what they were counted for is left out."""
    counts: Counter[str] = Counter()
    others = []
    for figure in figures:
        plain = re.sub(r" \([^)]*\)$", "", figure)
        found = re.fullmatch(r"(\d+) ([a-z ]+)(?:, (\d+) ([a-z ]+))?", plain)
        if found is None:
            others.append(plain)
            continue
        counts[found[2]] += int(found[1])
        if found[4]:
            counts[found[4]] += int(found[3])
    return [f"{number:,} {what}" for what, number in counts.items()] + list(dict.fromkeys(others))


def write_page(outcomes: list[Outcome], *, full: bool) -> None:
    """Put the new lines into the page's table, between its two marks; the others stay."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    kept, _, after = rest.partition(END)
    rows = {
        goal.name: line
        for goal in GOALS
        for line in kept.splitlines()
        if f"--only {goal.name}`" in line
    }
    rows |= {outcome.goal.name: row(outcome, full=full) for outcome in outcomes}
    head = (
        f"Last measured on {datetime.now(UTC):%Y-%m-%d}: {platform.system()} "
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}."
    )
    lines = [head, "", "| goal | trials | figure | met | command |", "|---|---:|---|---|---|"]
    lines += [rows[goal.name] for goal in GOALS if goal.name in rows]
    text = "\n".join(lines)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def main(words: list[str]) -> int:
    """Measure every goal, or those named.

    Returns:
        0 when each is met.
    """
    parser = argparse.ArgumentParser(prog="dev.py faults", description=__doc__)
    names = [goal.name for goal in GOALS]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=str(names))
    parser.add_argument("--sampled", action="store_true", help="as in the normal test run")
    chosen = parser.parse_args(words)
    outcomes = []
    for goal in GOALS:
        if chosen.only and goal.name not in chosen.only:
            continue
        print(f"{goal.name}: {goal.promise} ...", flush=True)
        outcome = measure(goal, full=not chosen.sampled)
        outcomes.append(outcome)
        word = "met" if outcome.passed else "NOT MET"
        print(f"  {word}: {outcome.trials:,} trials in {outcome.seconds:.0f} s")
        for line in (*outcome.figures, *outcome.not_run):
            print(f"  - {line}")
        write_page([outcome], full=not chosen.sampled)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
