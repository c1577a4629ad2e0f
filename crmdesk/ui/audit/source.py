"""The entries of the audit log as a table reads them, newest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import attrgetter

from crmdesk.core.audit.comment_model import CommentCount
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.filters import AuditFilters
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui import words
from crmdesk.ui.audit.entry_facts import opens_into_records, place_of, utc_words
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.tables.cells import Align, Cell, Column, MadeCells, Row, TableQuery, Tone

#: An entry, and what was said about it.
_Entry = tuple[AuditEvent, CommentCount | None]

_EVERYTHING = AuditViewDefinition()
#: As many as the largest window has in sight.
_FIRST_ROWS = 60
#: The columns of the first start; the others are chosen.
USUAL = ("at", "user", "category", "action", "target", "address", "comments")


class AuditSource:
    """Numbers of all entries that pass the filters, and entries by number."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self._in_utc = say("%1 UTC")
        self.columns: Sequence[Column] = (
            # Room for the seconds of the widest date.
            Column("at", say("Time"), 180, least=150, shrinks=True, sortable=False),
            Column("user", say("User"), 156, least=84, shrinks=True, sortable=False),
            Column("category", say("Category"), 148, rank=2, sortable=False),
            Column("action", say("Action"), 128, sortable=False),
            Column("target", say("Object"), 240, least=150, stretch=True, sortable=False),
            Column("address", say("Address"), 132, rank=3, sortable=False),
            Column("comments", say("Comments"), 96, rank=1, sortable=False),
            Column("subcategory", say("Subcategory"), 168, rank=3, sortable=False),
            Column("place", say("Place"), 132, rank=3, sortable=False),
            Column("agent", say("Agent"), 200, rank=3, sortable=False),
            Column("number", say("Entry"), 96, rank=3, align=Align.END, sortable=False),
        )
        self._cells: dict[str, Callable[[_Entry], Cell]] = {
            "at": self._at,
            "user": self._user,
            "category": _quiet(wording.category),
            "action": self._action,
            "target": self._target,
            "address": _quiet(attrgetter("address")),
            "comments": lambda entry: _comments(entry[1]),
            "subcategory": _quiet(wording.subcategory),
            "place": _quiet(place_of),
            "agent": _quiet(attrgetter("agent")),
            "number": _quiet(lambda event: f"#{words.number(event.id)}"),
        }

    def ids(self, query: TableQuery) -> Sequence[int]:
        """The numbers, newest first; runs off the GUI thread."""
        desk = self.wording.desk
        return desk.workspace.audit_reader.ids(desk.actor, self._filters(query))

    def first_ids(self, query: TableQuery) -> Sequence[int]:
        """The newest numbers, before the others are found: of ten million entries that takes."""
        desk = self.wording.desk
        reader = desk.workspace.audit_reader
        page = reader.first_page(desk.actor, self._filters(query), _FIRST_ROWS)
        return [event.id for event in page]

    def _filters(self, query: TableQuery) -> AuditFilters:
        wanted = query.filter if isinstance(query.filter, AuditViewDefinition) else _EVERYTHING
        return wanted.filters_at(datetime.now(UTC), self.wording.zone)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The entries with these numbers."""
        desk = self.wording.desk
        events = desk.workspace.audit_reader.rows(desk.actor, ids)
        said = desk.workspace.comment_reader.counts(desk.actor, ids)
        return [
            Row(event.id, MadeCells(self._cells, (event, said.get(event.id)))) for event in events
        ]

    def _at(self, entry: _Entry) -> Cell:
        event, _ = entry
        tip = filled(self._in_utc, utc_words(event.at))
        return Cell(self.wording.at(event), quiet=True, tip=tip)

    def _user(self, entry: _Entry) -> Cell:
        who = self.wording.who(entry[0])
        return Cell(who, avatar=who)

    def _action(self, entry: _Entry) -> Cell:
        action, tone = self.wording.action(entry[0])
        return Cell(action, badge=tone)

    def _target(self, entry: _Entry) -> Cell:
        event, _ = entry
        target = self.wording.target(event)
        if event.imported:
            # An entry of another program's log says that it is one.
            target = filled(say("Imported: %1"), target)
        return Cell(target, tip=_inside(event))


def _quiet(words_of: Callable[[AuditEvent], str]) -> Callable[[_Entry], Cell]:
    return lambda entry: Cell(words_of(entry[0]), quiet=True)


def _inside(event: AuditEvent) -> str:
    """What a bulk entry opens into."""
    return say("Opens into %Ln records", event.subjects) if opens_into_records(event) else ""


def _comments(said: CommentCount | None) -> Cell:
    """How many, with what is unread marked by its word as well as by its colour."""
    if said is None or not said.comments:
        return Cell()
    count = words.number(said.comments)
    if not said.unread:
        tip = say("%Ln comment{|s}", said.comments)
        return Cell(count, icon="message-square", tip=tip)
    new = filled(say("%1, %2 new"), count, words.number(said.unread))
    return Cell(new, icon="message-square", tone=Tone.INFO)
