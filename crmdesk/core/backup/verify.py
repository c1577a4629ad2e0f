"""Reading a whole backup file and saying whether it is what was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from crmdesk.core.backup.cancel import cancelled_error, never
from crmdesk.core.backup.csv_rows import RowCounter, line_feeds
from crmdesk.core.backup.frame import FrameCheck, check_frame
from crmdesk.core.backup.kept_files import is_file_entry
from crmdesk.core.backup.manifest import ManifestEntry
from crmdesk.core.backup.problems import Problem, ProblemCode
from crmdesk.core.backup.read_ahead import read_ahead
from crmdesk.core.backup.reader import BackupFile, read_backup
from crmdesk.core.errors import UserError
from crmdesk.core.files.apart_reader import WrittenPiece

# These say that there is no file to judge; all other refusals are findings about the file.
_NOTHING_TO_JUDGE = frozenset(
    {"file_missing", "file_unreadable", "file_is_a_folder", "file_is_a_link", "file_not_ordinary"}
)
_HOPELESS = frozenset({ProblemCode.ENTRY_MISSING, ProblemCode.ENTRY_SIZE_DIFFERS})


@dataclass(frozen=True, slots=True)
class Verification:
    """The verdict on a backup file.

    Args:
        ok: signed by the known key, complete, and every bit as it was written.
        signed: the manifest is signed by the known key.
        foreign: made by another workspace or program.
        problems: all findings; empty exactly when ``ok``.
        records: rows over all files that were read.
        bytes: size of the zip; ``sha256`` is the digest of the zip, "" when it was not read.
    """

    ok: bool
    signed: bool
    foreign: bool
    problems: tuple[Problem, ...]
    records: int = 0
    bytes: int = 0
    sha256: str = ""

    @property
    def sound_elsewhere(self) -> bool:
        """Whether nothing is wrong with it but that another workspace made it."""
        return {problem.code for problem in self.problems} == {ProblemCode.OTHER_KEY}


def verify_backup(
    path: Path,
    known_key: bytes | None,
    *,
    cancelled: Callable[[], bool] = never,
    written: Mapping[str, Sequence[WrittenPiece]] = MappingProxyType({}),
) -> Verification:
    """Check signature, frame, digests, checksums and row counts of a backup file.

    Args:
        written: by entry the pieces that this process has just written. What is unpacked is
            then compared with these, by length and CRC-32 of each, and the digest of the content
            is not taken a second time; that of the packed bytes is.

    Raises:
        UserError: there is no such file, or it is not an ordinary one.
        Cancelled: ``cancelled`` said so.
    """

    def stop_if_cancelled() -> None:
        if cancelled():
            raise cancelled_error()

    try:
        backup = read_backup(path, known_key=known_key)
        return _read_through(backup, stop_if_cancelled, written)
    except UserError as refusal:
        if refusal.code in _NOTHING_TO_JUDGE or refusal.code == "cancelled":
            raise
        finding = Problem(ProblemCode.FILE_UNREADABLE, detail=refusal.code)
    except OSError as refusal:
        finding = Problem(ProblemCode.FILE_UNREADABLE, detail=str(refusal.strerror))
    return Verification(False, False, False, (finding,))


def _read_through(
    backup: BackupFile,
    stop_if_cancelled: Callable[[], None],
    written: Mapping[str, Sequence[WrittenPiece]],
) -> Verification:
    if backup.manifest is None:
        return Verification(False, False, True, backup.problems)
    problems = list(backup.problems)
    unreadable = {problem.entry for problem in problems if problem.code in _HOPELESS}
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(check_frame, backup.path, backup.manifest, stop_if_cancelled)
        for entry in backup.manifest.files:
            if entry.file not in unreadable:
                problems += _check_entry(backup, entry, written.get(entry.file), stop_if_cancelled)
        frame: FrameCheck = coming.result()
    problems += frame.problems
    records = sum(entry.rows for entry in backup.manifest.entries)
    return Verification(
        not problems,
        backup.signed,
        backup.foreign,
        tuple(problems),
        records,
        frame.bytes,
        frame.sha256,
    )


def _check_entry(
    backup: BackupFile,
    entry: ManifestEntry,
    written: Sequence[WrittenPiece] | None,
    stop_if_cancelled: Callable[[], None],
) -> list[Problem]:
    try:
        if written is None:
            return _check_content(backup, entry, stop_if_cancelled)
        backup.check_written(entry.file, written, stop_if_cancelled)
    except UserError as refusal:
        if refusal.code == "cancelled":
            raise
        return [Problem(ProblemCode.ENTRY_CONTENT_DIFFERS, entry.file, refusal.code)]
    return []


def _check_content(
    backup: BackupFile, entry: ManifestEntry, stop_if_cancelled: Callable[[], None]
) -> list[Problem]:
    digest = hashlib.sha256()
    line_ends = 0
    for piece in read_ahead(backup.entry_pieces(entry.file)):
        stop_if_cancelled()
        digest.update(piece)
        line_ends += line_feeds(piece)
    if digest.hexdigest() != entry.sha256:
        return [Problem(ProblemCode.ENTRY_CONTENT_DIFFERS, entry.file)]
    if is_file_entry(entry):
        return []
    # JSON lines have no heading, and no value of theirs holds a line end.
    if entry.file.endswith(".jsonl"):
        line_ends += 1
    # Values may hold line ends of their own; only then are the rows told apart for good.
    rows = line_ends if line_ends == entry.rows + 1 else _exact_rows(backup, entry)
    if rows != entry.rows + 1:
        return [Problem(ProblemCode.ENTRY_ROWS_DIFFER, entry.file, str(rows - 1))]
    return []


def _exact_rows(backup: BackupFile, entry: ManifestEntry) -> int:
    counter = RowCounter()
    for piece in read_ahead(backup.entry_pieces(entry.file)):
        counter.add(piece)
    return counter.rows
