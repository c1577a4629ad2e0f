"""What the Restore tab says: reasons, counts and states in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.restore.wizard import Blocked
from crmdesk.ui.tables.cells import Tone

STATE_TONES = {
    JobState.SUCCEEDED: Tone.OK,
    JobState.FAILED: Tone.DANGER,
    JobState.INTERRUPTED: Tone.WARN,
    JobState.CANCELLED: Tone.NEUTRAL,
}


def say(text: str, count: int = -1) -> str:
    """A text of this tab, with English plurals where a count is given."""
    return QCoreApplication.translate("Restore", text, "", count)


def filled(text: str, **values: str) -> str:
    """Put values into a text; unlike ``format`` it leaves plural forms and other braces alone."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def inside(label: str) -> str:
    """A label as it stands inside a sentence: "Deals" becomes "deals", "URL" stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def records_word(object_type: ObjectType, count: int) -> str:
    """The object in the singular or the plural: “deal”, “deals”."""
    return inside(object_type.label if count == 1 else object_type.plural_label)


def source_reason(reason: str) -> str:
    """Why a backup in the list cannot be restored."""
    reasons = {
        "running": say("It is still being made"),
        "failed": say("It failed, and nothing of it was kept"),
        "cancelled": say("It was cancelled, and nothing of it was kept"),
        "interrupted": say("It was interrupted, and nothing of it was kept"),
        "expired": say("It expired, and its file was removed"),
        "deleted": say("Its file was deleted"),
        "missing": say("Its file is missing from the vault"),
        "unverified": say("Its check failed: the file is not as it was written"),
    }
    return reasons.get(reason, reason)


def object_reason(reason: str) -> str:
    """Why an object in the list cannot be restored."""
    reasons = {
        "conversations": say("Cannot be restored, only backed up"),
        "not_in_backup": say("Had no records in this backup"),
        "object_gone": say("The object no longer exists"),
        "object_recreated": say("Made anew since the backup, so it is another object"),
    }
    return reasons.get(reason, reason)


def property_reason(reason: str) -> str:
    """Why a property cannot be chosen."""
    reasons = {
        "calculated": say("Cannot be restored: CRM Desk calculates it"),
        "gone": say("Cannot be restored: the property no longer exists"),
        "not_in_backup": say("Cannot be restored: the property was added after the backup"),
        "sensitive": say("Cannot be restored: you may not see its values"),
    }
    return reasons.get(reason, reason)


def skip_reason(reason: str, count: int = -1) -> str:
    """Why a value or a record is skipped; with a count, as a line of its own."""
    reasons = {
        "in_recycle_bin": say("The record is in the recycle bin"),
        "deleted_for_good": say("The record was deleted permanently"),
        "merged": say("The record was merged into another one"),
        "option_gone": say("The option no longer exists"),
        "owner_gone": say("The owner is no longer an active user"),
        "stage_gone": say("The stage no longer exists in its pipeline"),
        "required": say("A required property cannot be cleared"),
        "not_unique": say("Another record has this value now, and it must be unique"),
        "type_changed": say("The value does not fit the property's new type"),
        "changed_since": say("Edited again after the restore"),
        "property_gone": say("The property no longer exists"),
        "clears_skipped": say("Empty in the backup, and clearing was switched off"),
        "edited_by_hand": say("Edited by hand since the backup"),
    }
    text = reasons.get(reason, reason)
    return text if count < 0 else say("%Ln: %1", count).replace("%1", text)


def blocked_reason(blocked: Blocked | None) -> str:
    """What is missing before one can go on; empty when nothing is."""
    if blocked is None:
        return ""
    reasons = {
        Blocked.NO_BACKUP: say("Choose a backup to go on"),
        Blocked.NO_OBJECT: say("No object of this backup can be restored"),
        Blocked.COMPARING: say("Comparing with the backup"),
        Blocked.NO_PROPERTIES: say("Choose at least one property"),
        Blocked.NOTHING_CHANGES: say("Nothing would change: every chosen value is as it was"),
        Blocked.PLANNING: say("Working out the plan"),
        Blocked.BOXES: say("Tick both boxes to go on"),
        Blocked.OUTDATED: say("The review is out of date"),
        Blocked.RUNNING: say("The restore runs, also when you leave this page"),
        Blocked.DONE: "",
    }
    return reasons[blocked]


def undo_reason(reason: str) -> str:
    """Why a restore cannot be undone."""
    reasons = {
        "not_done": say("It changed nothing, so there is nothing to undo"),
        "undone_already": say("It was undone already"),
        "too_late": say("The time for undoing it is over"),
    }
    return reasons.get(reason, reason)


def state_word(state: JobState) -> str:
    """The state of a restore in one word."""
    names = {
        JobState.QUEUED: say("Waiting"),
        JobState.RUNNING: say("Running"),
        JobState.CANCELLING: say("Cancelling"),
        JobState.SUCCEEDED: say("Done"),
        JobState.FAILED: say("Failed"),
        JobState.CANCELLED: say("Cancelled"),
        JobState.INTERRUPTED: say("Interrupted"),
    }
    return names[state]


def gone_records(skipped: Mapping[str, int]) -> int:
    """How many records of the backup no longer exist as such."""
    return sum(skipped.get(name, 0) for name in ("in_recycle_bin", "deleted_for_good", "merged"))


def skipped_values(skipped: Mapping[str, int]) -> int:
    """How many values are skipped in records that do exist."""
    return sum(skipped.values()) - gone_records(skipped)
