"""Codes of the services as sentences for people; documents for scripts keep the codes."""

from __future__ import annotations

_SKIPS = {
    "in_recycle_bin": "the record is in the recycle bin",
    "deleted_for_good": "the record was deleted for good",
    "merged": "the record was merged into another one",
    "option_gone": "the option does not exist any more",
    "owner_gone": "the owner was removed",
    "stage_gone": "the stage does not exist any more in its pipeline",
    "required": "a required property cannot be cleared",
    "not_unique": "another record has the value, which must be unique",
    "type_changed": "the value does not fit the property's new type",
    "changed_since": "the value was edited since",
    "lifecycle_backwards": "a lifecycle stage does not go backwards",
    "property_gone": "the property does not exist any more",
    "clears_skipped": "empty in the backup, and --skip-clears was given",
    "edited_by_hand": "a person edited it since the backup",
}

_PROBLEMS = {
    "file_unreadable": "The file cannot be read as a backup: it is no zip, or a damaged one.",
    "frame_changed": "The structure of the zip is not as it was written.",
    "no_manifest": "There is no manifest: another program made this zip, or it was taken out.",
    "manifest_unreadable": "The manifest is damaged and cannot be read.",
    "newer_format": "A newer CRM Desk made it. Update CRM Desk to read it.",
    "no_signature": "It carries no signature.",
    "signature_wrong": "The signature does not fit: the manifest or the signature was changed.",
    "signature_unchecked": "The signature could not be checked.",
    "other_key": "Another workspace signed it.",
    "entry_missing": "{file} is missing.",
    "entry_unexpected": "{file} was added later.",
    "entry_size_differs": "{file} has another size than it was written with.",
    "entry_content_differs": "{file} is not as it was written.",
    "entry_rows_differ": "{file} has another number of rows than it was written with.",
}

#: Why a file could not be read as a backup at all, where more is known than that.
_UNREADABLE = {
    "file_not_a_zip": "It is no zip file.",
    "file_empty": "It is empty.",
    "archive_truncated": "The zip ends in the middle.",
    "archive_encrypted": "The zip is protected by a passphrase.",
    "archive_unsafe_name": "The zip holds a name that points outside of it.",
    "archive_duplicate_name": "The zip holds the same name twice.",
    "archive_link": "The zip holds a link or a device.",
    "archive_overlap": "Files in the zip overlap.",
    "archive_too_many_entries": "The zip holds more files than are accepted.",
    "archive_too_large": "The zip would unpack to more bytes than are accepted.",
    "archive_ratio_too_high": "The zip would unpack to more bytes than are accepted.",
}

_RECOGNISED = {
    "internal_name": "by its internal name",
    "label": "by its label",
    "alias": "by another name of it",
    "chosen": "as you chose",
    "created": "a new property",
}

_LEFT_OUT = {
    "calculated": "CRM Desk calculates it",
    "owners_of_another_workspace": "owners of another workspace are other people here",
    "known_column": "its property does not exist here; --create-properties makes it",
    "duplicate": "another column goes to its property",
    "association": "it names other records; --associate takes it",
    "kind_of_activity": "the kind of an activity is its object here",
    "stage_history": "the history of stages is calculated",
    "chosen": "as you chose",
    "nothing": "no property has this name or label",
}


def skip_line(reason: str, count: int) -> str:
    """Why values or records are left alone: ``"Skipped, the record was merged …: 3"``."""
    return f"Skipped, {_SKIPS.get(reason, reason)}: {count:,}"


def problem_sentence(code: str, file: str, detail: str = "") -> str:
    """A finding about a backup.

    Args:
        file: the entry of the zip that it is about.
        detail: of a file that cannot be read at all, the code of why.
    """
    if code == "file_unreadable" and detail in _UNREADABLE:
        return _UNREADABLE[detail]
    return _PROBLEMS.get(code, code).replace("{file}", file)


def recognised(how: str) -> str:
    """How a column was recognised."""
    return _RECOGNISED.get(how, how)


def left_out(reason: str) -> str:
    """Why a column is not imported."""
    return _LEFT_OUT.get(reason, reason)
