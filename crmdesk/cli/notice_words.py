"""What notifications say on the command line: a sentence for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from crmdesk.cli.output import plural
from crmdesk.core.notify.inbox import Notification, NotificationKind

_SENTENCES: Final = {
    NotificationKind.BACKUP_DONE: "Backup completed: {records}, {bytes}, checked.",
    NotificationKind.BACKUP_FAILED: "Backup {state}. {message}",
    NotificationKind.RESTORE_DONE: "Restore finished: {values} in {records}.",
    NotificationKind.RESTORE_FAILED: "Restore {state}. No value was changed.",
    NotificationKind.RESTORE_UNDONE: "Restore undone: {values} in {records}.",
    NotificationKind.IMPORT_DONE: (
        "Import finished{file}: {created} created, {updated} updated{failed}."
    ),
    NotificationKind.IMPORT_FAILED: "Import failed{file}. {message}",
    NotificationKind.IMPORT_UNDONE: (
        "Import undone{file}: {deleted} in the recycle bin, {updated} as before."
    ),
    NotificationKind.EXPORT_DONE: "Export “{name}” finished: {records}, {bytes}.",
    NotificationKind.EXPORT_FAILED: "Export “{name}” {state}. Nothing of it was kept.",
    NotificationKind.EXPORT_WAITING: ("{user} wants to export “{name}”, {records}. {decision}."),
    NotificationKind.EXPORT_REJECTED: "Export “{name}” rejected{reason}.",
    NotificationKind.LARGE_EXPORT: (
        "Large export: {user} exports “{name}”{source}, {records}, {sensitive}. It {outcome}."
    ),
    NotificationKind.LARGE_DOWNLOAD: "{user} saved “{name}”{source}: {records}, {sensitive}.",
    NotificationKind.BULK_DONE: "{act}: {records}.",
    NotificationKind.BULK_FAILED: "{act} {state}. No record was changed.",
    NotificationKind.VERIFY_FAILED: "A backup is damaged. Make a new one.",
    NotificationKind.DRILL_FAILED: "A restore drill failed. Make a new backup.",
    NotificationKind.TWO_FACTOR_RESET: "{by} reset your two-factor codes. Set them up anew.",
    NotificationKind.RECOVERY_KEY_RENEWED: (
        "{by} made a new recovery key. The old sheet opens this workspace no more."
    ),
    NotificationKind.LOG_IMPORT_DONE: (
        "Log imported{file}: {added} added to the audit log{failed}."
    ),
    NotificationKind.LOG_IMPORT_FAILED: "Import of a log {state}{file}. {message}",
    NotificationKind.MENTION: "{user} mentions you on entry {event} of the audit log{said}.",
}
_DELETED_RECORDS: Final = "Deleted records restored: {records}."
#: Exports of what is no record, which are counted in rows.
_OF_ROWS: Final = frozenset({"audit_log", "users", "property_history"})
_OUTCOMES: Final = {"succeeded": "is done", "running": "is running"}
_ACTS: Final = {
    "bin_restore": "Restored from the recycle bin",
    "bin_purge": "Deleted permanently",
}


def notice_text(found: Notification) -> str:
    """One line for a person; scripts have the kind and its values."""
    try:
        kind = NotificationKind(found.kind)
    except ValueError:
        # A newer program on the same workspace may know more kinds.
        return "Something happened that this version has no words for."
    sentence = _SENTENCES[kind]
    if kind is NotificationKind.RESTORE_DONE and not found.values.get("values"):
        sentence = _DELETED_RECORDS
    return sentence.format_map(_facts(found.values)).strip()


def _facts(values: Mapping[str, Any]) -> dict[str, str]:
    def count(name: str, word: str = "record") -> str:
        return plural(_number(values, name), word)

    def text(name: str, otherwise: str = "") -> str:
        return str(values.get(name) or otherwise)

    state = text("state", "failed")
    failed, sensitive = _number(values, "failed"), values.get("sensitive") or ()
    inside = ", ".join(map(str, sensitive)) if isinstance(sensitive, list | tuple) else ""
    edited = "Bulk deletion" if values.get("deleted") else "Bulk edit"
    return {
        "records": count("records", "row" if text("source") in _OF_ROWS else "record"),
        "values": count("values", "value"),
        "added": plural(_number(values, "added"), "entry", "entries"),
        "created": count("created"),
        "updated": count("updated"),
        "deleted": count("deleted"),
        "bytes": count("bytes", "byte"),
        "failed": f", {plural(failed, 'row')} failed" if failed else "",
        "state": state,
        "message": text("message", "Nothing was kept."),
        "name": text("name", "Export"),
        "file": f" (“{text('name')}”)" if values.get("name") else "",
        "user": text("user", "Somebody"),
        "by": text("by", "A Super Admin"),
        "reason": f": {text('reason')}" if values.get("reason") else "",
        "source": f" from {text('source_name')}" if values.get("source_name") else "",
        "sensitive": f"with sensitive values ({inside})" if inside else "no sensitive values",
        "outcome": _OUTCOMES.get(state, f"was {state}" if state == "cancelled" else state),
        "decision": (
            f"{text('decider', 'Somebody')} {text('decision')} it"
            if values.get("decision")
            else "It waits for approval"
        ),
        "event": str(_number(values, "event")),
        "said": f": “{text('text')}”" if values.get("text") else "",
        "act": _ACTS.get(text("act"), edited),
    }


def _number(values: Mapping[str, Any], name: str) -> int:
    found = values.get(name)
    return int(found) if isinstance(found, int | float) else 0
