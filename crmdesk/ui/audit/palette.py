"""Entries of the audit log for the command palette: by what stands in their details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.desk import Desk
from crmdesk.ui.exports.words import filled
from crmdesk.ui.frame.values import PaletteGroup, PaletteLine, PaletteSource

_MOST, _LEAST_LETTERS = 3, 3


@dataclass(frozen=True, slots=True)
class FoundEntries:
    """The newest entries that hold some words, and how the workspace calls what they tell of."""

    entries: Sequence[AuditEvent]
    wording: Wording | None = None


def entry_sources(desk: Desk) -> list[PaletteSource]:
    """The palette's search for entries, for those who may see the log."""
    if not desk.may(Permission.SUPER_ADMIN):
        return []
    return [PaletteSource("entries", partial(find_entries, desk), partial(_show, desk))]


def find_entries(desk: Desk, words: str) -> FoundEntries:
    """A few entries whose details hold the words; runs off the GUI thread."""
    text = words.strip()
    if len(text) < _LEAST_LETTERS:
        return FoundEntries(())
    reader, actor = desk.workspace.audit_reader, desk.actor
    ids = reader.ids(actor, AuditFilters(texts=(text,), people_only=True))
    return FoundEntries(reader.rows(actor, ids[:_MOST]), Wording.of(desk))


def _show(desk: Desk, found: object) -> PaletteGroup:
    wording = found.wording if isinstance(found, FoundEntries) else None
    entries = found.entries if isinstance(found, FoundEntries) else ()
    lines = [] if wording is None else [_line(desk, wording, each) for each in entries]
    return PaletteGroup(say("Audit log"), lines)


def _line(desk: Desk, wording: Wording, event: AuditEvent) -> PaletteLine:
    action, _tone = wording.action(event)
    who = wording.who(event), wording.at(event, inside=True)
    detail = filled(say("%1, %2, %3"), action, *who)
    run = partial(desk.go, f"audit/{event.id}")
    return PaletteLine(wording.target(event), run, detail, "scroll-text")
