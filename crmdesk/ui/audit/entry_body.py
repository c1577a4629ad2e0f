"""The page Details of an entry's panel: what changed, and every fact the log holds of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from crmdesk.core.access.permissions import Permission
from crmdesk.core.audit.event import AuditEvent
from crmdesk.core.audit.kinds import Category
from crmdesk.core.audit.revealing import RevealedChange
from crmdesk.core.audit.verdict import Reason
from crmdesk.ui.audit.entry_facts import (
    detail_facts,
    entry_facts,
    fault,
    hides_values,
    revealed_changes,
    sign_in_facts,
)
from crmdesk.ui.audit.say import say
from crmdesk.ui.audit.wording import Wording
from crmdesk.ui.messages import Message
from crmdesk.ui.theme.fonts import TextStyle
from crmdesk.ui.widgets.badge import Badge, BadgeTone
from crmdesk.ui.widgets.banner import Banner, BannerTone
from crmdesk.ui.widgets.facts import FactList
from crmdesk.ui.widgets.icon_label import IconLabel
from crmdesk.ui.widgets.labels import label, rule
from crmdesk.ui.widgets.link import Link
from crmdesk.ui.widgets.paragraph import Paragraph
from crmdesk.ui.widgets.side_panel import empty_layout
from crmdesk.ui.widgets.value_change import ShownChange, ValueChange

# It opens with a few changes; the others come between what the window does.
_MOST_CHANGES, _AT_ONCE, _TURN_MS = 40, 4, 5


class EntryBody(QWidget):
    """Built in short turns, so that the panel is there before all of it stands.

    Signals:
        copy_asked: a link to the entry is wanted.
        failed: an error that the page has to show.
    """

    copy_asked = Signal()
    failed = Signal(object)

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self.wording = wording
        self._desk = wording.desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(11, 14, 16, 16)
        self._column.setSpacing(12)
        self._event: AuditEvent | None = None
        self._revealed: Sequence[RevealedChange] = ()
        self._begun = True
        self._waiting: list[ShownChange] = []
        self._last: QWidget = self
        self._turns = QTimer(self, interval=_TURN_MS)
        self._turns.timeout.connect(self._turn)
        self._begin()

    @property
    def complete(self) -> bool:
        """Whether everything about the entry stands."""
        return not self._turns.isActive()

    def show_event(self, event: AuditEvent) -> None:
        """Show another entry, and check whether it is as it was written."""
        self._event, self._revealed = event, ()
        self._begin()
        self._check(event.id)
        self._begun = False
        self._turns.start()

    def show_error(self, said: Message) -> None:
        """Say why there is no entry to show."""
        self._event = None
        self._begin()
        self._head.hide()
        self._column.addWidget(Banner(BannerTone.DANGER, said.title, said.advice))
        self._column.addStretch(1)

    def set_notes(self, notes: Sequence[tuple[str, str]]) -> None:
        """Say as text, above all else, what has to be known before a button is pressed."""
        empty_layout(self._note_lines)
        for icon, text in notes:
            self._note_lines.addWidget(_note(icon, text))
        self._notes.setVisible(bool(notes))

    def _begin(self) -> None:
        self._turns.stop()
        self._waiting = []
        empty_layout(self._column)
        self.check = Badge(say("Checking this entry"), BadgeTone.NEUTRAL, "shield")
        copy = Link(say("Copy link"), "link")
        copy.setObjectName("audit_copy_link")
        copy.setAccessibleName(say("Copy a link to this entry"))
        copy.clicked.connect(self.copy_asked)
        self._head, self._notes = QWidget(), QWidget()
        head = QHBoxLayout(self._head)
        self._note_lines = QVBoxLayout(self._notes)
        for layout in (head, self._note_lines):
            layout.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.check)
        head.addStretch(1)
        head.addWidget(copy)
        self._column.addWidget(self._head)
        self._column.addWidget(self._notes)
        self._notes.hide()

    def _turn(self) -> None:
        """Show the body, then a few more changes in each turn below those that stand."""
        if not self._begun and self._event is not None:
            self._begun = True
            self._fill(self._event)
            return
        now, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for change in now:
            place = self._column.indexOf(self._last) + 1
            self._last = ValueChange(change)
            self._column.insertWidget(place, self._last)
        if not self._waiting:
            self._turns.stop()

    def _fill(self, event: AuditEvent) -> None:
        wording = self.wording
        facts = [*sign_in_facts(wording, event), *entry_facts(wording, event)]
        if wording.edition.shows_details:
            self._add_changes(event)
            self._column.addWidget(FactList(facts))
            self._add_details(event)
        else:
            self._column.addWidget(FactList(facts))
            more = say("Enterprise also shows old and new values, session, job and source.")
            self._column.addWidget(Paragraph(more, TextStyle.CAPTION, "text2"))
        self._column.addStretch(1)

    def _add_changes(self, event: AuditEvent) -> None:
        changes = revealed_changes(self.wording, event, self._revealed)
        self._waiting = list(changes[_AT_ONCE:_MOST_CHANGES])
        for change in changes[:_AT_ONCE]:
            self._last = ValueChange(change)
            self._column.addWidget(self._last)
        if len(changes) > _MOST_CHANGES:
            more = say("and %n more values", len(changes) - _MOST_CHANGES)
            self._column.addWidget(label(more, TextStyle.CAPTION, "text2"))
        hidden = hides_values(changes) and event.category == Category.PROPERTY_VALUE
        if hidden and event.id > 0 and event.subjects == 1:
            self._column.addWidget(self._reveal_line(event))

    def _reveal_line(self, event: AuditEvent) -> QWidget:
        """The link, with what pressing it means; without the right, who may."""
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        if not self._desk.may(Permission.VIEW_SENSITIVE):
            text = say("Sensitive values are shown to those who may view them.")
            row.addWidget(Paragraph(text, TextStyle.CAPTION, "text2"), 1)
            return line
        reveal = Link(say("Reveal"), "eye")
        reveal.setObjectName("audit_reveal")
        reveal.setAccessibleName(say("Reveal the sensitive values of this entry"))
        reveal.clicked.connect(lambda: self._reveal(event))
        row.addWidget(reveal)
        text = say("Who sees them is written to the log.")
        row.addWidget(Paragraph(text, TextStyle.CAPTION, "text2"), 1)
        return line

    def _reveal(self, event: AuditEvent) -> None:
        desk = self._desk

        def done(found: Sequence[RevealedChange]) -> None:
            if self._event is event:
                self.show_event(event)
                self._revealed = found

        desk.run_write(
            self,
            lambda: desk.workspace.sensitive_values.reveal(desk.actor, event.id),
            done,
            self.failed.emit,
        )

    def _add_details(self, event: AuditEvent) -> None:
        if event.erased:
            gone = say("The personal details of this entry were erased. The entry itself stays.")
            self._column.addWidget(Paragraph(gone, TextStyle.CAPTION, "text2"))
            return
        facts = detail_facts(event)
        if facts:
            self._column.addWidget(rule())
            self._column.addWidget(FactList(facts))

    def _check(self, event_id: int) -> None:
        desk, badge = self._desk, self.check

        def done(reason: Reason | None) -> None:
            if reason is None:
                badge.set_state(say("Entry verified"), BadgeTone.OK, "shield-check")
            else:
                badge.set_state(say("Not as it was written"), BadgeTone.DANGER, "shield-x")
                why = Paragraph(fault(reason), TextStyle.BODY, "danger")
                self._column.insertWidget(1, why)

        def failed(_error: Exception) -> None:
            badge.set_state(say("Could not be checked"), BadgeTone.WARN, "shield-alert")

        if event_id < 0:
            badge.set_state(say("Imported: not proven here"), BadgeTone.NEUTRAL, "file-up")
            return
        desk.run_query(
            self,
            "check",
            lambda: desk.workspace.audit.check_entry(desk.actor, event_id),
            done,
            failed,
        )


def _note(icon: str, text: str) -> QWidget:
    card = QFrame()
    card.setProperty("role", "card")
    row = QHBoxLayout(card)
    row.setContentsMargins(12, 10, 12, 10)
    row.setSpacing(12)
    row.addWidget(IconLabel(icon, "text2"))
    row.addWidget(Paragraph(text, TextStyle.BODY, "text2"), 1)
    return card
