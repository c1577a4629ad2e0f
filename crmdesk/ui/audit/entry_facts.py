"""The facts of one entry, in words: what changed, who, from where, with what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QLocale

from crmdesk.core.access.actor import ActorKind
from crmdesk.core.audit.event import MASKED, AuditEvent
from crmdesk.core.audit.kinds import Action
from crmdesk.core.audit.revealing import RevealedChange
from crmdesk.core.audit.verdict import Reason
from crmdesk.core.files.plain_line import plain_line
from crmdesk.ui import words
from crmdesk.ui.audit.named import sign_in_words
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.tables.cells import MASK
from crmdesk.ui.widgets.value_change import ShownChange

# Codes that are read without their underlines: "credentials_wrong".
_CODES = {"asked", "permission", "reason", "purpose"}
_BETWEEN_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]")
_UTC_LETTERS = len("2026-11-22 08:41:07.123")
_LONGEST = 1_000
# Shown by themselves, or only of use to machines.
_NOT_FACTS = {"changes", "values", "old", "new", "record_ids"}
# Acts that leave a trace in the history of each record.
_ACTS = {
    Action.CREATE.value,
    Action.UPDATE.value,
    Action.DELETE.value,
    Action.RESTORE.value,
    Action.UNDO.value,
    Action.MERGE.value,
    Action.IMPORT.value,
    Action.PURGE.value,
}


def shown_changes(wording: Wording, event: AuditEvent) -> list[ShownChange]:
    """Old and new values of an entry, from every shape that entries write them in."""
    detail = event.detail
    if isinstance(changes := detail.get("changes"), list):
        return [
            ShownChange(
                wording.property(event.object, str(each.get("property", ""))),
                _text(each.get("old")),
                _text(each.get("new")),
            )
            for each in changes
        ]
    old, new = detail.get("old"), detail.get("new")
    if isinstance(old, dict) or isinstance(new, dict):
        before, after = (side if isinstance(side, dict) else {} for side in (old, new))
        names = list(dict.fromkeys([*before, *after]))
        pairs = [(name, _text(before.get(name)), _text(after.get(name))) for name in names]
        return [ShownChange(_spaced(name), a, b) for name, a, b in pairs if a != b]
    if "old" in detail or "new" in detail:
        return [ShownChange(str(detail.get("setting") or ""), _text(old), _text(new))]
    paired = [
        ShownChange(_spaced(name), _text(value["old"]), _text(value["new"]))
        for name, value in detail.items()
        if _is_pair(value)
    ]
    if paired or not isinstance(values := detail.get("values"), dict):
        return paired
    lost = event.action in {"delete", "purge"}
    return [
        ShownChange(
            wording.property(event.object, name),
            _text(value) if lost else None,
            None if lost else _text(value),
        )
        for name, value in values.items()
    ]


def revealed_changes(
    wording: Wording, event: AuditEvent, found: Sequence[RevealedChange]
) -> list[ShownChange]:
    """The changes of an entry, with what was revealed in the place of what is hidden."""
    shown = {wording.property(event.object, each.property): each for each in found}
    return [
        replace(change, old=_text(shown[change.title].old), new=_text(shown[change.title].new))
        if change.title in shown
        else change
        for change in shown_changes(wording, event)
    ]


def hides_values(changes: Sequence[ShownChange]) -> bool:
    """Whether a sensitive value is among them."""
    return any(MASK in (change.old, change.new) for change in changes)


def sign_in_facts(wording: Wording, event: AuditEvent) -> list[tuple[str, str]]:
    """Who, when and from where."""
    place = ", ".join(part for part in (event.address, event.host) if part)
    country = place_of(event)
    from_settings = say("%1, from device settings").replace("%1", country) if country else ""
    return [
        (say("User"), event.user or wording.who(event)),
        (say("Time"), words.exact(event.at, wording.zone, seconds=True)),
        (say("Place"), from_settings),
        (say("Address"), place),
        (say("Signed in with"), sign_in_words(event.sign_in_type)),
        (say("Agent"), event.agent),
    ]


def entry_facts(wording: Wording, event: AuditEvent) -> list[tuple[str, str]]:
    """The rest: what it was done to, for whom it counts, and the numbers it is found by."""
    return [
        (say("Acted as"), _acted_as(event)),
        (say("Category"), wording.category(event)),
        (say("Subcategory"), wording.subcategory(event)),
        (say("Action"), wording.action(event)[0]),
        (say("Object"), wording.target(event)),
        (say("Object ID"), event.object_id or ""),
        (say("Records"), words.number(event.subjects) if event.subjects > 1 else ""),
        (say("Time in UTC"), utc_words(event.at)),
        *(_work_facts(event) if wording.edition.shows_details else ()),
        (say("Entry"), f"#{words.number(event.id)}"),
    ]


def _work_facts(event: AuditEvent) -> list[tuple[str, str]]:
    """In which session and by which job it was done."""
    return [
        (say("Session"), (event.session_id or "")[:12]),
        (say("Job"), event.job_id or ""),
    ]


def opens_into_records(event: AuditEvent) -> bool:
    """Whether it is a bulk action that left a trace in the history of each record."""
    return event.subjects > 1 and event.action in _ACTS


def place_of(event: AuditEvent) -> str:
    """Region and country, as the device's settings name them: "Oslo, Norway"."""
    return ", ".join(part for part in (event.region, _country(event.country)) if part)


def utc_words(at: datetime) -> str:
    """A moment in UTC to the millisecond: "2026-11-22 08:41:07.123"."""
    return at.astimezone(UTC).isoformat(" ", "milliseconds")[:_UTC_LETTERS]


def detail_facts(event: AuditEvent) -> list[tuple[str, str]]:
    """The rest of what an entry says, in the order it was written."""
    return [
        (_spaced(name), _of_code(value) if name in _CODES else _text(value) or "")
        for name, value in event.detail.items()
        if name not in _NOT_FACTS and not _is_pair(value)
    ]


def fault(reason: Reason) -> str:
    """What is wrong with an entry."""
    return {
        Reason.MISSING: say("The entry is not there, though later ones are."),
        Reason.CHANGED: say("Something in this entry was changed after it was written."),
        Reason.UNLINKED: say("It does not follow the entry before it."),
        Reason.FORGED: say("It was rewritten by somebody without the workspace key."),
        Reason.OUT_OF_ORDER: say("Its time is before that of the entry before it."),
        Reason.DETAILS_MISSING: say("Its details are missing."),
        Reason.DETAILS_CHANGED: say("Its details were changed after they were written."),
        Reason.COMMENT_CHANGED: say("A comment is not as this entry tells, or is missing."),
        Reason.DAMAGED: say("The file cannot be read from here on."),
        Reason.CUT: say("The log ends before entries that are known to have been written."),
        Reason.REWRITTEN: say("Entries up to here are not those that were signed."),
        Reason.ANCHOR_NOT_GENUINE: say("A kept signature was not made by this workspace."),
        Reason.TABLE_MISSING: say("The tables of the log are gone or were altered."),
        Reason.EMPTY: say("The log is empty, though a workspace begins with an entry."),
    }[reason]


@lru_cache(maxsize=512)
def _country(code: str) -> str:
    """The name of a country, in the language of the locale's data: "NO" → "Norway"."""
    territory = QLocale.codeToTerritory(code)
    known = territory is not QLocale.Country.AnyTerritory
    return QLocale.territoryToString(territory) if known else code


def _is_pair(value: object) -> bool:
    return isinstance(value, dict) and set(value) == {"old", "new"}


def _text(value: Any) -> str | None:
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, str):
        return MASK if value == MASKED else cut(value)
    if isinstance(value, bool):
        return say("Yes") if value else say("No")
    if isinstance(value, int):
        return words.number(value)
    if isinstance(value, list) and all(isinstance(each, str | int) for each in value):
        return cut(", ".join(str(each) for each in value))
    if isinstance(value, Mapping) and all(isinstance(each, str | int) for each in value.values()):
        return cut(
            "\n".join(f"{_spaced(name)}: {_text(each) or 0}" for name, each in value.items())
        )
    return cut(json.dumps(value, ensure_ascii=False, indent=1))


def cut(text: str) -> str:
    """The beginning of a long text, with what would turn or hide its letters spelt out.

    Laying out a megabyte would stop the window for minutes.
    """
    lines = text[:_LONGEST].replace("\r\n", "\n").split("\n")
    shown = "\n".join(map(plain_line, lines))
    if len(text) <= _LONGEST:
        return shown
    rest = say("and %Ln more characters", len(text) - _LONGEST)
    return f"{shown}… ({rest})"


def _spaced(name: object) -> str:
    """A key of the details as a person reads it: ``values_written`` → "Values written"."""
    plain = plain_line(str(name)[:_LONGEST]).replace("_", " ").strip()
    return plain[:1].upper() + plain[1:]


def _of_code(code: object) -> str:
    """A code as words: ``RecordEditor.archive`` → "Record editor archive"."""
    return _spaced(_BETWEEN_WORDS.sub(" ", str(code)[:_LONGEST]).lower())


def _acted_as(event: AuditEvent) -> str:
    kinds: dict[str, str] = {
        ActorKind.USER: say("Super Admin") if event.super_admin else "",
        ActorKind.SUPPORT: say("Support"),
        ActorKind.SYSTEM: say("The program itself"),
        ActorKind.SCHEDULE: say("Schedule"),
        ActorKind.UNKNOWN: say("Nobody who is known"),
    }
    return kinds.get(event.actor_kind, event.actor_kind)
