"""What may be wrong with a backup file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ProblemCode(StrEnum):
    """One kind of finding; faces make the sentence."""

    FILE_UNREADABLE = "file_unreadable"
    FRAME_CHANGED = "frame_changed"
    NO_MANIFEST = "no_manifest"
    MANIFEST_UNREADABLE = "manifest_unreadable"
    NEWER_FORMAT = "newer_format"
    NO_SIGNATURE = "no_signature"
    SIGNATURE_WRONG = "signature_wrong"
    SIGNATURE_UNCHECKED = "signature_unchecked"
    OTHER_KEY = "other_key"
    ENTRY_MISSING = "entry_missing"
    ENTRY_UNEXPECTED = "entry_unexpected"
    ENTRY_SIZE_DIFFERS = "entry_size_differs"
    ENTRY_CONTENT_DIFFERS = "entry_content_differs"
    ENTRY_ROWS_DIFFER = "entry_rows_differ"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    Args:
        entry: name of the file in the zip it is about; "" for the zip as a whole.
        detail: what a person who looks into it wants to know, e.g. the code of a refusal.
    """

    code: ProblemCode
    entry: str = ""
    detail: str = ""
