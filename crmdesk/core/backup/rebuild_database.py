"""Builds the database of a whole workspace from a complete backup, and proves it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crmdesk.core.backup.kept_files import is_file_entry, take_out
from crmdesk.core.backup.manifest import Manifest
from crmdesk.core.backup.problems import Problem, ProblemCode
from crmdesk.core.backup.reader import BackupFile
from crmdesk.core.backup.rebuild_proof import differing_files, digest_of
from crmdesk.core.backup.rebuild_rows import RowLoader, load_values
from crmdesk.core.clock import Clock
from crmdesk.core.db import schema, sqlite
from crmdesk.core.db.driver import sqlite3
from crmdesk.core.db.engine import Database
from crmdesk.core.errors import UserError

#: Pages of the database are written once and in order; more of them in memory gains nothing.
_CACHE_KIB = 65_536


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """How far a rebuild is.

    Attributes:
        phase: ``verifying``, ``loading`` or ``proving``.
        rows: of all files; ``total`` is known from the manifest.
    """

    phase: str
    rows: int
    total: int


Report = Callable[[RebuildProgress], None]


def refuse_incomplete(file: BackupFile) -> Manifest:
    """The manifest of a complete backup that this program can read.

    Raises:
        UserError: ``backup_damaged``, ``backup_not_complete``, ``backup_newer``.
    """
    manifest = file.manifest
    if manifest is None:
        raise UserError(
            "backup_damaged",
            f"{file.path.name} is not a backup of CRM Desk, or its list of contents is damaged.",
            "Choose another backup.",
        )
    if not manifest.complete:
        raise UserError(
            "backup_not_complete",
            f"{file.path.name} holds values only, so no workspace can be built from it.",
            "Choose one made with “complete”; these values can be imported into a new workspace.",
        )
    if manifest.schema > schema.CURRENT:
        raise UserError(
            "backup_newer",
            f"{file.path.name} was made by a newer CRM Desk than this one.",
            "Update CRM Desk, then restore it.",
        )
    return manifest


def build_database(
    file: BackupFile,
    path: Path,
    report: Report,
    clock: Clock | None = None,
    files: Path | None = None,
) -> int:
    """Make a database at ``path`` that holds what a verified complete backup holds.

    Args:
        files: a folder for the files that the backup carries; without it they stay in it.

    Returns:
        Rows that were read.

    Raises:
        UserError: ``backup_damaged``; ``rebuild_not_proven``, when what was built does not print
            the same files; what the disk said. The file at ``path`` is then of no use.
    """
    manifest = refuse_incomplete(file)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    database = Database(path, clock)
    try:
        schema.upgrade(database, manifest.schema)
    finally:
        database.close()
    total = sum(each.rows for each in manifest.files if files or not is_file_entry(each))
    loaded, printed = _counter(report, "loading", total), _counter(report, "proving", total)
    if files is not None:
        take_out(file, files, loaded)
    with sqlite.explain_errors(path), closing(_bulk(path)) as connection:
        RowLoader(connection, file, loaded).load()
        problems = differing_files(connection, manifest, printed, files)
    _refuse_unproven(file, problems)
    _make_durable(path)
    return total


def _refuse_unproven(file: BackupFile, problems: Sequence[Problem]) -> None:
    if problems:
        raise UserError(
            "rebuild_not_proven",
            f"What was built from {file.path.name} is not what it holds ({problems[0].entry}).",
            "Nothing was kept. Please report it; the backup itself is sound.",
            entries=tuple(problem.entry for problem in problems),
        )


def rebuild_values(file: BackupFile, path: Path, report: Report) -> int:
    """Read the values of any signed backup into a scratch database, and prove them.

    Returns:
        Records that were read.

    Raises:
        UserError: as :func:`build_database`.
    """
    manifest = file.manifest
    if manifest is None:
        raise ValueError("a backup without a manifest cannot be read back")
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    total = sum(entry.rows for entry in manifest.entries)
    loaded, printed = _counter(report, "loading", total), _counter(report, "proving", total)
    with sqlite.explain_errors(path), closing(_bulk(path)) as connection:
        tables = [
            load_values(connection, file, entry, f"values_{number}", loaded)
            for number, entry in enumerate(manifest.entries)
        ]
        problems = [
            Problem(ProblemCode.ENTRY_CONTENT_DIFFERS, part.file)
            for part, entry in zip(tables, manifest.entries, strict=True)
            if digest_of(connection, part, printed) != entry.sha256
        ]
    _refuse_unproven(file, problems)
    return total


def _bulk(path: Path) -> sqlite3.Connection:
    """A connection without a journal: the file counts for nothing before it is finished."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in (
        "PRAGMA journal_mode=OFF",
        "PRAGMA synchronous=OFF",
        "PRAGMA foreign_keys=OFF",
        "PRAGMA temp_store=MEMORY",
        f"PRAGMA cache_size=-{_CACHE_KIB}",
    ):
        connection.execute(statement)
    return connection


def _counter(report: Report, phase: str, total: int) -> Callable[[int], None]:
    rows = 0

    def count(more: int) -> None:
        nonlocal rows
        rows += more
        report(RebuildProgress(phase, rows, total))

    return count


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
