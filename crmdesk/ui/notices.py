"""The sentences behind the bell: core gives a kind and values, here they become words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from PySide6.QtCore import QCoreApplication

from crmdesk.core.exports.model import OF_RECORDS, ExportSource
from crmdesk.core.jobs.job import JobKind
from crmdesk.core.notify.inbox import Notification, NotificationKind
from crmdesk.ui import words
from crmdesk.ui.frame.values import Notice
from crmdesk.ui.tables.cells import Tone


@dataclass(frozen=True, slots=True)
class _Told:
    title: str
    text: str = ""
    icon: str = "bell"
    tone: Tone = Tone.PLAIN
    link: str = ""
    act: str = ""


_Values = Mapping[str, Any]
#: Exports of something else than records.
_OF_ROWS = frozenset(source.value for source in set(ExportSource) - OF_RECORDS)


def notice(found: Notification, zone: tzinfo, *, now: datetime | None = None) -> Notice:
    """A notification as the popover shows it."""
    told = told_by(found)
    today = words.moment(found.at, zone, now=now)
    clock = words.clock_time(found.at, zone)
    return Notice(
        found.id,
        told.title,
        told.text,
        clock if clock in today else today,
        told.icon,
        told.tone,
        told.link if found.link else "",
        told.act if found.link else "",
        unread=not found.is_read,
    )


def told_by(found: Notification) -> _Told:
    """Title, sentence, icon and the words of the link."""
    try:
        say = _SENTENCES[NotificationKind(found.kind)]
    except ValueError:
        # A newer CRM Desk on the same workspace may know more kinds.
        return _Told(_say("Something happened that this version has no words for"))
    return say(found.values)


def _backup_done(values: _Values) -> _Told:
    text = _say("%Ln record{|s}, %1, checked.", _number(values, "records"))
    return _Told(
        _say("Backup completed"),
        text.replace("%1", words.size(_number(values, "bytes"))),
        "archive",
        Tone.OK,
        _say("Open backup"),
    )


def _backup_failed(values: _Values) -> _Told:
    title = _say("Backup failed")
    if values.get("state") == "interrupted":
        title = _say("Backup interrupted")
    text = str(values.get("message") or _say("Nothing of it was kept."))
    return _Told(title, text, "circle-x", Tone.DANGER, _say("Open backups"))


def _restore_done(values: _Values) -> _Told:
    if not _number(values, "values"):
        text = _say("%Ln record{|s} came back.", _number(values, "records"))
        title = _say("Deleted records restored")
        return _Told(title, text, "circle-check", Tone.OK, _say("Open records"))
    return _Told(
        _say("Restore finished"),
        _values_in_records(values),
        "circle-check",
        Tone.OK,
        _say("Open summary"),
    )


def _restore_undone(values: _Values) -> _Told:
    return _Told(
        _say("Restore undone"), _values_in_records(values), "undo-2", Tone.OK, _say("Open summary")
    )


def _restore_failed(values: _Values) -> _Told:
    ways = {
        "cancelled": _say("Restore cancelled"),
        "interrupted": _say("Restore interrupted"),
    }
    title = ways.get(str(values.get("state")), _say("Restore failed"))
    return _Told(
        title, _say("No value was changed."), "circle-x", Tone.DANGER, _say("Open restore")
    )


def _import_done(values: _Values) -> _Told:
    created = _say("%Ln record{|s} created", _number(values, "created"))
    updated = _say("%Ln updated", _number(values, "updated"))
    failed = _number(values, "failed")
    parts = [created, updated, *([_say("%Ln row{|s} failed", failed)] if failed else [])]
    tone = Tone.WARN if failed else Tone.OK
    icon = "triangle-alert" if failed else "circle-check"
    text = _of_file(values, ", ".join(parts))
    return _Told(_say("Import finished"), text, icon, tone, _say("Open import"))


def _import_failed(values: _Values) -> _Told:
    text = str(values.get("message") or _say("No record was changed."))
    return _Told(_say("Import failed"), text, "circle-x", Tone.DANGER, _say("Open import"))


def _log_import_done(values: _Values) -> _Told:
    parts = [_say("%Ln entr{y|ies} added to the audit log", _number(values, "added"))]
    failed = _number(values, "failed")
    parts += [_say("%Ln row{|s} failed", failed)] if failed else []
    text = _of_file(values, ", ".join(parts))
    return _Told(_say("Log imported"), text, "circle-check", Tone.OK, _say("Show them"))


def _log_import_failed(values: _Values) -> _Told:
    ways = {
        "cancelled": _say("Import of a log cancelled"),
        "interrupted": _say("Import of a log interrupted"),
    }
    title = ways.get(str(values.get("state")), _say("Import of a log failed"))
    why = str(values.get("message") or _say("no entry was added")).rstrip(".")
    text = _of_file(values, why)
    return _Told(title, text, "circle-x", Tone.DANGER, _say("Open settings"))


def _import_undone(values: _Values) -> _Told:
    parts = [_say("%Ln record{|s} in the recycle bin", _number(values, "deleted"))]
    parts.append(_say("%Ln as before", _number(values, "updated")))
    text = _of_file(values, ", ".join(parts))
    return _Told(_say("Import undone"), text, "undo-2", Tone.OK, _say("Open import"))


def _of_file(values: _Values, text: str) -> str:
    """A sentence about an import, with the name of its file where that is known."""
    if not values.get("name"):
        return f"{text}."
    return _say("“%1”: %2.").replace("%2", text).replace("%1", _name(values))


def _bin_done(values: _Values) -> _Told:
    restored = values.get("act") == JobKind.BIN_RESTORE
    title = _say("Restored from the recycle bin") if restored else _say("Deleted permanently")
    back, gone = "%Ln record{|s} {is|are} back.", "%Ln record{|s} {is|are} gone for good."
    text = _say(back if restored else gone, _number(values, "records"))
    return _Told(title, text, "circle-check", Tone.OK, _say("Open records"))


def _bulk_done(values: _Values) -> _Told:
    if values.get("act"):
        return _bin_done(values)
    title = _say("Bulk deletion finished") if values.get("deleted") else _say("Bulk edit finished")
    records = _say("%Ln record{|s} changed.", _number(values, "records"))
    if values.get("deleted"):
        records = _say("%Ln record{|s} in the recycle bin.", _number(values, "records"))
    return _Told(title, records, "circle-check", Tone.OK, _say("Open records"))


def _bulk_failed(values: _Values) -> _Told:
    title = _say("Bulk action failed")
    if values.get("act"):
        restoring = values["act"] == JobKind.BIN_RESTORE
        title = _say("Nothing was restored") if restoring else _say("Nothing was deleted")
    elif values.get("state") == "interrupted":
        title = _say("Bulk action interrupted")
    text = _say("No record was changed.")
    return _Told(title, text, "circle-x", Tone.DANGER, _say("Open records"))


def _export_done(values: _Values) -> _Told:
    count = _number(values, "records")
    text = _say("“%1”: %Ln record{|s}, %2.", count)
    if values.get("source") in _OF_ROWS:
        text = _say("“%1”: %Ln row{|s}, %2.", count)
    text = text.replace("%2", words.size(_number(values, "bytes")))
    return _Told(
        _say("Export finished"),
        text.replace("%1", _name(values)),
        "circle-check",
        Tone.OK,
        _say("Open export"),
    )


def _export_failed(values: _Values) -> _Told:
    ways = {
        "cancelled": _say("Export cancelled"),
        "interrupted": _say("Export interrupted"),
    }
    title = ways.get(str(values.get("state")), _say("Export failed"))
    text = _say("“%1”: nothing of it was kept.").replace("%1", _name(values))
    return _Told(title, text, "circle-x", Tone.DANGER, _say("Open export"))


def _export_waiting(values: _Values) -> _Told:
    count = _number(values, "records")
    text = _say("%1 wants to export %Ln record{|s}: “%2”.", count)
    if values.get("source") in _OF_ROWS:
        text = _say("%1 wants to export %Ln row{|s}: “%2”.", count)
    text = text.replace("%1", _person(values)).replace("%2", _name(values))
    decided = {
        "approved": _say("%1 approved an export"),
        "rejected": _say("%1 rejected an export"),
        "cancelled": _say("%1 cancelled an export"),
    }.get(str(values.get("decision")))
    if decided is not None:
        title = decided.replace("%1", str(values.get("decider") or _say("Somebody")))
        return _Told(title, text, "circle-check", Tone.NEUTRAL, _say("Look at it"))
    return _Told(
        _say("An export waits for approval"), text, "hourglass", Tone.WARN, _say("Look at it")
    )


def _export_rejected(values: _Values) -> _Told:
    text = _say("“%1” will not be made.").replace("%1", _name(values))
    reason = str(values.get("reason") or "")
    if reason:
        text = f"{text} {_say('Reason: %1').replace('%1', reason)}"
    return _Told(_say("Export rejected"), text, "circle-x", Tone.WARN, _say("Open export"))


def _large_export(values: _Values) -> _Told:
    """Who, what, how many, sensitive or not, and what became of it."""
    state = str(values.get("state"))
    outcomes = {
        "succeeded": _say("It is done."),
        "cancelled": _say("It was cancelled, nothing was kept."),
        "failed": _say("It failed, nothing was kept."),
        "interrupted": _say("It was interrupted, nothing was kept."),
    }
    text = _say("%1 exports “%2” from %3.").replace("%1", _person(values))
    text = text.replace("%3", str(values.get("source_name") or _say("records")))
    text = text.replace("%2", _name(values))
    return _Told(
        _say("Large export: %Ln record{|s}", _number(values, "records")),
        f"{text} {_inside(values)} {outcomes.get(state, _say('It is running.'))}",
        "file-warning",
        Tone.WARN,
        _say("Open export"),
        "" if state in outcomes else _say("Cancel export"),
    )


def _large_download(values: _Values) -> _Told:
    """A copy of a backup, or a saved comparison; it is done when it is told of."""
    text = _say("%1 saved “%2”.").replace("%1", _person(values))
    return _Told(
        _say("Large file saved: %Ln record{|s}", _number(values, "records")),
        f"{text.replace('%2', _name(values))} {_inside(values)}",
        "file-warning",
        Tone.WARN,
        _say("Open backups"),
    )


def _inside(values: _Values) -> str:
    """Which sensitive values a file holds."""
    sensitive = values.get("sensitive") or ()
    if not isinstance(sensitive, list | tuple) or not sensitive:
        return _say("No sensitive values.")
    return _say("With sensitive values: %1.").replace("%1", ", ".join(map(str, sensitive)))


def _verify_failed(values: _Values) -> _Told:
    text = str(values.get("message") or _say("It is not as it was written. Make a new backup."))
    return _Told(
        _say("A backup is damaged"), text, "shield-alert", Tone.DANGER, _say("Open backup")
    )


def _drill_failed(_values: _Values) -> _Told:
    text = _say("The drill could not restore it. Make a new backup.")
    return _Told(
        _say("A restore drill failed"), text, "shield-alert", Tone.DANGER, _say("Open backup")
    )


def _two_factor_reset(values: _Values) -> _Told:
    text = _say("%1 did it. Set it up anew under Settings, Security.")
    name = str(values.get("by") or _say("A Super Admin"))
    return _Told(
        _say("Your two-factor codes were reset"),
        text.replace("%1", name),
        "shield-alert",
        Tone.WARN,
        _say("Set it up"),
    )


def _mention(values: _Values) -> _Told:
    title = _say("%1 mentions you").replace("%1", str(values.get("user") or _say("Somebody")))
    text = str(values.get("text") or "")
    return _Told(title, text, "message-square", Tone.PLAIN, _say("Open comment"))


def _recovery_key_renewed(values: _Values) -> _Told:
    text = _say("%1 made it. The old sheet opens this workspace no more.")
    name = str(values.get("by") or _say("A Super Admin"))
    return _Told(
        _say("New recovery key"),
        text.replace("%1", name),
        "key-round",
        Tone.WARN,
        _say("Open settings"),
    )


def _values_in_records(values: _Values) -> str:
    text = _say("%Ln value{|s} in ", _number(values, "values"))
    return text + _say("%Ln record{|s}.", _number(values, "records"))


_SENTENCES: dict[NotificationKind, Callable[[_Values], _Told]] = {
    NotificationKind.BACKUP_DONE: _backup_done,
    NotificationKind.BACKUP_FAILED: _backup_failed,
    NotificationKind.RESTORE_DONE: _restore_done,
    NotificationKind.RESTORE_FAILED: _restore_failed,
    NotificationKind.RESTORE_UNDONE: _restore_undone,
    NotificationKind.IMPORT_DONE: _import_done,
    NotificationKind.IMPORT_FAILED: _import_failed,
    NotificationKind.IMPORT_UNDONE: _import_undone,
    NotificationKind.EXPORT_DONE: _export_done,
    NotificationKind.EXPORT_FAILED: _export_failed,
    NotificationKind.EXPORT_WAITING: _export_waiting,
    NotificationKind.EXPORT_REJECTED: _export_rejected,
    NotificationKind.LARGE_EXPORT: _large_export,
    NotificationKind.LARGE_DOWNLOAD: _large_download,
    NotificationKind.BULK_DONE: _bulk_done,
    NotificationKind.BULK_FAILED: _bulk_failed,
    NotificationKind.VERIFY_FAILED: _verify_failed,
    NotificationKind.DRILL_FAILED: _drill_failed,
    NotificationKind.TWO_FACTOR_RESET: _two_factor_reset,
    NotificationKind.RECOVERY_KEY_RENEWED: _recovery_key_renewed,
    NotificationKind.MENTION: _mention,
    NotificationKind.LOG_IMPORT_DONE: _log_import_done,
    NotificationKind.LOG_IMPORT_FAILED: _log_import_failed,
}


def _name(values: _Values) -> str:
    return str(values.get("name") or _say("Export"))


def _person(values: _Values) -> str:
    return str(values.get("user") or _say("Somebody"))


def _number(values: _Values, name: str) -> int:
    found = values.get(name)
    return int(found) if isinstance(found, int | float | str) and str(found).isdigit() else 0


def _say(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Notices", text, "", count)
