"""The entries of the audit log as a table reads them, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from crmdesk.core.audit.comment_model import CommentCount
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.view_model import AuditViewDefinition
from crmdesk.ui import words
from crmdesk.ui.audit.entry_facts import opens_into_records, place_of, utc_words
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.exports.words import filled
from crmdesk.ui.tables.cells import Align, Cell, Column, Row, TableQuery, Tone

_EVERYTHING = AuditViewDefinition()
#: The columns of the first start; the others are chosen.
USUAL = ("at", "user", "category", "action", "target", "address", "comments")


class AuditSource:
    """Numbers of all entries that pass the filters, and entries by number."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.columns: Sequence[Column] = (
            Column("at", say("Time"), 172, sortable=False),
            Column("user", say("User"), 156, sortable=False),
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

    def ids(self, query: TableQuery) -> Sequence[int]:
        """The numbers, newest first; runs off the GUI thread."""
        desk = self.wording.desk
        wanted = query.filter if isinstance(query.filter, AuditViewDefinition) else _EVERYTHING
        filters = wanted.filters_at(datetime.now(UTC), self.wording.zone)
        return desk.workspace.audit_reader.ids(desk.actor, filters)

    def rows(self, ids: Sequence[int]) -> Sequence[Row]:
        """The entries with these numbers."""
        desk = self.wording.desk
        events = desk.workspace.audit_reader.rows(desk.actor, ids)
        said = desk.workspace.comment_reader.counts(desk.actor, ids)
        return [self._row(event, said.get(event.id)) for event in events]

    def _row(self, event: AuditEvent, said: CommentCount | None) -> Row:
        wording = self.wording
        action, tone = wording.action(event)
        who = wording.who(event)
        cells = {
            "at": Cell(
                wording.at(event), quiet=True, tip=filled(say("%1 UTC"), utc_words(event.at))
            ),
            "user": Cell(who, avatar=who),
            "category": Cell(wording.category(event), quiet=True),
            "action": Cell(action, badge=tone),
            "target": Cell(_target(wording, event), tip=_inside(event)),
            "address": Cell(event.address, quiet=True),
            "comments": _comments(said),
            "subcategory": Cell(wording.subcategory(event), quiet=True),
            "place": Cell(place_of(event), quiet=True),
            "agent": Cell(event.agent, quiet=True),
            "number": Cell(f"#{words.number(event.id)}", quiet=True),
        }
        return Row(event.id, cells)


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


def _target(wording: Wording, event: AuditEvent) -> str:
    """To what it was done; an entry of another program's log says that it is one."""
    target = wording.target(event)
    return filled(say("Imported: %1"), target) if event.imported else target
