"""What imports say: kinds of files, how things were recognised, states, problems."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from crmdesk.core.jobs.job import JobState
from crmdesk.core.records.dates import DateOrder
from crmdesk.core.records.recognition import MatchedBy
from crmdesk.core.records.schema import ObjectType
from crmdesk.core.transfer.column_plan import RECORD_ID
from crmdesk.core.transfer.date_preview import preview_dates
from crmdesk.core.transfer.listing import ImportKind
from crmdesk.core.transfer.model import (
    ColumnSuggestion,
    HeaderFault,
    Import,
    ImportMode,
    ImportNotice,
    Inspection,
    ObjectKnownBy,
    Preflight,
    Trust,
)
from crmdesk.ui import words
from crmdesk.ui.transfer.draft import Draft

_DATES_SHOWN = 6


def say(text: str, count: int = -1) -> str:
    """A text of this tab, with plurals where a count is given."""
    return QCoreApplication.translate("Transfer", text, "", count)


def file_words(found: Import, zone: ZoneInfo) -> str:
    """The file of an import; of a restore from the vault the backup, by its time."""
    if found.backup_at is None:
        return found.file_name
    return filled(say("Backup of %1"), words.exact(found.backup_at, zone))


def filled(text: str, *parts: str) -> str:
    """Put parts into the places ``%1``, ``%2`` of a sentence."""
    for number, part in enumerate(parts, 1):
        text = text.replace(f"%{number}", part)
    return text


def file_kind(kind: str) -> str:
    """What a file is."""
    kinds = {
        "csv": say("Text table (CSV)"),
        "xlsx": say("Excel workbook (XLSX)"),
        "xls": say("Excel workbook (XLS)"),
        "ods": say("OpenDocument spreadsheet (ODS)"),
        "zip": say("Zip of tables"),
    }
    return kinds.get(kind, kind.upper())


def trust_sentence(found: Inspection) -> str:
    """Whose file it is, and what that means for record ids; empty where it is nobody's."""
    return {
        Trust.OURS: say(
            "A backup of this workspace, unchanged since it was made: its record IDs find "
            "their records."
        ),
        Trust.FOREIGN: filled(
            say(
                "A backup of another workspace, %1: its record IDs are kept beside the new "
                "records and never find one here."
            ),
            found.workspace_name or say("unknown"),
        ),
        Trust.EDITED: say(
            "A backup that was changed after it was made: its record IDs do not count."
        ),
        Trust.UNSIGNED: "",
    }[found.trust]


def recognised_by(how: ObjectKnownBy) -> str:
    """How the object was recognised."""
    return {
        ObjectKnownBy.CHOSEN: say("Chosen by you"),
        ObjectKnownBy.MANIFEST: say("Recognised by the list of contents in the file"),
        ObjectKnownBy.FILE_NAME: say("Recognised by the file name"),
        ObjectKnownBy.HEADERS: say("Recognised by the columns"),
        ObjectKnownBy.NOTHING: say("Nothing in the file tells; choose the object"),
    }[how]


def mismatch_words(found: Inspection, chosen: str, looks: str) -> tuple[str, str, str]:
    """A file that looks like another object: what it looks like, what it is set to, the way out."""
    title = filled(say("This file looks like %1"), looks.lower())
    text = filled(say("%1, but it is set to %2."), recognised_by(found.looks_by), chosen.lower())
    return title, text, filled(say("Import as %1"), looks.lower())


def matched_by(column: ColumnSuggestion) -> str:
    """How a column found its property, or why it found none."""
    if column.fault is not None and column.how is MatchedBy.NOTHING:
        return fault_words(column.fault)
    if column.reason == "calculated":
        return say("Calculated by CRM Desk")
    if column.reason == "owners_of_another_workspace":
        return say("Owners of another workspace")
    return {
        MatchedBy.INTERNAL_NAME: say("By internal name"),
        MatchedBy.LABEL: say("By label"),
        MatchedBy.ALIAS: say("By another known name"),
        MatchedBy.KNOWN_COLUMN: say("Known from CRM exports, not a property here yet"),
        MatchedBy.DUPLICATE: say("Another column has this property"),
        MatchedBy.ASSOCIATION: say("Association, choose what it names")
        if column.association is None
        else say("By its heading"),
        MatchedBy.KIND_OF_ACTIVITY: say("Kind of activity, not imported"),
        MatchedBy.STAGE_HISTORY: say("Stage history, not imported"),
        MatchedBy.NOTHING: say("Not recognised"),
    }[column.how]


def property_label(object_type: ObjectType | None, name: str) -> str:
    """A property's label; its internal name when it is gone."""
    if name == RECORD_ID:
        return say("Record ID")
    found = None if object_type is None else object_type.by_name.get(name)
    return name if found is None else found.label


def notice_words(notice: ImportNotice, draft: Draft, found: Preflight) -> tuple[str, str, str]:
    """A notice of the check: what will happen, what to do, and what its button is called."""
    kind = draft.object_type
    if kind is None:
        return "", "", ""
    one = kind.label[:1].lower() + kind.label[1:]
    many = kind.plural_label[:1].lower() + kind.plural_label[1:]
    word = one if found.created == 1 else many
    if notice is ImportNotice.NOTHING_FINDS_RECORDS:
        title = filled(say("Every row becomes a new record: %Ln %1", found.created), word)
        advice = say("Nothing in the file finds %1 that exist: another file makes them twice.")
        choice = say("Choose a property under “Find records by”, or map a column to one.")
        return title, f"{filled(advice, many)} {choice}", say("Look at the columns")
    labels = [property_label(kind, name) for name in kind.display_properties]
    title = filled(say("%Ln %1 without a name", found.created), word)
    advice = filled(say("No column of the file goes to %1."), say(" or ").join(labels))
    return title, advice, say("Look at the columns")


def fault_words(fault: HeaderFault) -> str:
    """What is odd about the name of a column."""
    return {
        HeaderFault.BLANK: say("Has no name in the file"),
        HeaderFault.REPEATED: say("Its name stands twice"),
    }[fault]


def mode_label(mode: ImportMode) -> str:
    """What may become of a row."""
    return {
        ImportMode.UPSERT: say("Create and update records"),
        ImportMode.CREATE: say("Create new records only"),
        ImportMode.UPDATE: say("Update existing records only"),
    }[mode]


def problem_type(kind: str) -> str:
    """A type of error as a person reads it: ``INVALID_EMAIL`` → "Invalid email"."""
    known = {
        "INVALID_EMAIL": say("No e\u2011mail address"),
        "INVALID_DOMAIN": say("No domain name"),
        "INVALID_ENUMERATION_OPTION": say("Not one of the options"),
        "AMBIGUOUS_ENUMERATION_OPTION": say("Fits several options"),
        "COULD_NOT_PARSE_DATE": say("Not read as a date"),
        "COULD_NOT_PARSE_NUMBER": say("Not read as a number"),
        "COULD_NOT_PARSE_ROW": say("Not read as a row"),
        "COULD_NOT_FIND_OWNER": say("No such owner"),
        "MULTIPLE_OWNERS_FOUND": say("Several owners fit"),
        "INCORRECT_NUMBER_OF_COLUMNS": say("Wrong number of columns"),
        "INVALID_RECORD_ID": say("No record ID"),
        "MISSING_REQUIRED_PROPERTY": say("Required value is missing"),
        "DUPLICATE_RECORD_ID": say("Same record twice in the file"),
        "DUPLICATE_UNIQUE_PROPERTY_VALUE": say("Value that may stand only once"),
        "DUPLICATE_ALTERNATE_ID": say("Fits several records"),
        "MULTIPLE_COMPANIES_WITH_THIS_DOMAIN": say("Fits several companies"),
        "GDPR_BLACKLISTED_EMAIL": say("Permanently deleted contact"),
        "CREATE_ONLY_IMPORT": say("Exists already"),
        "UPDATE_ONLY_IMPORT": say("Does not exist yet"),
        "LIMIT_EXCEEDED": say("As many associations as allowed"),
        "ASSOCIATION_LABEL_NOT_FOUND": say("No such association label"),
        "ASSOCIATION_RECORD_NOT_FOUND": say("Record to associate not found"),
        "ASSOCIATION_RECORD_AMBIGUOUS": say("Several records to associate fit"),
    }
    plain = kind.replace("_", " ").lower()
    return known.get(kind, plain[:1].upper() + plain[1:])


def order_words(order: DateOrder) -> str:
    """In which order a date gives its parts."""
    return {
        DateOrder.DAY_FIRST: say("Day, month, year"),
        DateOrder.MONTH_FIRST: say("Month, day, year"),
        DateOrder.YEAR_FIRST: say("Year, month, day"),
        DateOrder.UNDECIDED: say("not clear"),
    }[order]


def dates_preview(column: ColumnSuggestion, order: DateOrder) -> str:
    """How the first dates of a column would be read; why not, where the file does not say."""
    if order is DateOrder.UNDECIDED:
        return say("These dates can be read in two ways. The file does not say which.")
    lines = []
    for text, day in preview_dates(column.samples, order):
        read = say("no date") if day is None else words.day(date.fromisoformat(day))
        lines.append(filled(say("%1 is %2"), text, read))
    return "\n".join(lines)


def dates_help(draft: Draft) -> str:
    """Why the order of dates is asked for; once it is chosen, how the first ones would be read."""
    if draft.date_order is None:
        return say("Dates such as 03/04/2026 can be read in two ways. The file does not say which.")
    lines = [
        filled(say("%1: %2"), column.header, line)
        for column in draft.undecided_dates
        for line in dates_preview(column, draft.date_order).splitlines()
    ]
    return "\n".join(lines[:_DATES_SHOWN])


def left_alone(reason: str) -> str:
    """Why the undo of an import leaves a record or a value as it is."""
    return {
        "changed_since": say("Changed since"),
        "associated_since": say("Associated with others since"),
        "in_recycle_bin": say("In the recycle bin"),
        "deleted_for_good": say("Deleted for good"),
        "merged": say("Merged into another record"),
        "property_gone": say("Its property no longer exists"),
        "option_gone": say("Its option no longer exists"),
        "owner_gone": say("Its owner no longer exists"),
        "stage_gone": say("Its stage no longer exists"),
        "required": say("Required, and it was empty"),
        "not_unique": say("Another record has the value now"),
    }.get(reason, reason.replace("_", " "))


def _undo_line(found: Import) -> str:
    changed = found.updated - found.deleted
    counts = [
        (found.deleted, say("%Ln in the recycle bin", found.deleted)),
        (changed, say("%Ln as before", changed)),
        (found.associated, say("%Ln association{|s} removed", found.associated)),
    ]
    return ", ".join(text for count, text in counts if count)


def kind_words(kind: ImportKind) -> str:
    """Where the values of an import come from."""
    return {
        ImportKind.IMPORT: say("From a file"),
        ImportKind.RESTORE: say("From a backup"),
        ImportKind.UNDO: say("Undo"),
    }[kind]


def state_words(state: JobState) -> str:
    """The word of a state."""
    return {
        JobState.QUEUED: say("Waiting to start"),
        JobState.RUNNING: say("Running"),
        JobState.CANCELLING: say("Cancelling"),
        JobState.SUCCEEDED: say("Finished"),
        JobState.FAILED: say("Failed"),
        JobState.CANCELLED: say("Cancelled"),
        JobState.INTERRUPTED: say("Interrupted"),
    }[state]


def state_line(found: Import) -> str:
    """The second line of an import in the list."""
    if found.undone_by is not None:
        return say("Undone")
    if found.kind == "undo" and found.undoes and found.state is JobState.SUCCEEDED:
        return _undo_line(found)
    counts = [
        (found.created, say("%Ln created", found.created)),
        (found.updated, say("%Ln updated", found.updated)),
        (found.unchanged, say("%Ln unchanged", found.unchanged)),
        (found.failed, say("%Ln failed", found.failed)),
        (found.associated, say("%Ln associated", found.associated)),
        (found.not_associated, say("%Ln not associated", found.not_associated)),
    ]
    told = ", ".join(text for count, text in counts if count)
    states = {
        JobState.SUCCEEDED: told or say("Done, nothing to change"),
        JobState.FAILED: say("Failed, nothing was written"),
        JobState.CANCELLED: say("Cancelled, nothing was written"),
        JobState.INTERRUPTED: say("Interrupted, nothing was written"),
    }
    return states.get(found.state) or state_words(found.state)
