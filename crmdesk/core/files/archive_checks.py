"""What a zip must and must not be before one byte of it is unpacked."""

from __future__ import annotations

import re
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crmdesk.core.errors import UserError
from crmdesk.core.files.central_directory import DirectoryEntry
from crmdesk.core.files.entry_reader import DEFLATED, STORED

GIGABYTE = 1 << 30
# Small files may pack better than the ratio allows (a column of zeros does) and harm nobody.
_RATIO_FREE_BYTES = 1 << 20
_UNDECLARED_BYTES = 1 << 20
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """Limits for a zip nobody vouches for.

    ``file_bytes`` is the zip itself, ``total_bytes`` everything unpacked, ``ratio`` how many
    times larger the unpacked whole may be than the zip.
    """

    file_bytes: int = 2 * GIGABYTE
    entries: int = 1_000
    total_bytes: int = 8 * GIGABYTE
    ratio: int = 200


def check_names(entries: Iterable[DirectoryEntry]) -> None:
    """Refuse names that point elsewhere, hide something, or appear twice.

    Raises:
        UserError: ``archive_unsafe_name`` or ``archive_duplicate_name``.
    """
    seen: set[str] = set()
    for entry in entries:
        if not _is_safe(entry.name):
            raise UserError(
                "archive_unsafe_name",
                f"The zip file holds the name {entry.name!r}, which points outside of it.",
                "Do not use this file: it was made to do harm, or by a broken program.",
                entry=entry.name,
            )
        key = unicodedata.normalize("NFC", entry.name).casefold().rstrip("/")
        if key in seen:
            raise UserError(
                "archive_duplicate_name",
                f"The zip file holds the name {entry.name!r} twice.",
                "Pack the files again.",
                entry=entry.name,
            )
        seen.add(key)


def check_readable(entries: Iterable[DirectoryEntry]) -> None:
    """Refuse entries that are locked, packed in a way we cannot read, or no files.

    Raises:
        UserError: ``archive_encrypted``, ``archive_link`` or ``archive_compression``.
    """
    for entry in entries:
        kind = stat.S_IFMT(entry.unix_mode)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise UserError(
                "archive_link",
                f"The entry {entry.name!r} of the zip file is a link or a device, not a file.",
                "Pack the files themselves.",
                entry=entry.name,
            )
        if entry.encrypted:
            raise UserError(
                "archive_encrypted",
                "The zip file is protected by a passphrase.",
                "Unpack it with its passphrase and choose the files.",
                entry=entry.name,
            )
        if entry.method not in (STORED, DEFLATED):
            raise UserError(
                "archive_compression",
                f"The entry {entry.name!r} is packed by method {entry.method}, "
                "which this program does not read.",
                "Pack the files again as an ordinary zip (Deflate).",
                entry=entry.name,
                method=entry.method,
            )


def check_room(entries: list[DirectoryEntry], starts: Mapping[str, int], end: int) -> None:
    """Refuse entries that share bytes: a few kilobytes would unpack to any size.

    Args:
        entries: the whole table of contents.
        starts: where the packed bytes of each entry begin.
        end: where the table of contents begins.

    Raises:
        UserError: ``archive_overlap``, or ``archive_damaged`` sizes of stored entries.
    """
    used = 0
    for entry in sorted(entries, key=lambda found: found.header_offset):
        if entry.header_offset < used:
            raise UserError(
                "archive_overlap",
                f"The entry {entry.name!r} of the zip file shares its bytes with another entry.",
                "Do not use this file: it was made to do harm.",
                entry=entry.name,
            )
        used = starts[entry.name] + entry.packed_bytes
    if used > end:
        raise UserError(
            "archive_truncated",
            "The zip file ends in the middle of an entry.",
            "Fetch the file again.",
        )


def check_limits(entries: list[DirectoryEntry], size: int, limits: ArchiveLimits) -> None:
    """Hold the whole zip, of ``size`` bytes, to general limits.

    Raises:
        UserError: ``archive_too_many_entries``, ``archive_too_large`` or
            ``archive_ratio_too_high``.
    """
    if len(entries) > limits.entries:
        raise too_large("archive_too_many_entries", "entries", len(entries), limits.entries)
    total = sum(entry.bytes for entry in entries)
    if total > limits.total_bytes:
        raise too_large("archive_too_large", "unpacked bytes", total, limits.total_bytes)
    if total > max(_RATIO_FREE_BYTES, limits.ratio * size):
        raise UserError(
            "archive_ratio_too_high",
            f"The zip file would unpack to {total // size:,} times its size; "
            f"at most {limits.ratio} times is accepted.",
            "Do not use this file unless you know where it comes from.",
            ratio=total // size,
            limit=limits.ratio,
        )


def check_declared(files: Mapping[str, DirectoryEntry], declared: Mapping[str, int]) -> None:
    """Hold every entry to the size a signed table gives it.

    Raises:
        UserError: ``archive_entry_missing`` or ``archive_size_not_declared``.
    """
    for name in declared:
        if name not in files:
            raise UserError(
                "archive_entry_missing",
                f"The zip file lacks the entry {name!r} that its own table names.",
                "Use another copy of the file.",
                entry=name,
            )
    rest = sum(entry.bytes for name, entry in files.items() if name not in declared)
    wrong = [name for name, size in declared.items() if files[name].bytes != size]
    if wrong or rest > _UNDECLARED_BYTES * (len(declared) + 16):
        raise UserError(
            "archive_size_not_declared",
            "The zip file holds entries of other sizes than its own table names.",
            "Use another copy of the file.",
            entries=wrong,
        )


def too_large(code: str, what: str, found: int, limit: int) -> UserError:
    """The refusal of a zip that is over one of its limits."""
    return UserError(
        code,
        f"The zip file holds {found:,} {what}; at most {limit:,} are accepted.",
        "Pack fewer files into one zip.",
        found=found,
        limit=limit,
    )


def _is_safe(name: str) -> bool:
    if not name or name.startswith("/") or "\\" in name or _DRIVE.match(name):
        return False
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in name):
        return False
    parts = name.removesuffix("/").split("/")
    return all(part not in ("", ".", "..") for part in parts)
